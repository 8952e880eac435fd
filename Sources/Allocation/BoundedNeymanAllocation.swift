/// Neyman's allocation with bounds: `n_i = clip(c σ_i, minimum, maximum)`, c by `Σ n_i = B`.
///
/// These are the Karush–Kuhn–Tucker conditions: the marginal gain `σ_i²/n_i²` is the same, 1/c², for every prompt strictly between its bounds, at most that at
/// the floor and at least that at the cap. Clipping Neyman's shares and rescaling, as is often done, does not satisfy them.
///
/// - Source: `neyman1934`, with bounds as in `wright2017`.
public enum BoundedNeymanAllocation {
  /// The real-valued solution, exact: c solves a linear equation between two neighbouring corners of the clipped sum.
  public static func continuous(deviations: [Double], budget: Double, bounds: AllocationBounds)
    throws(AllocationError) -> [Double]
  {
    try BoundedProportion.continuous(weights: deviations, name: "deviations", budget: budget, bounds: bounds)
  }

  /// The real-valued solution rounded by largest remainders.
  public static func rollouts(deviations: [Double], budget: Int, bounds: AllocationBounds)
    throws(AllocationError) -> [Int]
  {
    try BoundedProportion.rollouts(weights: deviations, name: "deviations", budget: budget, bounds: bounds)
  }

  /// The same with bounds of its own for every prompt.
  public static func rollouts(deviations: [Double], budget: Int, bounds: [AllocationBounds])
    throws(AllocationError) -> [Int]
  {
    guard bounds.count == deviations.count else {
      throw .wrongCount(name: "bounds", count: bounds.count, expected: deviations.count)
    }
    return try BoundedProportion.rollouts(
      weights: deviations, name: "deviations", within: Limits(budget: budget, bounds: bounds))
  }
}
