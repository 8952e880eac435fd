/// REINFORCE without a baseline: `A = R`.
///
/// Unbiased. One rollout has covariance trace `V_0 = p v_S + P (1 − p)² D²` for rewards in {0, 1}.
///
/// - Source: `williams1992`.
public struct NoBaseline: GradientEstimator {
  /// The estimator; it has no parameter.
  public init() {}

  /// `reinforce`.
  public var name: String { "reinforce" }

  /// Its rollouts are independent.
  public var isPerRollout: Bool { true }

  /// The rewards themselves.
  public func advantages(rewards: [Double], lengths: [Int]) -> [Double] { rewards }

  /// The rewards themselves.
  public func classAdvantages(counts: [Int], rewards: [Double], lengths: [Int]) -> [Double] { rewards }
}
