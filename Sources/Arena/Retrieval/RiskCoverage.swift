/// The error of a system that answers only where it is confident, against the share it answers.
///
/// At threshold γ the coverage is the share of points of confidence ≥ γ, the selective risk their mean error.
///
/// - Source: `elYaniv2010`; `cormRAG2026` for a hundred thresholds.
public struct RiskCoverage: Sendable, Hashable {
  /// One point of the curve.
  public struct Point: Sendable, Hashable {
    /// γ.
    public var threshold: Double
    /// The share of points that are answered.
    public var coverage: Double
    /// The mean error among them; nil where none is.
    public var risk: Double?
  }

  /// The points, by rising threshold, so that coverage never rises.
  public let points: [Point]

  /// The curve at `thresholds`.
  ///
  /// - Precondition: as many errors as confidences, thresholds in rising order.
  public init(confidences: [Double], errors: [Double], thresholds: [Double]) {
    precondition(
      confidences.count == errors.count, "\(confidences.count) confidences, \(errors.count) errors")
    precondition(zip(thresholds, thresholds.dropFirst()).allSatisfy { $0 <= $1 }, "thresholds must rise")
    let order = confidences.indices.sorted { confidences[$0] > confidences[$1] }
    var answered = 0
    var total = 0.0
    var points: [Point] = []
    // From the strictest threshold down every point is met once.
    for threshold in thresholds.reversed() {
      while answered < order.count, confidences[order[answered]] >= threshold {
        total += errors[order[answered]]
        answered += 1
      }
      points.append(
        Point(
          threshold: threshold, coverage: order.isEmpty ? 0 : Double(answered) / Double(order.count),
          risk: answered > 0 ? total / Double(answered) : nil))
    }
    self.points = points.reversed()
  }

  /// The curve at `count` equally spaced thresholds of [0, 1], both ends included.
  public init(confidences: [Double], errors: [Double], count: Int = 100) {
    precondition(count > 1, "\(count) thresholds")
    self.init(
      confidences: confidences, errors: errors, thresholds: (0..<count).map { Double($0) / Double(count - 1) }
    )
  }

  /// The curve at every confidence that occurs: nothing is lost to the spacing of thresholds.
  public static func exact(confidences: [Double], errors: [Double]) -> RiskCoverage {
    RiskCoverage(confidences: confidences, errors: errors, thresholds: Set(confidences).sorted())
  }

  /// The area under the curve: Σ (coverage gained at a threshold) · (risk there), from the strictest threshold down.
  ///
  /// For n different confidences, at each of which there is a threshold, this is the mean risk of the k most confident over k = 1, …, n. Points that thresholds do not
  /// tell apart are accepted together at the risk of all; where all confidences are equal the area is the risk of answering everything. NaN without points.
  public var area: Double {
    var covered = 0.0
    var area = 0.0
    for point in points.reversed() {
      guard let risk = point.risk else { continue }
      area += (point.coverage - covered) * risk
      covered = point.coverage
    }
    return covered > 0 ? area : .nan
  }
}
