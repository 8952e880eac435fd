import Modulation
import Statistics

/// A next-token distribution with rational probabilities: positive whole parts of a whole, ascending.
struct SmallDistribution: Sendable, Hashable {
  /// The parts; token j has the probability parts[j]/total.
  let parts: [Int]

  var total: Int { parts.reduce(0, +) }

  var probabilities: [Rational] { parts.map { Rational(Int128($0), Int128(total)) } }

  var distribution: NextTokenDistribution {
    NextTokenDistribution(normalised: parts.map { Double($0) / Double(total) })
  }

  /// d² Σπ², a whole number.
  var scaledSumOfSquares: Int { parts.reduce(0) { $0 + $1 * $1 } }

  /// d² ‖e_a − π‖² = (d − k_a)² + Σ_{b≠a} k_b², a whole number.
  func scaledSquaredNorm(_ action: Int) -> Int {
    let missing = total - parts[action]
    return missing * missing + scaledSumOfSquares - parts[action] * parts[action]
  }

  /// ‖e_a − π‖².
  func squaredNorm(_ action: Int) -> Rational {
    Rational(Int128(scaledSquaredNorm(action)), Int128(total * total))
  }

  /// E‖e_a − π‖² = 1 − Σπ².
  var expectedSquaredNorm: Rational {
    Rational(Int128(total * total - scaledSumOfSquares), Int128(total * total))
  }

  /// `(1/3, 2/3)`.
  var text: String { "(\(probabilities.map(\.description).joined(separator: ", ")))" }

  /// The state as a world of a counterexample, with the drawn token's place (from 0) where there is one.
  func world(action: Int? = nil) -> StructuredValue {
    var fields: [StructuredValue.Field] = [
      .init(
        "policy",
        .record([
          .init("kind", .text("softmax")), .init("probabilities", .numbers(probabilities.map(\.value))),
          .init("fractions", .texts(probabilities.map(\.description))),
        ]))
    ]
    if let action { fields.append(.init("action", .integer(action))) }
    return .record(fields)
  }

  /// Every distribution over 2 to `maximumActions` tokens with denominators up to `maximumDenominator`, once each: fewest tokens first, then the smallest denominator.
  static func all(maximumActions: Int, maximumDenominator: Int) -> [SmallDistribution] {
    var found: [SmallDistribution] = []
    for actions in 2...max(maximumActions, 2) {
      for denominator in actions...max(maximumDenominator, actions) {
        extend([], actions: actions, left: denominator, &found)
      }
    }
    return found
  }

  private static func extend(_ parts: [Int], actions: Int, left: Int, _ found: inout [SmallDistribution]) {
    let remaining = actions - parts.count
    let least = parts.last ?? 1
    if remaining == 1 {
      let all = parts + [left]
      // Parts with a common divisor are a distribution of a smaller denominator, already there.
      if left >= least, greatestCommonDivisor(all) == 1 { found.append(SmallDistribution(parts: all)) }
      return
    }
    guard least * remaining <= left else { return }
    for part in least...(left / remaining) {
      extend(parts + [part], actions: actions, left: left - part, &found)
    }
  }

  private static func greatestCommonDivisor(_ values: [Int]) -> Int {
    values.reduce(0) { first, second in
      var (a, b) = (first, second)
      while b != 0 { (a, b) = (b, a % b) }
      return a
    }
  }
}
