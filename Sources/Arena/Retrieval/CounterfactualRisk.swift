import Statistics

/// What a policy's risk would have been, from choices that another policy logged.
///
/// With losses δ_i and ratios r_i = π(a_i|x_i)/π₀(a_i|x_i):
///
///     plain            (1/n) Σ δ_i r_i                    unbiased where π₀ reaches every action of π
///     clipped          (1/n) Σ δ_i min(M, r_i)            biased towards zero, of less variance
///     self-normalised  Σ δ_i r_i / Σ r_i                  consistent, unharmed by a constant added to δ
///
/// - Source: `swaminathan2015` for the first two and the penalty; `swaminathan2015b` for the third.
public struct CounterfactualRisk: Sendable, Hashable {
  /// How choices are weighed.
  public enum Weighting: Sendable, Hashable {
    /// By the ratio.
    case plain
    /// By the ratio, at most M.
    case clipped(Double)
    /// By the ratio over the sum of ratios.
    case selfNormalised
  }

  /// How choices are weighed.
  public var weighting: Weighting
  /// λ, the weight of √(V̂/n).
  public var penalty: Double

  /// A risk.
  ///
  /// - Precondition: the bound M is positive, λ not negative.
  public init(_ weighting: Weighting, penalty: Double = 0) {
    if case .clipped(let bound) = weighting { precondition(bound > 0, "the bound \(bound) must be positive") }
    precondition(penalty >= 0, "the penalty \(penalty) must not be negative")
    self.weighting = weighting
    self.penalty = penalty
  }

  /// The estimate without the penalty; NaN without choices, and self-normalised where all ratios are zero.
  ///
  /// - Precondition: as many ratios as losses, none negative.
  public func estimate(losses: [Double], ratios: [Double]) -> Double {
    let terms = terms(losses: losses, ratios: ratios)
    return terms.isEmpty ? .nan : terms.reduce(0, +) / Double(terms.count)
  }

  /// The estimate and λ√(V̂/n), V̂ being the sample variance of the terms.
  ///
  /// Without a penalty for fewer than two choices, whose variance is unknown. For the self-normalised weights the terms are linearised, n r_i (δ_i − R̂)/Σ r, whose
  /// sample variance is that of the ratio by the delta method.
  public func objective(losses: [Double], ratios: [Double]) -> Double {
    let value = estimate(losses: losses, ratios: ratios)
    guard penalty > 0, losses.count > 1 else { return value }
    var terms = terms(losses: losses, ratios: ratios)
    if weighting == .selfNormalised {
      let total = ratios.reduce(0, +)
      terms = zip(losses, ratios).map { Double(losses.count) * $1 * ($0 - value) / total }
    }
    return value + penalty * (Moments(terms).variance / Double(terms.count)).squareRoot()
  }

  /// The slope of the objective in log π(a_i|x_i) of each choice, for the plain and the clipped weights.
  ///
  /// With u_i the terms, ū their mean and S² their sample variance, ∂/∂u_i = 1/n + λ (u_i − ū) / ((n − 1) √(n S²)), and ∂u_i/∂ log π = u_i where the ratio is not clipped,
  /// zero where it is.
  ///
  /// - Precondition: the weights are not self-normalised, which would couple the choices.
  public func slopes(losses: [Double], ratios: [Double]) -> [Double] {
    precondition(weighting != .selfNormalised, "slopes of the self-normalised estimate are not offered")
    let terms = terms(losses: losses, ratios: ratios)
    let count = Double(terms.count)
    let moments = Moments(terms)
    let spread = penalty > 0 && terms.count > 1 ? (count * moments.variance).squareRoot() : 0
    return terms.indices.map { index in
      if case .clipped(let bound) = weighting, ratios[index] >= bound { return 0 }
      var slope = 1 / count
      // Equal terms have no variance and no slope of it.
      if spread > 0 { slope += penalty * (terms[index] - moments.mean) / ((count - 1) * spread) }
      return slope * terms[index]
    }
  }

  /// The terms whose mean is the estimate.
  private func terms(losses: [Double], ratios: [Double]) -> [Double] {
    precondition(losses.count == ratios.count, "\(losses.count) losses, \(ratios.count) ratios")
    precondition(ratios.allSatisfy { $0 >= 0 }, "a ratio is negative or not a number")
    switch weighting {
    case .plain: return zip(losses, ratios).map { $0 * $1 }
    case .clipped(let bound): return zip(losses, ratios).map { $0 * min(bound, $1) }
    case .selfNormalised:
      let total = ratios.reduce(0, +)
      return zip(losses, ratios).map { Double(losses.count) * $0 * $1 / total }
    }
  }
}
