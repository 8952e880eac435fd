/// Neyman's allocation: `n_i = B σ_i / Σσ`, the minimum of `Σ σ_i²/n_i` under `Σ n_i = B`.
///
/// The least total variance is `(Σσ)²/B`.
///
/// - Source: `neyman1934`, section 3.
public enum NeymanAllocation {
  /// The real-valued solution.
  ///
  /// All deviations zero: everything is optimal, the budget is shared alike.
  public static func shares(deviations: [Double], budget: Double) throws(AllocationError) -> [Double] {
    try BoundedProportion.continuous(weights: deviations, name: "deviations", budget: budget, bounds: .none)
  }

  /// The real-valued solution within bounds, rounded by largest remainders.
  ///
  /// Rounding is not the integer optimum; `IntegerOptimalAllocation` is. Without a minimum a prompt of small σ can get 0.
  public static func rollouts(deviations: [Double], budget: Int, bounds: AllocationBounds = .none)
    throws(AllocationError) -> [Int]
  {
    try BoundedProportion.rollouts(weights: deviations, name: "deviations", budget: budget, bounds: bounds)
  }
}
