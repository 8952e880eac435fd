import Estimators
import Foundation
import Policies
import Statistics
import Testing
import _TestSupport

@testable import Training

/// The advantages of a step against the estimators that were examined, and the gradient of the loss against their exact moments.
@Suite struct AdvantageRuleTests {
  static let groupRules: [AdvantageRule] = [.reinforce, .rloo, .grpo, .grpoPopulation, .drGRPO, .opo]

  /// Every group of the oracle, spread out into rollouts: what the rule gives a rollout is what the oracle's estimator gives its class.
  @Test(arguments: groupRules, [1, 2, 5])
  func advantagesAreTheEstimatorsOnTheOraclesGroups(rule: AdvantageRule, size: Int) throws {
    let estimator = try #require(rule.estimator)
    let rewards = [0.0, 1, 1]
    let lengths = [3, 2, 5]
    GroupOracle.forEachComposition(group: size, probabilities: [0.5, 0.2, 0.3]) { counts, _ in
      let classes = counts.enumerated().flatMap { [Int](repeating: $0, count: $1) }
      let wanted = estimator.classAdvantages(counts: counts, rewards: rewards, lengths: lengths)
      let found = try? rule.advantages(
        rewards: classes.map { rewards[$0] }, lengths: classes.map { lengths[$0] },
        groups: classes.map { _ in 7 })
      // Five terms of order one, two roundings each, on both sides.
      #expect(
        found.map { zip($0, classes).allSatisfy { abs($0 - wanted[$1]) <= 16 * 0x1p-52 } } == true,
        "\(counts): \(found ?? []), \(wanted)")
    }
  }

  /// The mean over all groups of the descent direction is the estimator's exact mean, for prompt-equal weights.
  @Test(arguments: groupRules)
  func theLossDescendsAlongTheOraclesMean(rule: AdvantageRule) throws {
    let estimator = try #require(rule.estimator)
    let policy = try SoftmaxPolicy(probabilities: [0.1, 0.2, 0.3, 0.4])
    let rewards = [1.0, 0, 1, 0]
    let prompt = try policy.enumerated(rewards: rewards)
    let size = 4
    var mean = [Double](repeating: 0, count: 4)
    var failure: (any Error)?
    GroupOracle.forEachComposition(group: size, probabilities: policy.probabilities) { counts, probability in
      do {
        let actions = counts.enumerated().flatMap { [Int](repeating: $0, count: $1) }
        let own = actions.map { log(policy.probabilities[$0]) }
        let groups = actions.map { _ in 0 }
        let batch = UpdateBatch(
          groups: groups, starts: Array(0...size), rewards: actions.map { rewards[$0] },
          advantages: try rule.advantages(
            rewards: actions.map { rewards[$0] }, lengths: actions.map { _ in 1 }, groups: groups),
          sampledLogProbabilities: own, logProbabilities: own, entropies: actions.map { _ in 1 },
          maximumLength: 1)
        let result = try Objective().evaluate(batch, stream: ReferenceBatch.stream)
        for (action, slope) in zip(actions, result.logProbabilityGradients) {
          for j in mean.indices {
            mean[j] -= probability * slope * ((j == action ? 1 : 0) - policy.probabilities[j])
          }
        }
      } catch { failure = error }
    }
    if let failure { throw failure }
    let exact = GroupOracle.exhaustive(prompt.scoreSummary, estimator: estimator, group: size).mean
    // 35 groups, sums of a few terms of order one.
    for (found, wanted) in zip(mean, exact) { #expect(abs(found - wanted) < 1e-13, "\(mean), \(exact)") }
    #expect(exact.contains { abs($0) > 0.01 })
  }

  @Test func groupsAreToldApartByLabelAndMayBeUnevenAndMixedUp() throws {
    let found = try AdvantageRule.rloo.advantages(
      rewards: [1, 0, 0, 1, 1], lengths: [1, 1, 1, 1, 1], groups: [5, 2, 5, 2, 2])
    #expect(found == [1, -1, -1, 0.5, 0.5])
  }

  @Test(arguments: [AdvantageRule.reinforcePlusPlus, .reinforcePlusPlusBaseline])
  func whiteningSeesTheWholeStep(rule: AdvantageRule) throws {
    let rewards = [[1.0, 0, 0, 1], [0, 1, 1], [1, 1]]
    let flat = rewards.flatMap { $0 }
    let groups = rewards.enumerated().flatMap { label, group in group.map { _ in label } }
    let found = try rule.advantages(rewards: flat, lengths: flat.map { _ in 1 }, groups: groups)
    let estimator = try #require(rule.whitening)
    #expect(found == estimator.batchAdvantages(rewards: rewards).flatMap { $0 })
    // Mean 0 and squares that add up to n − 1, but for ε = 10⁻⁸ beside a deviation of about ½.
    #expect(abs(found.reduce(0, +)) < 1e-12)
    #expect(abs(found.reduce(0) { $0 + $1 * $1 } - 8) < 1e-6)
  }

  @Test func successesAndFailuresGetTheirOwnValues() throws {
    let rewards = [1.0, 0, 1]
    for (rule, wanted) in [
      (AdvantageRule.weightedReinforce, [0.1, -1, 0.1]), (.positiveOnly, [1, 0, 1]),
      (.negativeOnly, [0, -1, 0]),
    ] {
      #expect(try rule.advantages(rewards: rewards, lengths: [1, 1, 1], groups: [0, 0, 1]) == wanted)
    }
  }

  @Test func rewardsThatARuleCannotUseAreRefused() {
    #expect(throws: TrainingError.self) {
      try AdvantageRule.positiveOnly.advantages(rewards: [0.5], lengths: [1], groups: [0])
    }
    #expect(throws: TrainingError.self) {
      try AdvantageRule.rloo.advantages(rewards: [.nan, 1], lengths: [1, 1], groups: [0, 0])
    }
  }

  @Test func everyRuleIsOneTypeOfTheLibrary() {
    for rule in AdvantageRule.allCases {
      let kinds = [rule.estimator != nil, rule.whitening != nil, rule.weights != nil]
      #expect(kinds.count { $0 } == 1, "\(rule.rawValue)")
    }
  }
}
