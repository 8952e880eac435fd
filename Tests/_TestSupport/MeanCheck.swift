import Foundation
import Statistics

/// What a sample says about "the mean is `expected`", decided with stated error rates.
///
/// Three answers, because a sample that is too small proves nothing by agreeing. The threshold is Student's t quantile for `falseFailRate` times the standard
/// error; the design is adequate when a mean that is off by `detectable` would cross that threshold with probability at least 1 − falseFailRate.
/// Student's quantile exceeds the normal one, and the two agree for the thousands of replicates that such tests have. The rates are those of the central
/// limit theorem: fit for bounded or light-tailed numbers. For numbers with a known range `range` makes the threshold that of an empirical Bernstein bound, which
/// holds at every sample size.
///
/// The bound is that of Maurer and Pontil, Empirical Bernstein bounds and sample variance penalization (COLT 2009), theorem 4.
public enum MeanCheck: Equatable, Sendable {
  /// The mean agrees and a difference of `detectable` would have been seen.
  case agrees
  /// The mean differs from the expected value by more than `threshold`.
  case differs(by: Double, threshold: Double)
  /// The sample is too small (or too wide) to see `detectable`: what it can see is `resolution`.
  case underpowered(resolution: Double)

  /// The rate of each check unless another is given.
  ///
  /// The whole suite may fail by chance with probability at most 10⁻⁶ over the choice of seeds: room for a thousand checks.
  public static let defaultFalseFailRate = 1e-9

  /// Decides.
  ///
  /// - Precondition: rate in (0, 1), `detectable` positive.
  public static func decide(
    _ estimate: Estimate, equals expected: Double, falseFailRate: Double, detectable: Double,
    range: ClosedRange<Double>? = nil
  ) -> MeanCheck {
    precondition(
      falseFailRate > 0 && falseFailRate < 1, "the false-failure rate \(falseFailRate) must lie in (0, 1)")
    precondition(detectable > 0, "the detectable difference \(detectable) must be positive")
    guard estimate.count > 1, estimate.standardError.isFinite else {
      return .underpowered(resolution: .infinity)
    }
    let threshold: Double
    let miss: Double
    if let range {
      threshold = bernsteinRadius(estimate, range: range, rate: falseFailRate / 2)
      miss = bernsteinRadius(estimate, range: range, rate: falseFailRate)
    } else {
      let freedom = Double(estimate.count - 1)
      threshold =
        estimate.standardError
        * SpecialFunctions.studentUpperQuantile(falseFailRate / 2, degreesOfFreedom: freedom)
      miss =
        estimate.standardError
        * SpecialFunctions.studentUpperQuantile(falseFailRate, degreesOfFreedom: freedom)
    }
    let difference = abs(estimate.value - expected)
    // A difference of NaN is a difference.
    guard difference <= threshold else { return .differs(by: difference, threshold: threshold) }
    guard threshold + miss <= detectable else { return .underpowered(resolution: threshold + miss) }
    return .agrees
  }

  /// `√(2 s² log(2/δ)/n) + 7 R log(2/δ) / (3(n−1))`.
  private static func bernsteinRadius(_ estimate: Estimate, range: ClosedRange<Double>, rate: Double)
    -> Double
  {
    let logTerm = log(2 / rate)
    let width = range.upperBound - range.lowerBound
    return estimate.standardError * (2 * logTerm).squareRoot() + 7 * width * logTerm
      / (3 * Double(estimate.count - 1))
  }
}
