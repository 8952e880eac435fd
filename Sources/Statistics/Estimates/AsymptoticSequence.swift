import Foundation

/// A confidence sequence for the mean of unbounded numbers with a variance: valid at every stopping time *asymptotically*, as the first peek grows.
///
/// `mean ± σ̂ √( 2(tρ²+1)/(t²ρ²) · log(√(tρ²+1)/α) )`, with ρ chosen to be tightest around `tuningCount` numbers. Where a bound on the numbers is known,
/// `EmpiricalBernsteinSequence` promises its level for every sample size and should be preferred.
///
/// - Source: `waudbysmith2021`, theorem 2.2 and the tuning of ρ that follows it.
public struct AsymptoticSequence: Sendable, Hashable {
  private var moments = Moments()
  private let alpha: Double
  private let rho: Double

  /// The sequence with error `alpha`, tightest around `tuningCount` numbers.
  ///
  /// - Precondition: alpha in (0, 1), tuningCount > 0.
  public init(alpha: Double, tuningCount: Int) {
    precondition(alpha > 0 && alpha < 1, "alpha \(alpha) must lie in (0, 1)")
    precondition(tuningCount > 0, "tuningCount is \(tuningCount), it must be positive")
    self.alpha = alpha
    rho = ((-2 * log(alpha) + log(-2 * log(alpha) + 1)) / Double(tuningCount)).squareRoot()
  }

  /// Takes one number.
  public mutating func add(_ value: Double) { moments.add(value) }

  /// How many numbers were seen.
  public var count: Int { moments.count }

  /// The mean of the numbers.
  public var mean: Double { moments.mean }

  /// The interval now; the whole line before the second number.
  public var interval: Interval {
    guard count > 1 else { return Interval(lower: -.infinity, upper: .infinity) }
    let t = Double(count)
    let scale = t * rho * rho + 1
    let radius =
      moments.variance.squareRoot()
      * (2 * scale / (t * t * rho * rho) * log(scale.squareRoot() / alpha)).squareRoot()
    return Interval(lower: mean - radius, upper: mean + radius)
  }
}
