/// `n_i = clip(c·w_i, minimum, maximum)` with c such that Σ n_i = B: the common core of every proportional rule.
///
/// Prompts of weight 0 stay at the minimum; if the others are all at the maximum before the budget is spent, the rest is shared by the prompts of weight 0 alike.
/// All weights 0 means nothing is known, and the budget is shared alike.
enum BoundedProportion {
  /// The real-valued solution; sums to the budget up to rounding.
  static func continuous(weights: [Double], name: String, budget: Double, bounds: AllocationBounds)
    throws(AllocationError) -> [Double]
  {
    try bounds.check(budget: budget, count: weights.count)
    try check(weights, name: name)
    let high = bounds.maximum == .max ? budget : min(Double(bounds.maximum), budget)
    return BoundedShares.shares(
      weights: weights, lower: [Double](repeating: Double(bounds.minimum), count: weights.count),
      upper: [Double](repeating: high, count: weights.count), budget: budget)
  }

  /// The integer solution: the continuous one, rounded by largest remainders.
  static func rollouts(weights: [Double], name: String, budget: Int, bounds: AllocationBounds)
    throws(AllocationError) -> [Int]
  {
    try rollouts(
      weights: weights, name: name, within: Limits(count: weights.count, budget: budget, bounds: bounds))
  }

  /// The same within limits of its own for every prompt.
  static func rollouts(weights: [Double], name: String, within limits: Limits) throws(AllocationError)
    -> [Int]
  {
    try check(weights, name: name)
    let shares = BoundedShares.shares(
      weights: weights, lower: limits.lower.map { Double($0) }, upper: limits.upper.map { Double($0) },
      budget: Double(limits.budget))
    return LargestRemainder.rounded(shares, within: limits)
  }

  /// Throws unless every number is finite and not negative.
  static func check(_ values: [Double], name: String) throws(AllocationError) {
    for (index, value) in values.enumerated() where !(value >= 0 && value.isFinite) {
      throw .invalidValue(name: name, index: index, value: value)
    }
  }
}
