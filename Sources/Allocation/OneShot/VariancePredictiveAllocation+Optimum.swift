import Foundation

extension VariancePredictiveAllocation {
  /// The whole rollouts of least variance; exact, ties to the first index.
  ///
  /// The largest decreases of the variance are taken from the minimum on. Rounding the real-valued solution down and adding the largest decreases, as the paper has it, gives the same
  /// wherever no prompt is rounded down to more than its optimal number.
  ///
  /// - Throws: no prompts; a rate outside 0...1; a minimum below the objective's `fewestRollouts`; bounds that are reversed; a budget outside the sums of the bounds.
  /// - Edge cases: what no prompt gains from (all rates 0 or 1, the others full) is divided evenly.
  /// - Complexity: O(N) times a few dozen steps of a search for the last decrease that is taken.
  public static func rollouts(
    passRates: [Double], objective: Objective = .rloo, budget: Int, bounds: AllocationBounds = publishedBounds
  ) throws(AllocationError) -> [Int] {
    let limits = try Limits(count: passRates.count, budget: budget, bounds: bounds)
    try check(passRates, objective, bounds)
    var counts = limits.lower
    let gains = VarianceGains(weights: passRates.map { $0 * (1 - $0) }, objective: objective)
    let rest = ThresholdSearch.add(
      budget - saturatingSum(counts), to: &counts, upper: limits.upper, gains: gains)
    _ = EvenDivision.add(rest, among: Array(counts.indices), to: &counts, upper: limits.upper)
    return counts
  }

  /// The real-valued solution, by the conditions of Karush, Kuhn and Tucker.
  ///
  ///     RLOO:     n = clip(1 + √(a/λ), L, U)
  ///     Dr.GRPO:  a (n − 2)/n³ = λ on the falling branch n ≥ 3, clipped
  ///
  /// For RLOO n − 1 is proportional to √a, and λ is exact. For Dr.GRPO the cubic is solved in closed form, `n = 2√(1/3μ) cos(⅓ arccos(−3√(3μ)))` with μ = λ/a, and λ by halving down to neighbouring numbers.
  ///
  /// - Throws: as for whole rollouts.
  public static func continuous(
    passRates: [Double], objective: Objective = .rloo, budget: Double,
    bounds: AllocationBounds = publishedBounds
  ) throws(AllocationError) -> [Double] {
    try bounds.check(budget: budget, count: passRates.count)
    try check(passRates, objective, bounds)
    let weights = passRates.map { $0 * (1 - $0) }
    let low = Double(bounds.minimum)
    let high = min(Double(bounds.maximum), budget)
    if objective == .rloo || !weights.contains(where: { $0 > 0 }) {
      return shifted(weights.map { $0.squareRoot() }, low, high, budget)
    }
    let useful = weights.count { $0 > 0 }
    let most = Double(useful) * high + Double(weights.count - useful) * low
    // The others are full, and prompts without variance take the rest: any falling rule does the same.
    if most <= budget { return shifted(weights.map { $0.squareRoot() }, low, high, budget) }

    func rollouts(_ multiplier: Double) -> [Double] {
      weights.map { $0 > 0 ? min(max(Self.cubic(multiplier / $0), low), high) : low }
    }
    var small = 0.0
    var large = weights.reduce(0, max) / 27
    while small.nextUp < large {
      let middle = Double(bitPattern: small.bitPattern + (large.bitPattern - small.bitPattern) / 2)
      if rollouts(middle).reduce(0, +) > budget { small = middle } else { large = middle }
    }
    return rollouts(large)
  }

  /// The summed variance `Σ a v(n)` of an allocation.
  ///
  /// - Precondition: as many counts as rates, each at least the objective's fewest.
  public static func totalVariance(passRates: [Double], rollouts: [Int], objective: Objective) -> Double {
    precondition(passRates.count == rollouts.count, "\(passRates.count) rates, \(rollouts.count) counts")
    return zip(passRates, rollouts).reduce(0) { $0 + $1.0 * (1 - $1.0) * objective.variance($1.1) }
  }

  /// The root n ≥ 3 of (n − 2)/n³ = μ; 3, where the left side is largest, for a larger μ.
  private static func cubic(_ mu: Double) -> Double {
    guard mu < 1.0 / 27 else { return 3 }
    return 2 / (3 * mu).squareRoot() * cos(acos(-3 * (3 * mu).squareRoot()) / 3)
  }

  /// `n − 1 ∝ √a` within the bounds.
  private static func shifted(_ roots: [Double], _ low: Double, _ high: Double, _ budget: Double) -> [Double]
  {
    BoundedShares.shares(
      weights: roots, lower: [Double](repeating: low - 1, count: roots.count),
      upper: [Double](repeating: high - 1, count: roots.count), budget: budget - Double(roots.count)
    ).map { $0 + 1 }
  }

  private static func check(_ passRates: [Double], _ objective: Objective, _ bounds: AllocationBounds)
    throws(AllocationError)
  {
    try EvenDivision.check(passRates)
    guard bounds.minimum >= objective.fewestRollouts else {
      throw .outOfRange(
        name: "the minimum", value: Double(bounds.minimum),
        allowed: "be at least \(objective.fewestRollouts) for \(objective == .rloo ? "RLOO" : "Dr.GRPO")")
    }
  }
}

private struct VarianceGains: FallingGains {
  let weights: [Double]
  let objective: VariancePredictiveAllocation.Objective

  func gain(_ i: Int, _ rollouts: Int) -> Double { weights[i] * objective.decrease(rollouts) }
}
