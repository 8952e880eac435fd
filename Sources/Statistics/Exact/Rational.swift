/// An exact fraction with 128-bit numerator and denominator, always in lowest terms with a positive denominator.
///
/// Counterexamples are printed as fractions that a reader can redo by hand; their numbers are small, so 128 bits are ample. An overflow traps: a
/// wrong digit would be worse than none.
public struct Rational: Sendable, Hashable, Comparable, CustomStringConvertible {
  /// The numerator; carries the sign.
  public let numerator: Int128
  /// The denominator; positive.
  public let denominator: Int128

  /// `numerator / denominator`, reduced.
  ///
  /// - Precondition: `denominator != 0`.
  public init(_ numerator: Int128, _ denominator: Int128 = 1) {
    precondition(denominator != 0, "the denominator of \(numerator)/\(denominator) is zero")
    var (a, b) = (numerator.magnitude, denominator.magnitude)
    while b != 0 { (a, b) = (b, a % b) }
    let divisor = Int128(a == 0 ? 1 : a)
    let sign: Int128 = denominator < 0 ? -1 : 1
    self.numerator = sign * numerator / divisor
    self.denominator = sign * denominator / divisor
  }

  /// Zero.
  public static let zero = Rational(0)
  /// One.
  public static let one = Rational(1)

  /// The nearest double of numerator and denominator, divided.
  public var value: Double { Double(numerator) / Double(denominator) }

  /// `3/32`, or `2` for integers.
  public var description: String { denominator == 1 ? "\(numerator)" : "\(numerator)/\(denominator)" }

  /// The sum.
  public static func + (a: Rational, b: Rational) -> Rational {
    Rational(a.numerator * b.denominator + b.numerator * a.denominator, a.denominator * b.denominator)
  }

  /// The difference.
  public static func - (a: Rational, b: Rational) -> Rational { a + Rational(-b.numerator, b.denominator) }

  /// The product, reduced crosswise first so that intermediate products stay small.
  public static func * (a: Rational, b: Rational) -> Rational {
    let first = Rational(a.numerator, b.denominator)
    let second = Rational(b.numerator, a.denominator)
    return Rational(first.numerator * second.numerator, first.denominator * second.denominator)
  }

  /// The quotient.
  ///
  /// - Precondition: `b` is not zero.
  public static func / (a: Rational, b: Rational) -> Rational {
    precondition(b.numerator != 0, "division of \(a) by zero")
    return a * Rational(b.denominator, b.numerator)
  }

  /// Adds in place.
  public static func += (a: inout Rational, b: Rational) { a = a + b }

  /// Exact comparison.
  public static func < (a: Rational, b: Rational) -> Bool {
    a.numerator * b.denominator < b.numerator * a.denominator
  }
}
