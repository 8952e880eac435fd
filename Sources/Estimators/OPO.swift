/// OPO: the baseline is the group's mean reward weighted by length, `b = Σ l_j R_j / Σ l_j`.
///
/// It is the optimal baseline under the assumption that a rollout's squared score norm is proportional to its length. The rollout's own reward is part of
/// the baseline, so the estimator is biased, by a factor of order 1/G. A group of one has no others: baseline 0.
///
/// - Source: `hao2025`.
public struct OPO: GradientEstimator {
  /// The estimator; it has no parameter.
  public init() {}

  /// `opo`.
  public var name: String { "opo" }

  /// `R − Σ l R / Σ l`.
  public func advantages(rewards: [Double], lengths: [Int]) -> [Double] {
    guard rewards.count > 1 else { return rewards }
    var weighted = 0.0
    var total = 0.0
    for (reward, length) in zip(rewards, lengths) {
      weighted += Double(length) * reward
      total += Double(length)
    }
    return rewards.map { $0 - weighted / total }
  }

  /// `R − Σ l R / Σ l`.
  public func classAdvantages(counts: [Int], rewards: [Double], lengths: [Int]) -> [Double] {
    var weighted = 0.0
    var total = 0.0
    for index in counts.indices {
      let tokens = Double(counts[index] * lengths[index])
      weighted += tokens * rewards[index]
      total += tokens
    }
    guard counts.reduce(0, +) > 1 else { return rewards }
    return rewards.map { $0 - weighted / total }
  }
}
