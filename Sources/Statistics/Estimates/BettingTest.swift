import Foundation

/// A test of "the mean is at most (at least) m" for numbers in a known range, whose p-value holds at every stopping time.
///
/// Scaled to [0, 1], a gambler who believes a little in the past and a little in the null multiplies the capital by `(x + s)/(m + s)` each time, which is the
/// bet `1 + λ(x − m)` with `λ = 1/(m + s)`. Under the null no bet makes money on average, so the mean capital over a fixed grid of s is a
/// nonnegative supermartingale and reaches 1/α with probability at most α (Ville), however the numbers depend on the past.
///
/// The grid is geometric, s = 2⁻¹⁰ … 2¹³: neighbouring bets differ by a factor of at most two, so the best of them grows at no less than 8/9 of the rate of the
/// best λ of all, from all-in bets down to those that tell a 10⁻⁴ of the range from nothing; the mixture costs log 24 = 3.2 nats, once.
/// Capitals are multiplied, not their logarithms added: one product a bet instead of one logarithm.
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

  private static let offsets: [Double] = (-10...13).map { Double(sign: .plus, exponent: $0, significand: 1) }
  /// Beyond this the capitals are divided by it, long before a product can overflow.
  private static let unit = 0x1p400

  private let range: ClosedRange<Double>
  private let side: Side
  /// m on the unit interval, measured from the end at which the gambler loses.
  private let null: Double
  private let stakes: [Double]
  private var capitals: [Double]
  private var total: Double
  private var largestTotal: Double
  private var units = 0
  /// How many numbers were seen.
  public private(set) var count = 0

  /// The test of m = `null` for numbers in `range`.
  ///
  /// - Precondition: the range has positive finite width and holds `null`.
  public init(range: ClosedRange<Double>, null: Double, side: Side) {
    let width = range.upperBound - range.lowerBound
    precondition(width > 0 && width.isFinite, "the range \(range) must have positive finite width")
    precondition(range.contains(null), "the null value \(null) lies outside \(range)")
    self.range = range
    self.side = side
    let place = side == .greater ? (null - range.lowerBound) / width : (range.upperBound - null) / width
    self.null = place
    stakes = Self.offsets.map { 1 / (place + $0) }
    let share = 1 / Double(Self.offsets.count)
    capitals = [Double](repeating: share, count: Self.offsets.count)
    total = 1
    largestTotal = 1
  }

  /// Takes one number.
  ///
  /// - Precondition: it lies in the range, up to rounding.
  public mutating func add(_ value: Double) {
    let width = range.upperBound - range.lowerBound
    let place =
      side == .greater ? (value - range.lowerBound) / width : (range.upperBound - value) / width
    precondition(place >= -1e-9 && place <= 1 + 1e-9, "\(value) lies outside \(range)")
    count += 1
    let x = min(max(place, 0), 1)
    // At the very end of the range the null hypothesis leaves a single value; any other one refutes it outright.
    if null == 0, x > 0 { total = .infinity }
    guard total.isFinite else {
      largestTotal = .infinity
      return
    }
    let offsets = Self.offsets
    var sum = 0.0
    for index in capitals.indices {
      let capital = capitals[index] * ((x + offsets[index]) * stakes[index])
      // A ruined bet stays ruined: letting it linger as a subnormal number would only be slow.
      capitals[index] = capital > 0x1p-900 ? capital : 0
      sum += capitals[index]
    }
    total = sum
    if sum > largestTotal { largestTotal = sum }
    if sum > Self.unit { rescale() }
  }

  /// Takes numbers in the order given.
  public mutating func add(contentsOf values: some Sequence<Double>) { for value in values { add(value) } }

  private mutating func rescale() {
    units += 1
    for index in capitals.indices { capitals[index] /= Self.unit }
    total /= Self.unit
    largestTotal /= Self.unit
  }

  /// The logarithm of the capital now, an e-value; −∞ once every bet is ruined.
  public var logEValue: Double { log(total) + Double(units) * log(Self.unit) }

  /// The logarithm of the anytime-valid p-value: minus that of the largest capital so far; it does not underflow.
  public var logPValue: Double { -max(0, log(largestTotal) + Double(units) * log(Self.unit)) }

  /// The anytime-valid p-value: one over the largest capital so far, at most 1.
  public var pValue: Double { exp(logPValue) }
}
