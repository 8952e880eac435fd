import Policies

extension ConstantBaseline {
  /// The baseline of least variance: `b* = E[‖s‖² R] / E[‖s‖²]`.
  ///
  /// The covariance trace is a parabola in b with curvature `E‖s‖²`; choosing b = E R instead is optimal only where squared score norm and reward are
  /// uncorrelated. A policy whose score vanishes has every baseline optimal; 0 is returned.
  ///
  /// - Source: `greensmith2004`, Theorem 8.
  public static func optimal(for summary: ScoreSummary) -> ConstantBaseline {
    var weighted = 0.0
    var total = 0.0
    for part in summary.classes {
      var square = part.onGain.covarianceTrace
      for component in part.onGain.mean { square += component * component }
      weighted += part.probability * square * part.reward
      total += part.probability * square
    }
    return ConstantBaseline(total > 0 ? weighted / total : 0, name: "optimal-baseline")
  }
}
