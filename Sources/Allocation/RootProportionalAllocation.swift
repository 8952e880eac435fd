/// Rollouts in proportion to the root of the proxy: `n_i ∝ √P̂_i`.
///
/// Neyman's rule under σ² = P with P̂ in the place of P. √P̂ is biased low, most where few samples were seen, and 0 for a prompt whose samples all agree.
///
/// - Source: `neyman1934`, with the proxy of `dynamo2026`.
public enum RootProportionalAllocation {
  /// Rollouts for each prompt.
  public static func rollouts(_ prompts: [PromptStatistics], budget: Int, bounds: AllocationBounds = .none)
    throws(AllocationError) -> [Int]
  {
    try PromptStatistics.check(prompts)
    return try BoundedProportion.rollouts(
      weights: prompts.map { $0.bernoulliVariance.squareRoot() }, name: "√bernoulliVariance", budget: budget,
      bounds: bounds)
  }

  /// The real-valued solution.
  public static func shares(_ prompts: [PromptStatistics], budget: Double, bounds: AllocationBounds = .none)
    throws(AllocationError) -> [Double]
  {
    try PromptStatistics.check(prompts)
    return try BoundedProportion.continuous(
      weights: prompts.map { $0.bernoulliVariance.squareRoot() }, name: "√bernoulliVariance", budget: budget,
      bounds: bounds)
  }
}
