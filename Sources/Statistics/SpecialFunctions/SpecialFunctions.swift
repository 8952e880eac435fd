import CGSL
import CNumerics

/// The special functions in use, through GSL's forms that return a status.
public enum SpecialFunctions {
  /// `log Γ(x)` for x not a pole; the real logarithm of |Γ|.
  public static func logGamma(_ x: Double) throws(StatisticsError) -> Double {
    try checked("gsl_sf_lngamma_e") { gsl_sf_lngamma_e(x, &$0) }
  }

  /// `log B(a, b)` for positive a and b.
  public static func logBeta(_ a: Double, _ b: Double) throws(StatisticsError) -> Double {
    try checked("gsl_sf_lnbeta_e") { gsl_sf_lnbeta_e(a, b, &$0) }
  }

  /// The regularised incomplete beta function `I_x(a, b)`.
  public static func incompleteBeta(_ a: Double, _ b: Double, _ x: Double) throws(StatisticsError) -> Double {
    try checked("gsl_sf_beta_inc_e") { gsl_sf_beta_inc_e(a, b, x, &$0) }
  }

  /// `log C(n, k)`.
  ///
  /// - Precondition: 0 ≤ k ≤ n < 2³².
  public static func logBinomialCoefficient(_ n: Int, _ k: Int) throws(StatisticsError) -> Double {
    precondition(k >= 0 && k <= n && n <= Int(UInt32.max), "C(\(n), \(k)) is outside 0 ≤ k ≤ n < 2³²")
    return try checked("gsl_sf_lnchoose_e") { gsl_sf_lnchoose_e(UInt32(n), UInt32(k), &$0) }
  }

  /// `C(n, k) p^k (1−p)^(n−k)`.
  ///
  /// By GSL's density, which goes through logarithms: the relative error grows like n·ulp. Sums over whole distributions use the recursion over trials
  /// instead, which has only positive terms.
  ///
  /// - Precondition: 0 ≤ k ≤ n < 2³², p in [0, 1].
  public static func binomialProbability(_ k: Int, of n: Int, probability p: Double) -> Double {
    precondition(k >= 0 && k <= n && n <= Int(UInt32.max), "\(k) of \(n) is outside 0 ≤ k ≤ n < 2³²")
    precondition((0...1).contains(p), "the probability \(p) must lie in [0, 1]")
    return gsl_ran_binomial_pdf(UInt32(k), p, UInt32(n))
  }

  /// The probability of at most k successes in n trials.
  public static func binomialCumulative(_ k: Int, of n: Int, probability p: Double) -> Double {
    precondition(n >= 0 && n <= Int(UInt32.max) && (0...1).contains(p), "n \(n), p \(p)")
    if k < 0 { return 0 }
    if k >= n { return 1 }
    return gsl_cdf_binomial_P(UInt32(k), p, UInt32(n))
  }

  /// Φ(x), the standard normal distribution function.
  public static func normalCumulative(_ x: Double) -> Double { gsl_cdf_ugaussian_P(x) }

  /// Φ⁻¹(p); infinite at 0 and 1.
  ///
  /// - Precondition: p in [0, 1].
  public static func normalQuantile(_ p: Double) -> Double {
    precondition((0...1).contains(p), "the probability \(p) must lie in [0, 1]")
    if p == 0 { return -.infinity }
    if p == 1 { return .infinity }
    return gsl_cdf_ugaussian_Pinv(p)
  }

  /// The point that a standard normal number exceeds with probability p; exact for tiny p, where 1 − p rounds to 1.
  public static func normalUpperQuantile(_ p: Double) -> Double {
    precondition((0...1).contains(p), "the probability \(p) must lie in [0, 1]")
    if p == 0 { return .infinity }
    if p == 1 { return -.infinity }
    return gsl_cdf_ugaussian_Qinv(p)
  }

  /// The quantile of Student's t.
  ///
  /// - Precondition: p in (0, 1), degrees of freedom positive.
  public static func studentQuantile(_ p: Double, degreesOfFreedom: Double) -> Double {
    precondition(p > 0 && p < 1, "the probability \(p) must lie in (0, 1)")
    precondition(degreesOfFreedom > 0, "degrees of freedom \(degreesOfFreedom) must be positive")
    return gsl_cdf_tdist_Pinv(p, degreesOfFreedom)
  }

  /// The probability that Student's t exceeds x.
  public static func studentUpperTail(_ x: Double, degreesOfFreedom: Double) -> Double {
    precondition(degreesOfFreedom > 0, "degrees of freedom \(degreesOfFreedom) must be positive")
    return gsl_cdf_tdist_Q(x, degreesOfFreedom)
  }

  private static func checked(_ function: String, _ body: (inout gsl_sf_result) -> Int32)
    throws(StatisticsError) -> Double
  {
    var result = gsl_sf_result(val: .nan, err: .nan)
    let status = body(&result)
    // Underflow to zero is the right answer, not a failure.
    guard status == 0 || Int(status) == GSL_EUNDRFLW else {
      throw .gsl(function: function, status: Int(status), reason: gslReason(status))
    }
    return result.val
  }
}

/// GSL's own words for a status.
func gslReason(_ status: Int32) -> String { gsl_strerror(status).map { String(cString: $0) } ?? "unknown" }
