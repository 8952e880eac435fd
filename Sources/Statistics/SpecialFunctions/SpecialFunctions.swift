import CGSL

/// The special functions in use, through GSL's forms that return a status.
///
/// A function throws where real arguments that come from data can leave its domain; probabilities, counts and degrees of freedom are the
/// caller's, and are preconditions.
public enum SpecialFunctions {
  /// `log |Γ(x)|`; throws at the poles 0, −1, −2, … and for NaN.
  public static func logGamma(_ x: Double) throws(StatisticsError) -> Double {
    try checked("gsl_sf_lngamma_e") { gsl_sf_lngamma_e(x, &$0) }
  }

  /// `log B(a, b)` for positive a and b; without the difference of log-gammas where that cancels.
  public static func logBeta(_ a: Double, _ b: Double) throws(StatisticsError) -> Double {
    guard a > 0, b > 0 else {
      throw .outOfDomain(name: "log B(a, b)", value: a > 0 ? b : a, allowed: "a > 0 and b > 0")
    }
    return try checked("gsl_sf_lnbeta_e") { gsl_sf_lnbeta_e(a, b, &$0) }
  }

  /// The regularised incomplete beta function `I_x(a, b)` for positive a and b and x in [0, 1].
  public static func incompleteBeta(_ a: Double, _ b: Double, _ x: Double) throws(StatisticsError) -> Double {
    guard a > 0, b > 0 else {
      throw .outOfDomain(name: "I_x(a, b)", value: a > 0 ? b : a, allowed: "a > 0 and b > 0")
    }
    return try checked("gsl_sf_beta_inc_e") { gsl_sf_beta_inc_e(a, b, x, &$0) }
  }

  private static func checked(
    _ function: String, _ body: (inout gsl_sf_result) -> Int32
  ) throws(StatisticsError) -> Double {
    var result = gsl_sf_result(val: .nan, err: .nan)
    let status = body(&result)
    // Underflow to zero is the right answer, not a failure.
    guard status == 0 || Int(status) == GSL_EUNDRFLW else {
      throw .gsl(function: function, status: Int(status), reason: gslReason(status))
    }
    guard !result.val.isNaN else {
      throw .gsl(function: function, status: GSL_EDOM, reason: "the result is not a number")
    }
    return result.val
  }
}

/// GSL's own words for a status.
func gslReason(_ status: Int32) -> String { gsl_strerror(status).map { String(cString: $0) } ?? "unknown" }
