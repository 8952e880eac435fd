import Foundation
import Interchange
import Statistics

/// How many tokens a factor touches, by how much, and how much of the gradient's squared norm sits in them.
///
/// A token is touched where the factor differs from 1 by more than the threshold: the sigmoid never reaches 1, so that without one every token would be.
struct FactorTally: Sendable {
  /// The levels of the quantiles that are reported.
  static let levels = [0.05, 0.25, 0.5, 0.75, 0.95]

  let name: String
  let threshold: Double
  private(set) var distribution: FactorHistogram
  private(set) var touched = 0
  /// Σ (A‖s‖)² over the tokens whose ‖s‖ is known.
  private(set) var norm = CompensatedSum()
  /// The part of `norm` in touched tokens.
  private(set) var touchedNorm = CompensatedSum()
  /// The tokens whose ‖s‖ is known.
  private(set) var normed = 0

  init(_ name: String, range: ClosedRange<Double>, threshold: Double) {
    self.name = name
    self.threshold = threshold
    distribution = FactorHistogram(range)
  }

  mutating func add(_ factor: Double, advantage: Double, squaredScoreNorm: Double?) {
    distribution.add(factor)
    guard factor.isFinite else { return }
    let isTouched = (factor - 1).magnitude > threshold
    if isTouched { touched += 1 }
    guard let squaredScoreNorm else { return }
    normed += 1
    let part = advantage * advantage * squaredScoreNorm
    norm.add(part)
    if isTouched { touchedNorm.add(part) }
  }

  /// The share of touched tokens; nil without tokens.
  var share: Double? { distribution.count > 0 ? Double(touched) / Double(distribution.count) : nil }
  /// The share of Σ (A‖s‖)² in touched tokens; nil where the sum is 0 or no norm is known.
  var normShare: Double? { norm.value > 0 ? touchedNorm.value / norm.value : nil }
}

extension FactorTally {
  /// Minimum, quantiles and maximum with their names.
  var numbers: [(name: String, value: Double?)] {
    let known = distribution.count > 0
    return [("min", known ? distribution.minimum : nil)]
      + Self.levels.map { (Self.name($0), distribution.quantile($0)) }
      + [("max", known ? distribution.maximum : nil)]
  }

  /// `q05` for .05.
  static func name(_ level: Double) -> String { String(format: "q%02d", Int((100 * level).rounded())) }

  /// The tally for machines.
  var json: JSONValue {
    .object(
      [
        ("factor", .string(name)), ("tokens", .integer(distribution.count)), ("touched", .integer(touched)),
        ("share", .optional(share)), ("norm_share", .optional(normShare)), ("normed", .integer(normed)),
        ("mean", .optional(distribution.mean)),
      ] + numbers.map { ($0.name, .optional($0.value)) }
        + [("quantile_error", .number(distribution.resolution))])
  }
}
