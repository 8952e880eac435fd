/// REINFORCE with a baseline that does not depend on the rollout: `A = R − b`.
///
/// Unbiased for every b, because the mean score is zero.
///
/// - Source: `williams1992`.
public struct ConstantBaseline: GradientEstimator {
  /// The baseline b.
  public let baseline: Double
  /// The name used in tables.
  public let name: String

  /// The estimator with baseline `baseline`.
  public init(_ baseline: Double, name: String = "constant-baseline") {
    self.baseline = baseline
    self.name = name
  }

  /// Its rollouts are independent.
  public var isPerRollout: Bool { true }

  /// `R − b`.
  public func advantages(rewards: [Double], lengths: [Int]) -> [Double] { rewards.map { $0 - baseline } }

  /// `R − b`.
  public func classAdvantages(counts: [Int], rewards: [Double], lengths: [Int]) -> [Double] {
    rewards.map { $0 - baseline }
  }
}
