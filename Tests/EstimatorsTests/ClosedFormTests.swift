import Estimators
import Policies
import Statistics
import Testing

/// Every closed form of the theory against the enumeration oracle, on prompts of every named population.
@Suite struct ClosedFormTests {
  static func prompts() throws -> [Prompt] {
    try PromptPopulation.all.flatMap { population in
      try population.prompts(
        population.name == "diffuse" ? 1 : 4, key: StreamKey(seed: 11, claim: "closed-forms"))
    }
  }

  /// Relative to the second moment of one rollout, which both sides are sums over: 1e-12 of it is a few thousand ulps.
  private func expectClose(_ a: Double, _ b: Double, scale: Double) {
    #expect(abs(a - b) <= 1e-12 * max(abs(b), scale))
  }

  @Test func constantBaselinesMatchTheOracle() throws {
    for prompt in try Self.prompts() {
      let moments = try #require(BinaryScoreMoments(prompt.scoreSummary))
      for baseline in [0, 0.25, moments.successProbability, moments.optimalBaseline, 1] {
        let exact = GroupOracle.moments(prompt.scoreSummary, estimator: ConstantBaseline(baseline), group: 1)
        expectClose(
          moments.variance(baseline: baseline), exact.covarianceTrace, scale: 1e-3 * moments.bernoulliVariance
        )
        expectClose(
          moments.squaredGradientNorm, exact.squaredMeanNorm, scale: 1e-3 * moments.bernoulliVariance)
      }
      let value = GroupOracle.moments(
        prompt.scoreSummary, estimator: ConstantBaseline.value(of: prompt.scoreSummary), group: 1)
      expectClose(
        moments.valueBaselineVariance, value.covarianceTrace, scale: 1e-2 * moments.bernoulliVariance)
      let best = ConstantBaseline.optimal(for: prompt.scoreSummary)
      expectClose(moments.optimalBaseline, best.baseline, scale: 1e-3)
      let optimal = GroupOracle.moments(prompt.scoreSummary, estimator: best, group: 1)
      expectClose(
        moments.optimalBaselineVariance, optimal.covarianceTrace, scale: 1e-2 * moments.bernoulliVariance)
    }
  }

  @Test(arguments: [2, 3, 8, 33])
  func groupFormsMatchTheOracle(group: Int) throws {
    for prompt in try Self.prompts() {
      let moments = try #require(BinaryScoreMoments(prompt.scoreSummary))
      let scale = 1e-2 * moments.bernoulliVariance
      let summary = prompt.scoreSummary
      let rloo = GroupOracle.moments(summary, estimator: LeaveOneOut(), group: group)
      expectClose(moments.leaveOneOutVariance(group: group), rloo.covarianceTrace, scale: scale)
      let drGRPO = GroupOracle.moments(summary, estimator: DrGRPO(), group: group)
      expectClose(moments.groupMeanVariance(group: group), drGRPO.covarianceTrace, scale: scale)
      let population = GroupOracle.moments(summary, estimator: GRPO(), group: group)
      expectClose(moments.groupNormalisedVariance(group: group), population.covarianceTrace, scale: scale)
      let sample = GroupOracle.moments(summary, estimator: GRPO(deviation: .sample), group: group)
      expectClose(
        moments.groupNormalisedVariance(group: group, sampleDeviation: true), sample.covarianceTrace,
        scale: scale)
      // E ĝ = (c_G/P) ∇p.
      let factor = moments.expectedDeviation(group: group) / moments.bernoulliVariance
      expectClose(factor * factor * moments.squaredGradientNorm, population.squaredMeanNorm, scale: scale)
    }
  }

  /// The textbook form of GRPO's variance, which loses digits for large G but not at G = 5.
  @Test func normalisedVarianceAgreesWithItsBracketForm() throws {
    let group = 5
    for prompt in try Self.prompts() {
      let m = try #require(BinaryScoreMoments(prompt.scoreSummary))
      let p = m.successProbability
      let q = 1 - p
      func power(_ x: Double) -> Double { x * x * x * x * x }
      let c = m.expectedDeviation(group: group)
      let bracket =
        (m.successVariance * (q - power(q)) + m.failureVariance * (p - power(p))) / 5
        + m.squaredDistance * (4 * m.bernoulliVariance / 5 - c * c)
      expectClose(m.groupNormalisedVariance(group: group), bracket, scale: m.bernoulliVariance)
    }
  }

  /// GRPO in large groups: G·Var → (1−p)v_S + p v_F + (1−2p)²D²/4, no factor P left.
  ///
  /// The delta method's next term is of order 1/(G·P); at G = 4096
  /// and P ≥ 0.2 it is below 1/500.
  @Test func normalisationRemovesTheBernoulliVariance() {
    for p in [0.3, 0.5, 0.65] {
      let m = BinaryScoreMoments(
        successProbability: p, successVariance: 0.4, failureVariance: 0.7, squaredDistance: 1.1)
      let limit = (1 - p) * 0.4 + p * 0.7 + (1 - 2 * p) * (1 - 2 * p) * 1.1 / 4
      #expect(abs(4096 * m.groupNormalisedVariance(group: 4096) / limit - 1) < 1.0 / 500)
    }
  }

  /// Two actions, p = 1/4: s = (3/4, −3/4) or (−1/4, 1/4), R − p = 3/4 or −1/4; the two products (9/16, −9/16) and (1/16, −1/16)
  /// differ by (1/2, −1/2), so the variance is 3/16 · 1/2 = 3/32.
  @Test func twoActionsAtOneQuarterByHand() throws {
    let summary = try SoftmaxPolicy(probabilities: [0.25, 0.75]).scoreSummary(rewards: [1, 0])
    let moments = try #require(BinaryScoreMoments(summary))
    #expect(moments.successVariance == 0 && moments.failureVariance == 0 && moments.squaredDistance == 2)
    #expect(moments.valueBaselineVariance == 3.0 / 32)
    let world = RationalPrompt(probabilities: [Rational(1, 4), Rational(3, 4)], rewards: [.one, .zero])
    #expect(world.variance(baseline: Rational(1, 4)) == Rational(3, 32))
  }

  @Test(arguments: [2, 3, 4])
  func fractionsAgreeWithTheOracle(group: Int) throws {
    let world = RationalPrompt(
      probabilities: [Rational(1, 6), Rational(1, 3), Rational(1, 2)], rewards: [.one, .zero, .one])
    let summary = try SoftmaxPolicy(probabilities: world.probabilities.map(\.value)).scoreSummary(rewards: [
      1, 0, 1,
    ])
    for (estimator, exact) in [
      (LeaveOneOut() as any GradientEstimator, world.groupVariance(group: group, leaveOneOut: true)),
      (DrGRPO(), world.groupVariance(group: group, leaveOneOut: false)),
    ] {
      let oracle = GroupOracle.moments(summary, estimator: estimator, group: group).covarianceTrace
      #expect(abs(oracle / exact.value - 1) < 1e-13)
    }
    #expect(world.rewardVariance == Rational(2, 9))
    #expect(world.optimalBaseline.value - (BinaryScoreMoments(summary)?.optimalBaseline ?? 0) < 1e-15)
  }
}
