/// How the mean of an estimator stands to the true gradient, and its variance when both take the same step along it.
///
/// ```
/// scale = ⟨m, ∇⟩/‖∇‖²,   cosine = ⟨m, ∇⟩/(‖m‖ ‖∇‖),   bias off the direction = ‖m − scale ∇‖
/// ```
///
/// A factor that shrinks the estimate shrinks its variance with the square; what counts is the variance at equal expected step, `tr Cov/scale²`.
public struct GradientAgreement: Sendable, Hashable {
  /// ⟨m, ∇⟩/‖∇‖²: the length of the expected step along the gradient, in gradients.
  public let scale: Double
  /// The cosine of the angle between mean and gradient.
  public let cosine: Double
  /// ‖m − ∇‖/‖∇‖: the strict bias.
  public let strictBias: Double
  /// ‖m/scale − ∇‖/‖∇‖: the bias that no step size removes; infinite where the scale is 0.
  public let relativeBias: Double
  /// tr Cov.
  public let rawVariance: Double
  /// tr Cov/scale²; infinite unless the scale is positive.
  public let varianceAtEqualStep: Double
  /// The number of groups at which the squared bias exceeds the variance of their mean, tr Cov/‖m − scale ∇‖².
  ///
  /// Infinite for an unbiased direction; rounding makes that about 10³⁰.
  public let groupsToBias: Double

  /// Compares moments with the true gradient.
  ///
  /// All ratios are NaN where the gradient is 0: there is no direction to agree with.
  ///
  /// - Precondition: equal dimensions.
  public init(_ moments: EstimatorMoments, gradient: [Double]) {
    precondition(
      moments.mean.count == gradient.count, "a mean of \(moments.mean.count), a gradient of \(gradient.count)"
    )
    var product = 0.0
    var gradientSquare = 0.0
    var strict = 0.0
    for (m, g) in zip(moments.mean, gradient) {
      product += m * g
      gradientSquare += g * g
      strict += (m - g) * (m - g)
    }
    let scale = product / gradientSquare
    var off = 0.0
    for (m, g) in zip(moments.mean, gradient) { off += (m - scale * g) * (m - scale * g) }
    self.scale = scale
    cosine = product / (gradientSquare * moments.squaredMeanNorm).squareRoot()
    strictBias = (strict / gradientSquare).squareRoot()
    relativeBias = (off / gradientSquare).squareRoot() / abs(scale)
    rawVariance = moments.covarianceTrace
    varianceAtEqualStep = scale > 0 ? moments.covarianceTrace / (scale * scale) : .infinity
    groupsToBias = moments.covarianceTrace / off
  }
}
