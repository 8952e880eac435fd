/// The allocation of least worst case when all that is known of the variances is `σ_i² ≤ C·P_i`.
///
/// `Σ σ_i²/n_i` grows with every σ_i², so the worst case sits at the bound, `C Σ P_i/n_i`, whatever n is; its minimum is Neyman's rule for deviations √P_i: `n_i ∝ √P_i`. C drops out.
/// The worst case of `n ∝ P` is `C·N·ΣP/B`, that of uniform allocation.
///
/// - Source: `neyman1934`; the minimax argument is one line and stands above.
public enum MinimaxAllocation {
  /// Rollouts for each prompt, given P of each.
  public static func rollouts(bernoulliVariances: [Double], budget: Int, bounds: AllocationBounds = .none)
    throws(AllocationError) -> [Int]
  {
    try BoundedProportion.rollouts(
      weights: roots(bernoulliVariances), name: "√bernoulliVariances", budget: budget, bounds: bounds)
  }

  /// The real-valued solution.
  public static func shares(bernoulliVariances: [Double], budget: Double, bounds: AllocationBounds = .none)
    throws(AllocationError) -> [Double]
  {
    try BoundedProportion.continuous(
      weights: roots(bernoulliVariances), name: "√bernoulliVariances", budget: budget, bounds: bounds)
  }

  private static func roots(_ variances: [Double]) throws(AllocationError) -> [Double] {
    try BoundedProportion.check(variances, name: "bernoulliVariances")
    return variances.map { $0.squareRoot() }
  }
}
