import Allocation
import Foundation
import Testing

/// The sequential rules, driven through every outcome, against the absorption probabilities that follow from their definitions.
///
/// Counts only grow, so a prompt has left after t rounds exactly if t full rounds would satisfy the exit: the chain's absorption is a binomial tail, without a recursion.
@Suite struct AbsorbingChainTests {
  static let passRates = [0, 0.02, 0.3, 0.5, 0.85, 1]

  private func compare(_ outcomes: EnumeratedOutcomes, active: [Double], each: Int) {
    // active[t] is the probability of drawing round t+1.
    #expect(abs(outcomes.probability { _ in true } - 1) < enumerationTolerance)
    #expect(abs(outcomes.rollouts - Double(each) * active.reduce(0, +)) < 50 * enumerationTolerance)
    for (round, probability) in active.enumerated() {
      let left = round + 1 < active.count ? active[round + 1] : 0
      let exits = outcomes.probability { $0.rounds.count == round + 1 }
      #expect(abs(exits - (probability - left)) < enumerationTolerance, "exit after round \(round + 1)")
    }
    for path in outcomes.paths { #expect(path.requested == path.group.samples) }
  }

  @Test(arguments: passRates, [(8, 4, 4), (3, 5, 2), (2, 2, 3)])
  func reinforceAdaLeavesWithTheProbabilityOfEnoughOfBoth(p: Double, numbers: (Int, Int, Int)) throws {
    let (each, kept, rounds) = numbers
    let outcomes = try EnumeratedOutcomes(
      ReinforceAda(exit: .balanced, rounds: rounds, each: each, kept: kept), passRate: p)
    let active = (0..<rounds).map { round in
      1 - binomial(round * each, p, from: kept / 2, to: round * each - (kept - kept / 2))
    }
    compare(outcomes, active: active, each: each)
  }

  @Test(arguments: passRates)
  func reinforceAdaLeavesAfterTheFirstSuccess(p: Double) throws {
    let outcomes = try EnumeratedOutcomes(ReinforceAda(exit: .positiveFocused(successes: 1)), passRate: p)
    compare(outcomes, active: (0..<4).map { pow(1 - p, Double(8 * $0)) }, each: 8)
  }

  @Test(arguments: passRates, [(2, 4), (4, 2), (1, 8)])
  func stagedReuseLeavesAfterTheFirstSuccess(p: Double, numbers: (Int, Int)) throws {
    let (stages, each) = numbers
    let outcomes = try EnumeratedOutcomes(StagedReuse(stages: stages, each: each), passRate: p)
    compare(outcomes, active: (0..<stages).map { pow(1 - p, Double(each * $0)) }, each: each)
  }

  @Test(arguments: passRates, [(4, 12), (2, 6)])
  func aScreenIsPassedByMixedGroups(p: Double, numbers: (Int, Int)) throws {
    let sampler = ScreenedSampling(screen: numbers.0, more: numbers.1)
    let outcomes = try EnumeratedOutcomes(sampler, passRate: p)
    let passes = 1 - pow(p, Double(numbers.0)) - pow(1 - p, Double(numbers.0))
    #expect(
      abs(outcomes.rollouts - (Double(numbers.0) + Double(numbers.1) * passes)) < 50 * enumerationTolerance)
    let trained = outcomes.probability { !sampler.training([$0], count: 1).isEmpty }
    #expect(abs(trained - passes) < enumerationTolerance)
  }

  /// The bias that conditioning on the screen brings, and that leaving the screen out takes away: in the continuation alone a success has probability p.
  @Test(arguments: [0.1, 0.3, 0.5, 0.85])
  func onlyTheContinuationIsUnbiasedGivenTheScreen(p: Double) throws {
    for skips in [false, true] {
      let sampler = ScreenedSampling(screen: 4, more: 4, skipsScreen: skips)
      let outcomes = try EnumeratedOutcomes(sampler, passRate: p)
      var passed = 0.0
      var rate = 0.0
      for path in outcomes.paths {
        guard let trained = sampler.training([path.group], count: 1).first else { continue }
        passed += path.probability
        rate +=
          path.probability * Double(trained.successes) / Double(trained.successes + trained.failures)
        #expect(trained.successes + trained.failures == (skips ? 4 : 8))
        #expect(trained.skippedRounds == (skips ? 1 : 0))
      }
      // E[k | 0 < k < n] of a binomial, by its definition.
      let screened = (4 * p - 4 * pow(p, 4)) / (4 * (1 - pow(p, 4) - pow(1 - p, 4)))
      let expected = skips ? p : (p + screened) / 2
      #expect(abs(rate / passed - expected) < enumerationTolerance)
    }
  }

  /// METHODS A7b: a kept prompt costs 1/(1 − pⁿ − (1−p)ⁿ) groups.
  @Test(arguments: [0.02, 0.3, 0.5, 0.85], [2, 8, 16])
  func aMixedGroupCostsTheInverseOfItsProbability(p: Double, n: Int) throws {
    let sampler = MixedGroupSampling(each: n)
    let outcomes = try EnumeratedOutcomes(sampler, passRate: p)
    let kept = outcomes.probability { !sampler.training([$0], count: 1).isEmpty }
    let expected = Double(n) / (1 - pow(p, Double(n)) - pow(1 - p, Double(n)))
    // 1 − (1 − p)ⁿ cancels two digits at p = .02, n = 2.
    #expect(abs(outcomes.rollouts / kept - expected) < 100 * enumerationTolerance * expected)
  }

  /// Three prompts, at most two of them trained on: every joint outcome, against the Poisson binomial by inclusion of each subset.
  @Test func aBatchTrainsOnTheFirstMixedGroups() throws {
    let passRates = [0.2, 0.5, 0.9]
    let sampler = MixedGroupSampling(each: 3)
    let prompts = try passRates.map { try EnumeratedOutcomes(sampler, passRate: $0).paths }
    var trained = 0.0
    var lastIsTrained = 0.0
    for first in prompts[0] {
      for second in prompts[1] {
        for third in prompts[2] {
          let probability = first.probability * second.probability * third.probability
          let groups = sampler.training([first.group, second.group, third.group], count: 2)
          trained += probability * Double(groups.count)
          if groups.contains(where: { $0.group == 2 }) { lastIsTrained += probability }
        }
      }
    }
    let mixed = passRates.map { 1 - pow($0, 3) - pow(1 - $0, 3) }
    let all = mixed[0] * mixed[1] * mixed[2]
    #expect(abs(trained - (mixed.reduce(0, +) - all)) < enumerationTolerance)
    #expect(abs(lastIsTrained - mixed[2] * (1 - mixed[0] * mixed[1])) < enumerationTolerance)
  }

  @Test(arguments: [0, 0.2, 0.5, 0.9, 1])
  func aBandIsReachedWithItsBinomialProbability(p: Double) throws {
    let sampler = DifficultyBand(each: 10)
    let outcomes = try EnumeratedOutcomes(sampler, passRate: p)
    let kept = outcomes.probability { !sampler.training([$0], count: 1).isEmpty }
    // Of 10, 2 to 8: both ends belong to the band.
    #expect(abs(kept - binomial(10, p, from: 2, to: 8)) < enumerationTolerance)
    #expect(abs(outcomes.rollouts - 10) < 50 * enumerationTolerance)
  }

  /// The baseline is the mean of every sample: over those that are trained on, advantages do not add up to 0, but over all that were drawn they do.
  @Test(arguments: [ReinforceAda.Exit.balanced, .positiveFocused(successes: 1)])
  func advantagesOfAllSamplesAddUpToZero(exit: ReinforceAda.Exit) throws {
    let sampler = ReinforceAda(exit: exit)
    for path in try EnumeratedOutcomes(sampler, passRate: 0.3).paths {
      let trained = try #require(sampler.training([path.group], count: 1).first)
      let centring = try #require(trained.centring)
      #expect(trained.successes + trained.failures == 4)
      #expect(centring.scale == 1)
      let sum =
        Double(path.group.successes) * (1 - centring.baseline)
        - Double(path.group.failures) * centring.baseline
      // 32 terms of at most 1, each half an ulp.
      #expect(abs(sum) <= 32 * Double(1).ulp)
    }
  }
}
