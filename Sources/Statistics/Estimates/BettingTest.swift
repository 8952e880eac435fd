import Foundation

/// A test of "the mean is at most (at least) m" for numbers in a known range, whose p-value holds at every stopping time.
///
/// A gambler who bets a fraction λ of the largest fair stake multiplies the capital by `1 + λ (x − m)/(m − lower)` each time; under the null hypothesis no strategy
/// makes money on average, so capital 1/α is reached with probability at most α (Ville). The capital here is the mean over a fixed grid of
/// fractions, from tiny to nearly all, so that it grows almost as fast as the best of them whatever the alternative.
///
/// - Source: `waudbysmith2024`, section 4 (capital process, mixture of bets).
public struct BettingTest: Sendable, Hashable {
  /// Which way the alternative lies.
  public enum Side: Sendable, Hashable {
    /// The null is "mean ≤ m"; money is made when numbers lie above.
    case greater
    /// The null is "mean ≥ m".
    case less
  }

  private let scale: Double
  private let null: Double
  private let side: Side
  private var logCapitals: [Double]
  private var largestLogCapital = 0.0
  /// How many numbers were seen.
  public private(set) var count = 0

  /// The fractions: geometric from 10⁻³ to 0.99, sixteen a decade.
  private static let fractions: [Double] = (0...48).map { min(pow(10, -3 + Double($0) / 16), 0.99) }

  /// The test of m = `null` for numbers in `range`.
  ///
  /// - Precondition: the range has positive finite width and holds `null`.
  public init(range: ClosedRange<Double>, null: Double, side: Side) {
    precondition(range.lowerBound < range.upperBound, "the range \(range) must have positive width")
    precondition(range.contains(null), "the null value \(null) lies outside \(range)")
    self.null = null
    self.side = side
    // A bet on "greater" can lose at most null − lower a unit, one on "less" at most upper − null.
    scale = side == .greater ? null - range.lowerBound : range.upperBound - null
    logCapitals = [Double](repeating: 0, count: Self.fractions.count)
  }

  /// Takes one number.
  public mutating func add(_ value: Double) {
    count += 1
    // At the very end of the range the null hypothesis leaves a single value; any other one refutes it outright.
    let gain = side == .greater ? value - null : null - value
    guard scale > 0 else {
      if gain > 0 { largestLogCapital = .infinity }
      return
    }
    let stake = gain / scale
    var top = -Double.infinity
    for index in logCapitals.indices {
      logCapitals[index] += log1p(Self.fractions[index] * stake)
      top = max(top, logCapitals[index])
    }
    // The mean capital is at least a 49th of the largest: only then is the sum worth its exponentials.
    if top > largestLogCapital { largestLogCapital = max(largestLogCapital, logEValue) }
  }

  /// The logarithm of the capital now, an e-value.
  public var logEValue: Double {
    guard scale > 0 else { return largestLogCapital }
    let top = logCapitals.max() ?? 0
    guard top.isFinite else { return top }
    return top + log(logCapitals.reduce(0) { $0 + exp($1 - top) } / Double(logCapitals.count))
  }

  /// The anytime-valid p-value: one over the largest capital so far, at most 1.
  public var pValue: Double { min(1, exp(-largestLogCapital)) }
}
