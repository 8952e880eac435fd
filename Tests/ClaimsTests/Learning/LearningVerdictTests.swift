import Foundation
import Statistics
import Testing
import _TestSupport

@testable import Claims

/// Decisions, counterexamples and control of `variance-optimal-learns-faster`.
@Suite struct LearningVerdictTests {
  typealias Subject = VarianceOptimalLearnsFaster

  @Test func aPairIsJudgedByBothMargins() {
    func outcome(_ variance: Double, _ steps: Double) -> Subject.Outcome? {
      Subject.outcome(
        relativeVariance: variance, relativeSteps: steps, varianceMargin: 0.05, margin: 0.01)
    }
    #expect(outcome(0.96, 0.5) == nil)
    #expect(outcome(0.9, 0.98) == .asClaimed && outcome(1.2, 1.02) == .asClaimed)
    #expect(outcome(0.9, 1.02) == .reversed && outcome(1.2, 0.98) == .reversed)
    #expect(
      outcome(0.9, 0.995) == .withinMargin(.asClaimed) && outcome(1.2, 1.005) == .withinMargin(.asClaimed))
    #expect(outcome(0.9, 1.005) == .withinMargin(.reversed) && outcome(1.2, 1) == .withinMargin(.none))
    #expect(outcome(0.9, .infinity) == .reversed && outcome(1.1, .infinity) == .asClaimed)
  }

  @Test func oneReversalRefutesAndTheMarginLeavesItOpen() {
    #expect(Subject.Tally([.asClaimed, .asClaimed]).basis == .exact(holds: true))
    #expect(Subject.Tally([.asClaimed, .reversed]).basis == .exact(holds: false))
    #expect(Subject.Tally([.withinMargin(.asClaimed), .reversed]).basis == .exact(holds: false))
    // Neither a pair too many nor one too few: whatever the signs within the margin, nothing is decided.
    for outcomes: [Subject.Outcome] in [
      [.asClaimed, .withinMargin(.asClaimed)], [.asClaimed, .withinMargin(.reversed)],
      [.withinMargin(.none)],
    ] {
      let tally = Subject.Tally(outcomes)
      #expect(tally.basis == .statistical(support: 1, refute: 1, sufficientCount: nil))
      #expect(tally.count == outcomes.count && tally.withinMargin == 1)
    }
    guard case .notTestable = Subject.Tally([]).basis else {
      Issue.record("nothing was asked")
      return
    }
  }

  /// Through the judgement: unsettled is inconclusive and keeps its counts.
  @Test func withinTheMarginIsInconclusiveWithItsCounts() throws {
    let tally = Subject.Tally([.asClaimed, .withinMargin(.asClaimed), .withinMargin(.reversed)])
    var evidence = Evidence(control: Finding(basis: .exact(holds: false)))
    evidence.findings = [Finding(basis: tally.basis, condition: tally.text)]
    let settled = Judgement.settle([
      Judgement.Examined(
        specification: Subject.registered, registration: .exploratory, evidence: evidence, seconds: 0)
    ])
    let outcome = try #require(settled.first)
    #expect(outcome.verdict == .inconclusive && outcome.subVerdicts[0].verdict == .inconclusive)
    #expect(
      outcome.subVerdicts[0].condition
        == "of 3 pairs 1 as claimed, 0 reversed, 2 within the margin (the mean field's difference, free of sampling error though not of its own, has the claimed sign in 1 of these and the other in 1)"
    )
  }

  /// Rollout-mean with n = 2 and n = 4 where uniform has 3 each, p = ¼ and ½, odds doubled per power, 2η = 9 log 2.
  ///
  /// By hand:
  /// n = 3: w = ⅓ with probability 3P, power 3; n = 2: w = ½ with 2P, power 9·⅔·½ = 3; n = 4: w = ¼ and ⅓, powers 3 and 4.
  /// p = ¼ goes to 8/11, p = ½ to 8/9 or 16/17. Uniform: ¼·7/16 + 8/11·9/16 and ½·¼ + 8/9·¾, mean 2767/4224.
  /// (2, 4): ¼·⅝ + 8/11·⅜ and ½·⅛ + 8/9·½ + 16/17·⅜, mean 69413/107712. Variances 37/384 and 77/864.
  @Test func aRolloutMeanReversalByHand() {
    let pair = Subject.RationalPair(
      rates: [Rational(1, 4), Rational(1, 2)], base: Rational(2), exponent: 9, each: 3,
      aggregation: .rolloutMean)
    #expect(
      pair.success([3, 3]) == Rational(2767, 4224) && pair.success([2, 4]) == Rational(69413, 107_712))
    #expect(pair.variance([3, 3]) == Rational(37, 384) && pair.variance([2, 4]) == Rational(77, 864))
  }

  /// The fractions against floating point on another path: enumeration of counts and the closed form of the variance.
  @Test(arguments: Aggregation.allCases)
  func theSmallestReversalIsOne(aggregation: Aggregation) throws {
    let (pair, groups) = try #require(Subject().smallestReversal(aggregation))
    let rates = pair.rates.map(\.value)
    let world = AscentWorld(name: "pair", rates: rates)
    let step = Double(pair.exponent) / 2 * log(pair.base.value)
    func after(_ groups: [Int]) -> Double {
      groups.indices.reduce(0) { sum, i in
        let factor = aggregation.factor(group: groups[i], each: 3)
        return sum
          + (rates[i]
            + StochasticAscent.exactGain(
              world, prompt: i, group: groups[i], estimator: .leaveOneOut, step: step * factor)) / 2
      }
    }
    func variance(_ groups: [Int]) -> Double {
      groups.indices.reduce(0) { sum, i in
        let moments = AscentEstimator.leaveOneOut.coefficients(group: groups[i], probability: rates[i])
          .scaled(by: aggregation.factor(group: groups[i], each: 3))
        return sum + world.shape(i).trace(moments)
      }
    }
    for choice in [[3, 3], groups] {
      #expect(isClose(after(choice), pair.success(choice).value, ulps: 256))
      #expect(isClose(variance(choice), pair.variance(choice).value, ulps: 256))
    }
    #expect(variance(groups) < variance([3, 3]) && after(groups) < after([3, 3]))
  }

  /// A rule against itself: uniform has ratio 1 in everything.
  @Test func uniformEqualsItself() throws {
    let claim = Subject(specification: Subject.registered.cutDown)
    let examination = Examination(seed: 1, preset: .quick, threads: 1, claim: "learning-test")
    let worlds = claim.startingWorlds(examination)
    let designs = claim.everyDesign(worlds)
    // Two estimators, two aggregations, two bounds, two sources, four worlds.
    #expect(designs.count == 64)
    let race = try claim.race(designs[0], worlds: worlds, step: 0.5)
    #expect(race.rules[0] == .uniform && race.startVariance[0] == 1)
    #expect(race.variance[0].allSatisfy { $0 == 1 } && race.gain[0].allSatisfy { $0 == 0 })
    #expect(race.terminal[0].allSatisfy { $0 == 0 })
    let pairs = claim.comparisons(.init(design: designs[0], races: [race]))
    #expect(pairs.filter { $0.rule == .uniform }.allSatisfy { $0.relativeSteps == 1 })
  }

  /// Both choices of η are one step size for all rules: what is compared is allocation alone.
  @Test func rulesAreComparedAtTheSameStep() throws {
    let claim = Subject(specification: Subject.registered.cutDown)
    let examination = Examination(seed: 1, preset: .quick, threads: 1, claim: "learning-test")
    let worlds = claim.startingWorlds(examination)
    let design = claim.everyDesign(worlds)[0]
    let races = try claim.stepSizes.map { try claim.race(design, worlds: worlds, step: $0) }
    let pairs = claim.comparisons(.init(design: design, races: races))
    #expect(Set(pairs.filter { $0.choice == .fixed }.map(\.step)) == [0.5])
    #expect(Set(pairs.filter { $0.choice == .longest }.map(\.step)) == [1])
    for pair in pairs where pair.choice == .longest {
      let own = try #require(races.last?.rules.firstIndex(of: pair.rule))
      let target = try #require(claim.targets.firstIndex(of: pair.target))
      #expect(pair.steps == races.last?.steps[own][target])
    }
  }

  /// Every reversal that is shown counts by the claim's own rule, run again from the world that is printed.
  @Test func shownReversalsAreBeyondBothMargins() throws {
    let claim = Subject(specification: Subject.registered.cutDown)
    let examination = Examination(seed: 1, preset: .quick, threads: 1, claim: "learning-test")
    let worlds = claim.startingWorlds(examination)
    let pairs = try claim.everyDesign(worlds).flatMap { design in
      let races = try claim.stepSizes.map { try claim.race(design, worlds: worlds, step: $0) }
      return claim.comparisons(.init(design: design, races: races))
    }
    var evidence = Evidence(control: Finding(basis: .exact(holds: true)))
    try claim.addReversals(&evidence, examination, pairs, worlds)
    #expect(!evidence.counterexamples.isEmpty)
    for aggregation in Aggregation.allCases {
      for estimator in AscentEstimator.allCases {
        guard let pair = claim.clearestReversal(pairs, aggregation, estimator, worlds) else { continue }
        #expect(claim.outcome(pair) == .reversed)
        let steps = try [AscentRule.uniform, pair.rule].map {
          try #require(
            try AscentRun.run(
              $0, world: worlds[pair.design.world], setting: pair.design.setting, step: pair.step,
              until: pair.target, maximumSteps: 300,
              copies: Int(claim.specification.value("copies"))
            ).steps(to: pair.target))
        }
        #expect(steps[1] / steps[0] == pair.relativeSteps)
        let shown = evidence.counterexamples.flatMap(\.values)
        #expect(shown.contains { $0.value == pair.relativeSteps })
        #expect(shown.contains { $0.value == pair.relativeVariance })
      }
    }
  }

  @Test func theControlIsRefutedByItsOwnComparisons() throws {
    let claim = Subject(specification: Subject.registered.cutDown)
    var evidence = Evidence(control: Finding(basis: .exact(holds: true)))
    let examination = Examination(seed: 1, preset: .quick, threads: 1, claim: "learning-test")
    try claim.addControl(&evidence, examination, claim.startingWorlds(examination))
    #expect(evidence.control.basis == .exact(holds: false))
    // The rule that spends where there is least to learn has the higher variance, by more than the margin, wherever it is asked.
    let variances = evidence.estimates.filter { $0.stat == "relative_variance" }.map(\.estimate)
    #expect(!variances.isEmpty && variances.allSatisfy { $0 > 1.05 }, "\(variances)")
    // What the same tally says of the claim itself on these pairs is the mirror image.
    #expect(
      Subject.Outcome.asClaimed.mirrored == .reversed && Subject.Outcome.reversed.mirrored == .asClaimed)
    #expect(Subject.Outcome.withinMargin(.reversed).mirrored == .withinMargin(.asClaimed))
  }
}
