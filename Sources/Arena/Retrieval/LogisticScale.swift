import Foundation

/// Makes a ranking score a probability: σ(a + b x), fitted to outcomes by maximum likelihood.
///
/// Relevance and policy scores are no probabilities. So that calibration can be compared at all, they are fitted to the same lists and the same drawn scores that
/// the critic of unselected lists learns from, and to nothing more.
///
/// - Source: `platt1999`; fitted by Newton's method, without Platt's smoothing of targets.
public struct LogisticScale: Sendable, Hashable {
  /// a, the log odds at score zero.
  public var intercept: Double
  /// b, the log odds for each unit of score.
  public var slope: Double

  /// The fit of outcomes in [0, 1] to scores.
  ///
  /// With constant scores the slope is zero. Outcomes that scores separate perfectly have no finite fit; a ridge of 10⁻³ on both coefficients, of standardised scores,
  /// keeps it finite.
  ///
  /// - Precondition: as many outcomes as scores, at least one, all finite.
  public init(scores: [Double], outcomes: [Double]) {
    precondition(
      !scores.isEmpty && scores.count == outcomes.count, "\(scores.count) scores, \(outcomes.count) outcomes")
    precondition(scores.allSatisfy(\.isFinite), "a score is not finite")
    let scale = FeatureScale(rows: scores, width: 1)
    let x = scores.map { ($0 - scale.means[0]) / scale.deviations[0] }
    let ridge = 1e-3
    var (a, b) = (0.0, 0.0)
    // The loss is convex and the steps are damped at 2; a fit of two coefficients needs about eight.
    for _ in 0..<100 {
      var (gradientA, gradientB) = (ridge * a, ridge * b)
      var (curveAA, curveAB, curveBB) = (ridge, 0.0, ridge)
      for index in x.indices {
        let probability = EvidenceLoss.sigmoid(a + b * x[index])
        let weight = probability * (1 - probability)
        gradientA += probability - outcomes[index]
        gradientB += (probability - outcomes[index]) * x[index]
        curveAA += weight
        curveAB += weight * x[index]
        curveBB += weight * x[index] * x[index]
      }
      let determinant = curveAA * curveBB - curveAB * curveAB
      let stepA = (curveBB * gradientA - curveAB * gradientB) / determinant
      let stepB = (curveAA * gradientB - curveAB * gradientA) / determinant
      a -= max(-2, min(2, stepA))
      b -= max(-2, min(2, stepB))
      if max(abs(stepA), abs(stepB)) < 1e-12 { break }
    }
    slope = b / scale.deviations[0]
    intercept = a - slope * scale.means[0]
  }

  /// σ(a + b x).
  public func probability(_ score: Double) -> Double { EvidenceLoss.sigmoid(intercept + slope * score) }
}
