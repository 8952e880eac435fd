/// Every prompt gets the same number of rollouts; the first ones get one more where the budget does not divide.
///
/// Its total variance is `(1 + CV²(σ))` times the optimum's.
///
/// - Source: `shao2024`, as every group-based trainer does by default.
public enum UniformAllocation {
  /// Rollouts for each prompt.
  public static func rollouts(promptCount: Int, budget: Int, bounds: AllocationBounds = .none)
    throws(AllocationError) -> [Int]
  {
    _ = try Limits(count: promptCount, budget: budget, bounds: bounds)
    let each = budget / promptCount
    let extra = budget % promptCount
    return (0..<promptCount).map { each + ($0 < extra ? 1 : 0) }
  }
}
