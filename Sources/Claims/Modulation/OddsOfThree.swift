import Foundation
import Modulation
import Statistics

/// A state with two tokens whose odds are a power of three: every entropy change in it is a rational multiple of log 3.
///
/// With p = 3^k/(1 + 3^k) and L = log p/(1−p) = k log 3: Λ of the token is (1−p)L, that of the other −pL, so that
///
/// ```
/// π_a Λ_a = p(1−p) L,   Σπ²Λ = p(1−p)(2p−1) L,   dH/dη = −ξ · 2p(1−p)² L,   ‖e_a − π‖² = 2(1−p)²
/// ```
///
/// Numbers that a reader can redo by hand, where other worlds have sums of unlike logarithms.
struct OddsOfThree: Hashable {
  /// The exponent k of the drawn token's odds.
  let exponent: Int

  /// The probability p of the drawn token.
  var probability: Rational {
    var power = Rational.one
    for _ in 0..<abs(exponent) { power = power * Rational(3) }
    return exponent < 0 ? .one / (.one + power) : power / (.one + power)
  }

  /// 1 − p.
  var missing: Rational { .one - probability }

  /// π_a Λ_a in units of log 3.
  var weightedDeviation: Rational { probability * missing * Rational(Int128(exponent)) }

  /// Σπ²Λ in units of log 3.
  var expectation: Rational {
    weightedDeviation * (probability - missing)
  }

  /// dH/dη for ξ = 1 in units of log 3.
  var entropyChange: Rational { expectation - weightedDeviation }

  /// ‖e_a − π‖².
  var squaredNorm: Rational { Rational(2) * missing * missing }

  /// The distribution, the drawn token first.
  var distribution: NextTokenDistribution {
    NextTokenDistribution(normalised: [probability.value, missing.value])
  }

  /// The state in the input format of `allot variance`, the drawn token first and correct, with its coefficient ξ.
  func world(coefficient: Rational = .one) -> StructuredValue {
    .record([
      .init(
        "policy",
        .record([
          .init("kind", .text("softmax")),
          .init("probabilities", .numbers([probability.value, missing.value])),
          .init("fractions", .texts([probability.description, missing.description])),
        ])),
      .init("rewards", .numbers([1, 0])),
      .init("drawn_token", .integer(0)), .init("coefficient", .text(coefficient.description)),
    ])
  }

  /// A value that is a multiple of log 3.
  static func value(_ name: String, _ multiple: Rational) -> ExactValue {
    let text =
      multiple == .zero
      ? "0"
      : (multiple == .one ? "log 3" : "\(multiple.denominator == 1 ? "\(multiple)" : "(\(multiple))") log 3")
    return ExactValue(name, multiple.value * log(3), exact: text)
  }

  /// A rational value.
  static func rational(_ name: String, _ value: Rational) -> ExactValue {
    ExactValue(name, value.value, exact: value.description)
  }
}
