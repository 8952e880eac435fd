import Estimators
import Policies
import Statistics
import Testing

/// Worlds small enough for M^G tuples: one step, per-prefix and shared sequences, lengths that differ, graded rewards.
enum SmallPrompts {
  static func all() throws -> [EnumeratedPrompt] {
    let logits = [[0.3, -0.7], [1.1, 0.2], [-0.4, 0.9]]
    let sequence = try SequencePolicy(vocabulary: 2, length: 2, parameters: .perPrefix, logits: logits)
    let shared = try SequencePolicy(vocabulary: 2, length: 2, parameters: .shared, logits: [[0.4, -0.2]])
    let ended = try SequencePolicy(
      vocabulary: 2, length: 2, parameters: .perPrefix, endToken: 1, logits: logits)
    return [
      try SoftmaxPolicy(probabilities: [0.5, 0.5]).enumerated(rewards: [1, 0]),
      try SoftmaxPolicy(logits: [0.2, -1.3, 0.9]).enumerated(rewards: [1, 0, 0]),
      try SoftmaxPolicy(probabilities: [0.1, 0.2, 0.3, 0.4]).enumerated(rewards: [1, 0, 1, 0]),
      try SoftmaxPolicy(probabilities: [0.1, 0.2, 0.3, 0.4]).enumerated(rewards: [0, 0.5, 1, 0.25]),
      try sequence.enumerated { $0 == [0, 1] || $0 == [1, 0] ? 1 : 0 },
      try shared.enumerated { $0.first == 0 ? 1 : 0 },
      try ended.enumerated { $0.count == 1 ? 1 : 0 },
    ]
  }
}

@Suite struct OracleTests {
  static let estimators: [any GradientEstimator] = [
    NoBaseline(), ConstantBaseline(0.3), LeaveOneOut(), DrGRPO(), OPO(), ReinforcePlusPlus(),
    ReinforcePlusPlus(variant: .groupBaseline, epsilon: 1e-8), GRPO(),
    GRPO(deviation: .sample, epsilon: 1e-4),
    GRPO(epsilon: 1e-6, groupOfOne: .reward),
  ]

  /// Two independent routes to the same sums of about 4⁴ terms, each with a relative error of a few hundred ulps.
  @Test(arguments: OracleTests.estimators.indices, [1, 2, 3, 4])
  func countsAndTuplesAgree(index: Int, group: Int) throws {
    let estimator = Self.estimators[index]
    for prompt in try SmallPrompts.all() {
      let fast = GroupOracle.moments(prompt.scoreSummary, estimator: estimator, group: group)
      let exhaustive = GroupOracle.exhaustive(prompt.scoreSummary, estimator: estimator, group: group)
      let slow = TupleOracle.moments(prompt, estimator: estimator, group: group)
      let scale = max(slow.secondMoment, 1e-300)
      #expect(abs(fast.covarianceTrace - slow.covarianceTrace) <= 1e-12 * scale)
      #expect(abs(exhaustive.covarianceTrace - slow.covarianceTrace) <= 1e-12 * scale)
      for (a, b) in zip(fast.mean, slow.mean) { #expect(abs(a - b) <= 1e-12) }
    }
  }

  @Test func fourActionsInGroupsOfSixteenTakeAnInstant() throws {
    // 969 compositions instead of 4·10⁹ tuples; checked against the closed form, since no tuple oracle can.
    let summary = try SoftmaxPolicy(probabilities: [0.1, 0.2, 0.3, 0.4]).scoreSummary(rewards: [1, 0, 1, 0])
    let moments = try #require(BinaryScoreMoments(summary))
    let exact = GroupOracle.moments(summary, estimator: LeaveOneOut(), group: 16)
    #expect(abs(exact.covarianceTrace / moments.leaveOneOutVariance(group: 16) - 1) < 1e-12)
  }

  @Test func sequencesOfSixTokensOverThreeAreEnumerated() throws {
    let prefixes = Int(SequencePolicy.prefixCount(vocabulary: 3, length: 6))
    var stream = RandomStream(StreamKey(seed: 7, claim: "test-T6"))
    let logits = (0..<prefixes).map { _ in (0..<3).map { _ in stream.uniform() - 0.5 } }
    let policy = try SequencePolicy(vocabulary: 3, length: 6, parameters: .perPrefix, logits: logits)
    let prompt = try policy.enumerated { $0.reduce(0, +) % 3 == 0 ? 1 : 0 }
    #expect(prompt.outcomeCount == 729)
    #expect(abs(prompt.probabilities.reduce(0, +) - 1) < 1e-12)
    let summary = prompt.scoreSummary
    let moments = try #require(BinaryScoreMoments(summary))
    let exact = GroupOracle.moments(summary, estimator: GRPO(), group: 16)
    #expect(abs(exact.covarianceTrace / moments.groupNormalisedVariance(group: 16) - 1) < 1e-11)
  }

  @Test(arguments: [1, 2, 3])
  func baselinesLeaveTheGradientUnbiased(group: Int) throws {
    for prompt in try SmallPrompts.all() {
      for estimator in [NoBaseline(), ConstantBaseline(0.7), LeaveOneOut()] as [any GradientEstimator]
      where group > 1 || !(estimator is LeaveOneOut) {
        let moments = GroupOracle.moments(prompt.scoreSummary, estimator: estimator, group: group)
        for (a, b) in zip(moments.mean, prompt.gradient) { #expect(abs(a - b) < 1e-13) }
      }
    }
  }

  @Test func theOptimalBaselineIsAMinimum() throws {
    for prompt in try SmallPrompts.all() {
      let summary = prompt.scoreSummary
      let best = ConstantBaseline.optimal(for: summary)
      let least = GroupOracle.moments(summary, estimator: best, group: 1).covarianceTrace
      for shift in [-0.1, -0.01, 0.01, 0.1] {
        let other = ConstantBaseline(best.baseline + shift)
        #expect(GroupOracle.moments(summary, estimator: other, group: 1).covarianceTrace > least)
      }
    }
  }

  @Test func aBatchOfOnePromptIsAGroup() throws {
    for prompt in try SmallPrompts.all() {
      let summary = prompt.scoreSummary.mergedByReward
      let batch = BatchOracle.moments([summary], estimator: ReinforcePlusPlus(), group: 3)[0]
      let group = GroupOracle.moments(summary, estimator: ReinforcePlusPlus(), group: 3)
      #expect(abs(batch.covarianceTrace - group.covarianceTrace) <= 1e-12 * group.secondMoment)
    }
  }

  /// Two prompts, groups of two: all 2⁴ reward patterns of two two-action prompts by hand-written loops.
  @Test func batchWhiteningAgreesWithAllRewardPatterns() throws {
    let p = [0.3, 0.6]
    let summaries = try p.map {
      try SoftmaxPolicy(probabilities: [$0, 1 - $0]).scoreSummary(rewards: [1, 0])
    }
    let oracle = BatchOracle.moments(summaries, estimator: ReinforcePlusPlus(), group: 2)
    var first = [0.0, 0.0]
    var second = 0.0
    for pattern in 0..<16 {
      let rewards = [[pattern & 1, pattern >> 1 & 1], [pattern >> 2 & 1, pattern >> 3 & 1]].map {
        $0.map(Double.init)
      }
      var probability = 1.0
      for i in 0..<2 { for r in rewards[i] { probability *= r == 1 ? p[i] : 1 - p[i] } }
      let all = rewards.flatMap { $0 }
      let mean = all.reduce(0, +) / 4
      let deviation = (all.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 3).squareRoot()
      guard deviation > 0 else { continue }
      var estimate = [0.0, 0.0]
      for r in rewards[0] {
        let score = r == 1 ? [1 - p[0], -(1 - p[0])] : [-p[0], p[0]]
        for j in 0..<2 { estimate[j] += (r - mean) / deviation * score[j] / 2 }
      }
      for j in 0..<2 {
        first[j] += probability * estimate[j]
        second += probability * estimate[j] * estimate[j]
      }
    }
    #expect(abs(oracle[0].mean[0] - first[0]) < 1e-14)
    #expect(abs(oracle[0].secondMoment - second) < 1e-14)
  }
}
