/// The exact first two moments of a vector estimator.
public struct EstimatorMoments: Sendable, Hashable {
  /// The mean vector E ĝ.
  public var mean: [Double]
  /// The trace of the covariance.
  public var covarianceTrace: Double

  /// Collects the two.
  public init(mean: [Double], covarianceTrace: Double) {
    self.mean = mean
    self.covarianceTrace = covarianceTrace
  }

  /// `‖E ĝ‖²`.
  public var squaredMeanNorm: Double { mean.reduce(0) { $0 + $1 * $1 } }

  /// `E‖ĝ‖² = tr Cov ĝ + ‖E ĝ‖²`.
  public var secondMoment: Double { covarianceTrace + squaredMeanNorm }
}
