import CGSL

extension SpecialFunctions {
  /// Φ(x), the standard normal distribution function.
  public static func normalCumulative(_ x: Double) -> Double { gsl_cdf_ugaussian_P(x) }

  /// 1 − Φ(x) with full relative accuracy; the subtraction has none beyond x = 8.
  public static func normalUpperTail(_ x: Double) -> Double { gsl_cdf_ugaussian_Q(x) }

  /// Φ⁻¹(p); infinite at 0 and 1.
  ///
  /// - Precondition: p in [0, 1].
  public static func normalQuantile(_ p: Double) -> Double {
    requireProbability(p)
    if p == 0 { return -.infinity }
    if p == 1 { return .infinity }
    return gsl_cdf_ugaussian_Pinv(p)
  }

  /// The point that a standard normal number exceeds with probability p; exact for tiny p, where 1 − p rounds to 1.
  ///
  /// - Precondition: p in [0, 1].
  public static func normalUpperQuantile(_ p: Double) -> Double {
    requireProbability(p)
    if p == 0 { return .infinity }
    if p == 1 { return -.infinity }
    return gsl_cdf_ugaussian_Qinv(p)
  }

  /// The distribution function of Student's t.
  ///
  /// - Precondition: degrees of freedom positive.
  public static func studentCumulative(_ x: Double, degreesOfFreedom: Double) -> Double {
    requireDegrees(degreesOfFreedom)
    return gsl_cdf_tdist_P(x, degreesOfFreedom)
  }

  /// The probability that Student's t exceeds x.
  ///
  /// - Precondition: degrees of freedom positive.
  public static func studentUpperTail(_ x: Double, degreesOfFreedom: Double) -> Double {
    requireDegrees(degreesOfFreedom)
    return gsl_cdf_tdist_Q(x, degreesOfFreedom)
  }

  /// The quantile of Student's t.
  ///
  /// - Precondition: p in (0, 1), degrees of freedom positive.
  public static func studentQuantile(_ p: Double, degreesOfFreedom: Double) -> Double {
    requireOpenProbability(p)
    requireDegrees(degreesOfFreedom)
    return gsl_cdf_tdist_Pinv(p, degreesOfFreedom)
  }

  /// The point that Student's t exceeds with probability p; exact for tiny p.
  ///
  /// - Precondition: p in (0, 1), degrees of freedom positive.
  public static func studentUpperQuantile(_ p: Double, degreesOfFreedom: Double) -> Double {
    requireOpenProbability(p)
    requireDegrees(degreesOfFreedom)
    return gsl_cdf_tdist_Qinv(p, degreesOfFreedom)
  }

  static func requireProbability(_ p: Double) {
    precondition((0...1).contains(p), "the probability \(p) must lie in [0, 1]")
  }

  private static func requireOpenProbability(_ p: Double) {
    precondition(p > 0 && p < 1, "the probability \(p) must lie in (0, 1)")
  }

  private static func requireDegrees(_ degreesOfFreedom: Double) {
    precondition(degreesOfFreedom > 0, "degrees of freedom \(degreesOfFreedom) must be positive")
  }
}
