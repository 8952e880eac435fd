import CGSL
import Foundation

extension SpecialFunctions {
  /// The binomial coefficient as a double.
  ///
  /// `C(n, k)`, exact as long as it stays below 2⁵³; beyond that to a few units in the last place of its logarithm, and infinite on overflow.
  ///
  /// - Precondition: `0 ≤ k ≤ n`.
  public static func binomialCoefficient(_ n: Int, _ k: Int) -> Double {
    requireCounts(k, of: n)
    let smaller = min(k, n - k)
    var product = 1
    for factor in 0..<smaller {
      // Each partial product is itself a binomial coefficient, so the division leaves no remainder.
      let (next, overflow) = product.multipliedReportingOverflow(by: n - factor)
      if overflow || next / (factor + 1) > 1 << 53 { return exp(logBinomialCoefficient(n, k)) }
      product = next / (factor + 1)
    }
    return Double(product)
  }

  /// The logarithm of the binomial coefficient.
  ///
  /// `log C(n, k) = k log(n/k) + (n−k) log(n/(n−k)) + ½ log(n / (2πk(n−k))) + δ(n) − δ(k) − δ(n−k)`, δ the error of Stirling's formula.
  ///
  /// The difference of three log-gammas, which GSL's `lnchoose` takes, loses ten digits at n = 10⁹, k = 2; here the large terms have one sign.
  ///
  /// - Source: `loader2000`, section 2.
  /// - Precondition: `0 ≤ k ≤ n`.
  public static func logBinomialCoefficient(_ n: Int, _ k: Int) -> Double {
    requireCounts(k, of: n)
    let smaller = min(k, n - k)
    if smaller == 0 { return 0 }
    if smaller == 1 { return log(Double(n)) }
    let total = Double(n)
    let few = Double(smaller)
    let many = Double(n - smaller)
    return few * log(total / few) - many * log1p(-few / total) + 0.5 * log(total / (2 * .pi * few * many))
      + stirlingError(n) - stirlingError(smaller) - stirlingError(n - smaller)
  }

  /// The probability of k successes in n independent trials.
  ///
  /// `C(n, k) p^k (1 − p)^(n−k)`, by the saddle-point expansion: the factorials' leading terms cancel on paper instead of in floating point, so the
  /// relative error stays near the unit in the last place where the difference of log-gammas is off by n log n of them.
  ///
  /// - Source: `loader2000`, equations (1)–(5).
  /// - Precondition: `0 ≤ k ≤ n`, `0 ≤ p ≤ 1`.
  public static func binomialProbability(_ k: Int, of n: Int, probability p: Double) -> Double {
    requireCounts(k, of: n)
    requireProbability(p)
    if p == 0 { return k == 0 ? 1 : 0 }
    if p == 1 { return k == n ? 1 : 0 }
    if n == 0 { return 1 }
    let total = Double(n)
    if k == 0 { return p < 0.5 ? exp(total * log1p(-p)) : pow(1 - p, total) }
    if k == n { return pow(p, total) }
    let successes = Double(k)
    let failures = Double(n - k)
    let exponent =
      stirlingError(n) - stirlingError(k) - stirlingError(n - k)
      - deviance(successes, total * p) - deviance(failures, total * (1 - p))
    return exp(exponent) * (total / (2 * .pi * successes * failures)).squareRoot()
  }

  /// The probability of at most k successes in n independent trials.
  ///
  /// `P(X ≤ k) = I_{1−p}(n − k, k + 1)`
  ///
  /// - Precondition: `n ≥ 0`, `0 ≤ p ≤ 1`.
  /// - Edge cases: 0 for k < 0, 1 for k ≥ n.
  public static func binomialCumulative(_ k: Int, of n: Int, probability p: Double) -> Double {
    requireCounts(0, of: n)
    requireProbability(p)
    if k < 0 { return 0 }
    if k >= n || p == 0 { return 1 }
    if p == 1 { return 0 }
    return inDomain(Double(n - k), Double(k + 1), 1 - p)
  }

  /// The probability of at least k successes in n independent trials.
  ///
  /// `P(X ≥ k) = I_p(k, n − k + 1)`
  ///
  /// - Precondition: `n ≥ 0`, `0 ≤ p ≤ 1`.
  /// - Edge cases: 1 for k ≤ 0, 0 for k > n.
  public static func binomialUpperTail(_ k: Int, of n: Int, probability p: Double) -> Double {
    requireCounts(0, of: n)
    requireProbability(p)
    if k <= 0 { return 1 }
    if k > n || p == 0 { return 0 }
    if p == 1 { return 1 }
    return inDomain(Double(k), Double(n - k + 1), p)
  }

  /// The error of Stirling's formula.
  ///
  /// `δ(n) = log n! − ½ log(2πn) − n log n + n`
  static func stirlingError(_ n: Int) -> Double {
    if n < smallStirlingErrors.count { return smallStirlingErrors[n] }
    let inverse = 1 / Double(n)
    let square = inverse * inverse
    // The next term of the asymptotic series, 691/360360 n⁻¹¹, is below 10⁻¹⁵ from n = 16 on.
    return inverse
      * (1.0 / 12 - square * (1.0 / 360 - square * (1.0 / 1260 - square * (1.0 / 1680 - square / 1188))))
  }

  /// δ(n) for n < 16 from the definition; the quotient is near one, so its logarithm has full absolute accuracy.
  private static let smallStirlingErrors: [Double] = {
    var factorial = 1.0
    return (0..<16).map { n in
      guard n > 0 else { return 0 }
      let x = Double(n)
      factorial *= x
      return log(factorial * exp(x) / ((2 * .pi * x).squareRoot() * pow(x, x)))
    }
  }()

  /// Half of a Poisson deviance.
  ///
  /// `D(x, m) = x log(x/m) + m − x ≥ 0`; by a series in `(x − m)/(x + m)` where that difference would cancel.
  static func deviance(_ x: Double, _ mean: Double) -> Double {
    let difference = x - mean
    guard abs(difference) < 0.1 * (x + mean) else { return x * log(x / mean) + mean - x }
    let v = difference / (x + mean)
    var sum = difference * v
    var power = 2 * x * v
    var odd = 3.0
    while true {
      power *= v * v
      let next = sum + power / odd
      if next == sum { return sum }
      sum = next
      odd += 2
    }
  }

  /// I_x(a, b) for arguments known to lie in its domain.
  private static func inDomain(_ a: Double, _ b: Double, _ x: Double) -> Double {
    var result = gsl_sf_result(val: .nan, err: .nan)
    let status = gsl_sf_beta_inc_e(a, b, x, &result)
    precondition(
      status == 0 || Int(status) == GSL_EUNDRFLW, "I_\(x)(\(a), \(b)) failed: \(gslReason(status))")
    return min(1, max(0, result.val))
  }

  private static func requireCounts(_ k: Int, of n: Int) {
    precondition(k >= 0 && k <= n, "k is \(k), it must be in 0...\(n)")
  }
}
