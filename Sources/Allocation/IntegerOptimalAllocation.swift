import Statistics

/// The allocation in integers that minimises Σ σ_i²/n_i under Σ n = B and bounds on every n_i; exact.
///
/// The next rollout goes where it lowers the total most: to the largest gain `σ_i²/(n_i(n_i + 1))`, ties to the first index. The objective is separable and convex, so
/// that this greedy rule is optimal. It needs B steps through a priority queue; here the gain of the last step is searched for instead. Each prompt's count at
/// a threshold t on the gains has a closed form (`n(n+1) ≥ σ²/t`), so bisection on t leaves only the few steps next to the threshold to be picked one by one.
///
/// - Source: `gross1956`, greedy on convex sums; `wright2012`, the rule for strata; `wright2017`, with bounds of each stratum.
public enum IntegerOptimalAllocation {
  /// The optimal rollouts; sums to `budget` exactly.
  ///
  /// - Parameter deviations: σ_i, finite and not negative; below 10⁻¹⁰⁰ of the largest they count as zero from the second rollout on.
  /// - Throws: no prompts; a deviation that is negative or not finite; bounds that are negative or reversed; a budget outside the sums of the bounds.
  /// - Edge cases: a prompt with σ > 0 gets its first rollout before any other its second, as σ²/0 is infinite; where the budget is too small even for that, the total is
  ///   infinite whatever is done, and the largest σ come first. Rollouts that lower nothing (σ = 0, the others at their upper bound) are divided evenly.
  /// - Complexity: O(N), times the at most 62 steps of the bisection.
  public static func rollouts(deviations: [Double], budget: Int, bounds: AllocationBounds = .none)
    throws(AllocationError) -> [Int]
  {
    let limits = try Limits(count: deviations.count, budget: budget, bounds: bounds)
    try BoundedProportion.check(deviations, name: "deviations")
    return optimum(deviations, within: limits)
  }

  /// The same with bounds of its own for every prompt.
  public static func rollouts(deviations: [Double], budget: Int, bounds: [AllocationBounds])
    throws(AllocationError) -> [Int]
  {
    guard bounds.count == deviations.count else {
      throw .wrongCount(name: "bounds", count: bounds.count, expected: deviations.count)
    }
    let limits = try Limits(budget: budget, bounds: bounds)
    try BoundedProportion.check(deviations, name: "deviations")
    return optimum(deviations, within: limits)
  }

  private static func optimum(_ deviations: [Double], within limits: Limits) -> [Int] {
    var counts = limits.lower
    var left = limits.budget - saturatingSum(counts)

    let unserved = counts.indices.filter { counts[$0] == 0 && deviations[$0] > 0 && limits.upper[$0] > 0 }
    if left <= unserved.count {
      for position in Largest.positions(of: left, in: unserved.map { deviations[$0] }) {
        counts[unserved[position]] = 1
      }
      return counts
    }
    for i in unserved { counts[i] = 1 }
    left -= unserved.count

    // Scaling by a power of two is exact and keeps the squares in range.
    let largest = deviations.max() ?? 0
    let scale =
      largest > 0
      ? Double(sign: .plus, exponent: max(-1000, min(1000, -largest.exponent)), significand: 1) : 1
    var squares = deviations.map { ($0 * scale) * ($0 * scale) }
    for i in squares.indices where squares[i] < 1e-200 { squares[i] = 0 }

    let useful = squares.indices.filter { squares[$0] > 0 }
    let room = saturatingSum(useful.lazy.map { limits.upper[$0] - counts[$0] })
    if room <= left {
      for i in useful { counts[i] = limits.upper[i] }
      divideEvenly(left - room, among: counts.indices.filter { squares[$0] == 0 }, &counts, limits)
    } else if left > 0 {
      GainSearch(squares: squares, base: counts, upper: limits.upper).add(left, to: &counts)
    }
    return counts
  }

  private static func divideEvenly(
    _ amount: Int, among prompts: [Int], _ counts: inout [Int], _ limits: Limits
  ) {
    guard amount > 0 else { return }
    let base = prompts.map { counts[$0] }
    let rest = Limits(
      lower: base, upper: prompts.map { limits.upper[$0] }, budget: amount + saturatingSum(base))
    let shares = BoundedShares.shares(
      weights: Array(repeating: 1, count: prompts.count), lower: base.map { Double($0) },
      upper: rest.upper.map { Double($0) }, budget: Double(rest.budget))
    for (i, count) in zip(prompts, LargestRemainder.rounded(shares, within: rest)) { counts[i] = count }
  }
}
