/// The four numbers that the variance of any reward-driven estimator depends on when rewards are 0 or 1.
public struct BinaryScoreMoments: Sendable, Hashable {
  /// The success probability p.
  public var successProbability: Double
  /// v_S = tr Cov(s | R = 1); 0 when p = 0.
  public var successVariance: Double
  /// v_F = tr Cov(s | R = 0); 0 when p = 1.
  public var failureVariance: Double
  /// D² = ‖m_S − m_F‖²; 0 when p ∈ {0, 1}.
  public var squaredDistance: Double

  /// Collects the four.
  public init(
    successProbability: Double, successVariance: Double, failureVariance: Double, squaredDistance: Double
  ) {
    self.successProbability = successProbability
    self.successVariance = successVariance
    self.failureVariance = failureVariance
    self.squaredDistance = squaredDistance
  }

  /// The moments of a prompt whose rewards are 0 and 1; nil if another reward has positive probability.
  public init?(_ summary: ScoreSummary) {
    let merged = summary.mergedByReward.classes
    guard merged.allSatisfy({ $0.reward == 0 || $0.reward == 1 }) else { return nil }
    let success = merged.first { $0.reward == 1 }
    let failure = merged.first { $0.reward == 0 }
    var distance = 0.0
    if let success, let failure {
      for (a, b) in zip(success.onGain.mean, failure.onGain.mean) { distance += (a - b) * (a - b) }
    }
    self.init(
      successProbability: success?.probability ?? 0, successVariance: success?.onGain.covarianceTrace ?? 0,
      failureVariance: failure?.onGain.covarianceTrace ?? 0, squaredDistance: distance)
  }

  /// The Bernoulli variance P = p(1 − p).
  public var bernoulliVariance: Double { successProbability * (1 - successProbability) }
}
