/// Dr.GRPO: the group mean is subtracted, nothing is divided: `A_i = R_i − mean R`.
///
/// It is RLOO times (G − 1)/G: biased towards zero by that factor, in the same direction. The token sum is not divided by the rollout's length (the original divides by a constant,
/// which is a choice of step size).
///
/// - Source: `liu2025`, equation for Dr.GRPO.
public struct DrGRPO: GradientEstimator {
  /// The estimator; it has no parameter.
  public init() {}

  /// `dr-grpo`.
  public var name: String { "dr-grpo" }

  /// `R − mean`.
  public func advantages(rewards: [Double], lengths: [Int]) -> [Double] {
    let mean = GroupSums(rewards: rewards).mean
    return rewards.map { $0 - mean }
  }

  /// `R − mean`.
  public func classAdvantages(counts: [Int], rewards: [Double], lengths: [Int]) -> [Double] {
    let mean = GroupSums(counts: counts, rewards: rewards).mean
    return rewards.map { $0 - mean }
  }
}
