/// Rollouts in proportion to the proxy: `n_i ∝ P̂_i = k(G−k)/(G(G−1))`.
///
/// This is the paper's rule taken at its word: P̂ estimates σ², not σ, so with σ² = P the total variance is exactly that of uniform allocation,
/// `ΣP Σ(P/P)/B = N ΣP/B`. Prompts with P̂ = 0 stay at the minimum.
///
/// - Source: `dynamo2026`, README formulas.
public enum ProportionalAllocation {
  /// Rollouts for each prompt.
  public static func rollouts(_ prompts: [PromptStatistics], budget: Int, bounds: AllocationBounds = .none)
    throws(AllocationError) -> [Int]
  {
    try PromptStatistics.check(prompts)
    return try BoundedProportion.rollouts(
      weights: prompts.map(\.bernoulliVariance), name: "bernoulliVariance", budget: budget, bounds: bounds)
  }

  /// The real-valued solution.
  public static func shares(_ prompts: [PromptStatistics], budget: Double, bounds: AllocationBounds = .none)
    throws(AllocationError) -> [Double]
  {
    try PromptStatistics.check(prompts)
    return try BoundedProportion.continuous(
      weights: prompts.map(\.bernoulliVariance), name: "bernoulliVariance", budget: budget, bounds: bounds)
  }
}
