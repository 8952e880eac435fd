import Estimators

/// One rule on one world: its variance relative to the same advantage without modulation.
struct VariancePoint: Sendable, Hashable {
  /// The two ways to compare.
  enum Measure: String, Sendable, Hashable, CaseIterable {
    /// tr Cov.
    case raw
    /// tr Cov/scale².
    case atEqualStep = "at equal step"

    /// The place among all.
    var index: Int { self == .raw ? 0 : 1 }
  }

  /// The ratio of covariance traces.
  let raw: Double
  /// The ratio of covariance traces at equal expected step; infinite where the expected step points downhill.
  let atEqualStep: Double
  /// The cosine of the modulated mean with the gradient.
  let cosine: Double

  /// The ratio by its measure.
  subscript(measure: Measure) -> Double { measure == .raw ? raw : atEqualStep }

  /// One point for each rule; what they are compared with is enumerated once for each advantage.
  static func all(_ prompt: TokenPrompt, rules: [ModulatedRule], group: Int) -> [VariancePoint] {
    let gradient = prompt.gradient
    func agreement(_ rule: ModulatedRule) -> GradientAgreement {
      GradientAgreement(
        TokenGroupOracle.moments(prompt, group: group, estimator: rule.estimator(prompt)), gradient: gradient)
    }
    var references: [ModulatedRule.Advantage: GradientAgreement] = [:]
    return rules.map { rule in
      let reference = references[rule.advantage] ?? agreement(rule.unmodulated)
      references[rule.advantage] = reference
      let own = agreement(rule)
      return VariancePoint(
        raw: own.rawVariance / reference.rawVariance,
        atEqualStep: own.varianceAtEqualStep / reference.varianceAtEqualStep, cosine: own.cosine)
    }
  }

  /// The spread of both ratios over worlds.
  static func rows(_ points: [VariancePoint], design: String, method: String) -> [EstimateRow] {
    let steps = points.map(\.atEqualStep).sorted()
    let raw = points.map(\.raw).sorted()
    return [
      ("smallest_relative_variance", steps.first), ("median_relative_variance", steps[steps.count / 2]),
      ("largest_relative_variance", steps.last), ("smallest_raw_relative_variance", raw.first),
      ("median_raw_relative_variance", raw[raw.count / 2]), ("largest_raw_relative_variance", raw.last),
    ].map { EstimateRow(design: design, method: method, stat: $0.0, exact: $0.1 ?? .nan) }
  }
}
