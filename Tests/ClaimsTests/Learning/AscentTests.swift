import Allocation
import Foundation
import Statistics
import Testing
import _TestSupport

@testable import Claims

/// The mean-field recursion against laws that are propagated point by point, and against ascents that are simulated.
@Suite struct AscentTests {
  static func setting(
    _ estimator: AscentEstimator, _ aggregation: Aggregation = .promptEqual,
    source: AscentRule.Source = .oracle, each: Int = 4
  ) -> AscentSetting {
    AscentSetting(
      estimator: estimator, aggregation: aggregation, bounds: AllocationBounds(minimum: 2, maximum: 3 * each),
      source: source, each: each)
  }

  /// E p after `steps` steps of one two-action prompt: every history of counts with its probability.
  static func everyHistory(_ p: Double, _ estimator: AscentEstimator, group: Int, step: Double, steps: Int)
    -> Double
  {
    guard steps > 0 else { return p }
    var sum = 0.0
    for k in 0...group {
      let logit = log(p) - log1p(-p) + 2 * step * estimator.weight(successes: k, group: group)
      sum +=
        SpecialFunctions.binomialProbability(k, of: group, probability: p)
        * everyHistory(1 / (1 + exp(-logit)), estimator, group: group, step: step, steps: steps - 1)
    }
    return sum
  }

  @Test(arguments: AscentEstimator.allCases, [0.15, 0.6])
  func theFirstStepsMeanIsExactUpToThirdMoments(estimator: AscentEstimator, p: Double) {
    // What the points lose are third moments. A step's is at most 0.012 (2η)³ for a variable that ranges over ½ (range³/(6√3)), it enters
    // with |p‴|/6 ≤ 1/48, and there are five steps: 0.01 η³; twice that leaves room for what later drifts make of it.
    func error(_ step: Double) -> (field: Double, noise: Double) {
      let world = AscentWorld(name: "one", rates: [p])
      var ascent = MeanFieldAscent(
        world: world, estimator: estimator, aggregation: .promptEqual, each: 4, step: step)
      for _ in 0..<5 { ascent.advance([4]) }
      let exact = Self.everyHistory(p, estimator, group: 4, step: step, steps: 5)
      // Without noise: the mean step alone.
      var logit = log(p) - log1p(-p)
      for _ in 0..<5 {
        logit += 2 * step * estimator.coefficients(group: 4, probability: 1 / (1 + exp(-logit))).mean
      }
      return (abs(ascent.objective - exact), abs(1 / (1 + exp(-logit)) - exact))
    }
    for step in [0.2, 0.1, 0.05, 0.02] {
      let (field, noise) = error(step)
      #expect(field < 0.02 * step * step * step, "η = \(step): \(field)")
      // The noise itself is of the order η²: the recursion sees nearly all of it.
      #expect(field < 0.02 * noise, "η = \(step): \(field) of \(noise)")
    }
  }

  /// Four actions, a real ascent: the mean of J over 4000 simulated runs within six standard errors, plus the third moments' error from the test above.
  @Test(arguments: AscentEstimator.allCases, Aggregation.allCases)
  func simulatedAscentsAgree(estimator: AscentEstimator, aggregation: Aggregation) throws {
    let key = StreamKey(seed: 5, claim: "ascent-\(estimator.rawValue)-\(aggregation.rawValue)")
    let world = AscentWorld(name: "three", rates: [0.2, 0.5, 0.7], actions: 4, key: key)
    let setting = Self.setting(estimator, aggregation)
    let groups = [3, 6, 3]
    var field = MeanFieldAscent(
      world: world, estimator: estimator, aggregation: aggregation, each: 4, step: 0.2)
    for _ in 0..<6 { field.advance(groups) }
    var moments = Moments()
    for replicate in 0..<4000 {
      var stream = RandomStream(key.designPoint(1).replicate(replicate))
      var ascent = StochasticAscent(world: world, setting: setting, step: 0.2, stream: &stream)
      for _ in 0..<6 { ascent.advance(groups, stream: &stream) }
      moments.add(ascent.objective)
    }
    #expect(
      abs(moments.mean - field.objective) < 6 * moments.standardError + 3e-4,
      "\(moments.mean) \(field.objective)")
  }

  /// What `TerminalValue` says a change of allocation adds to the final J against what mean-field ascent finds: alike to leading order in η.
  @Test func theValueAtTheTargetPredictsTheDifference() throws {
    let world = AscentWorld(name: "pair", rates: [0.2, 0.6])
    var setting = Self.setting(.leaveOneOut, each: 6)
    setting.bounds = AllocationBounds(minimum: 3, maximum: 9)
    let step = 0.02
    let rule = AscentRule.neyman
    let uniform = try AscentRun.run(
      .uniform, world: world, setting: setting, step: step, until: 0.85, maximumSteps: 5000, copies: 1,
      watch: [.uniform, rule])
    let end = uniform.curve.count - 1
    let own = try AscentRun.run(
      rule, world: world, setting: setting, step: step, until: 2, maximumSteps: end, copies: 1)
    let found = own.curve[end] - uniform.curve[end]
    let predicted = uniform.terminalGain(
      rule: 1, uniform: 0, end: end, setting: setting, step: step, stride: 1)
    // The continuous flow stands for about 500 steps: relative error of the order η.
    #expect(abs(found / predicted - 1) < 0.1, "\(found) against \(predicted)")
  }

  /// W by differences of the flow: RLOO, p = 0.2 now, and its closed form (P_T²/P)[2(1−2p_T)P_T/P − (1−2p)].
  @Test func curvatureAtTheTargetByDifferences() {
    func flow(_ logit: Double) -> Double {
      // du/dt = P(u), 4000 midpoint steps of 0.004: global error 10⁻⁷.
      var u = logit
      func slope(_ u: Double) -> Double { 1 / (2 + exp(u) + exp(-u)) }
      for _ in 0..<4000 { u += 0.004 * slope(u + 0.002 * slope(u)) }
      return 1 / (1 + exp(-u))
    }
    let logit = log(0.25)
    let h = 0.02
    let (low, middle, high) = (flow(logit - h), flow(logit), flow(logit + h))
    let value = TerminalValue(probability: 0.2, end: middle, estimator: .leaveOneOut, group: 16)
    #expect(abs(value.slope - (high - low) / (2 * h)) < 1e-3)
    #expect(abs(value.curvature - (high - 2 * middle + low) / (h * h)) < 2e-3)
    let (proxy, final) = (0.16, middle * (1 - middle))
    let closed = final * final / proxy * (2 * (1 - 2 * middle) * final / proxy - 0.6)
    // a' is a difference with a step of 10⁻³.
    #expect(abs(value.curvature - closed) < 1e-6)
    // Noise helps the next step of a prompt below ½ and delays its arrival.
    #expect(closed < 0 && middle > 0.8)
  }

  @Test func stepsAreInterpolated() {
    #expect(AscentRun.steps([0.5, 0.6, 0.8], to: 0.7).map { abs($0 - 1.5) < 1e-12 } == true)
    #expect(AscentRun.steps([0.5, 0.6], to: 0.5) == nil)
    #expect(AscentRun.steps([0.5, 0.6], to: 0.9) == .infinity)
  }

  @Test(arguments: [0.02, 0.5, 0.83])
  func quantilesOfCountsInvertTheDistribution(p: Double) {
    for level in [0.01, 0.37, 0.5, 0.99] {
      let k = AscentRun.binomialQuantile(level, of: 9, p)
      #expect(SpecialFunctions.binomialCumulative(k, of: 9, probability: p) >= level - 1e-12)
      if k > 0 { #expect(SpecialFunctions.binomialCumulative(k - 1, of: 9, probability: p) < level + 1e-12) }
    }
  }

  @Test(arguments: AscentRule.allCases, AscentRule.Source.allCases)
  func everyRuleSpendsTheBudgetWithinBounds(rule: AscentRule, source: AscentRule.Source) throws {
    let rates = AscentWorld.passRates(PassRatePopulation(a: 0.5, b: 2), count: 12)
    let world = AscentWorld(name: "beta", rates: rates)
    let views = (0..<12).map {
      AscentRule.View(
        shape: world.shape($0), counts: PromptStatistics(successes: $0, samples: 16),
        value: TerminalValue(probability: rates[$0], end: 0.9, estimator: .normalised, group: 16))
    }
    let bounds = AllocationBounds(minimum: 8, maximum: 24)
    let rollouts = try rule.rollouts(
      views, source: source, estimator: .normalised, each: 16, bounds: bounds)
    #expect(rollouts.reduce(0, +) == 16 * 12)
    #expect(rollouts.allSatisfy { (8...24).contains($0) }, "\(rollouts)")
    if rule == .uniform { #expect(rollouts.allSatisfy { $0 == 16 }) }
  }

  /// The quantiles of Beta(1,1) are the levels themselves; of Beta(½,2) the distribution function at them is the level.
  @Test func passRatesAreQuantiles() throws {
    #expect(
      AscentWorld.passRates(PassRatePopulation(a: 1, b: 1), count: 4).map { ($0 * 8).rounded() } == [
        1, 3, 5, 7,
      ])
    for (i, p) in AscentWorld.passRates(PassRatePopulation(a: 0.5, b: 2), count: 5).enumerated() {
      #expect(abs(try SpecialFunctions.incompleteBeta(0.5, 2, p) - (Double(i) + 0.5) / 5) < 1e-12)
    }
  }
}
