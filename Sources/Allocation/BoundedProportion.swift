/// `n_i = clip(c·w_i, minimum, maximum)` with c such that Σ n_i = B: the common core of every proportional rule.
///
/// Σ is a piecewise linear, increasing function of c whose corners are known, so c is found exactly by walking the sorted corners: no bisection, no tolerance. Prompts of weight
/// 0 stay at the minimum; if the others are all at the maximum before the budget is spent, the rest is shared by the prompts of weight 0 alike. All weights 0 means
/// nothing is known, and the budget is shared alike.
enum BoundedProportion {
  /// The real-valued solution.
  static func continuous(weights: [Double], name: String, budget: Double, bounds: AllocationBounds)
    throws(AllocationError) -> [Double]
  {
    try bounds.check(budget: budget, count: weights.count)
    for (index, weight) in weights.enumerated() where !(weight >= 0 && weight.isFinite) {
      throw .invalidValue(name: name, index: index, value: weight)
    }
    let low = Double(bounds.minimum)
    let high = bounds.maximum == .max ? Double.infinity : Double(bounds.maximum)
    // Scaling by the largest weight keeps sums finite for any weights.
    let largest = weights.max() ?? 0
    guard largest > 0 else {
      return [Double](repeating: budget / Double(weights.count), count: weights.count)
    }
    let scaled = weights.map { $0 / largest }
    guard let factor = factor(scaled, low: low, high: high, budget: budget) else {
      return shareRest(scaled, low: low, high: high, budget: budget)
    }
    return scaled.map { $0 > 0 ? min(max(factor * $0, low), high) : low }
  }

  /// The integer solution: the continuous one, rounded by largest remainders.
  static func rollouts(weights: [Double], name: String, budget: Int, bounds: AllocationBounds)
    throws(AllocationError) -> [Int]
  {
    let shares = try continuous(weights: weights, name: name, budget: Double(budget), bounds: bounds)
    return LargestRemainder.round(shares, budget: budget, bounds: bounds)
  }

  /// The c at which the clipped sum meets the budget; nil if it never does.
  private static func factor(_ weights: [Double], low: Double, high: Double, budget: Double) -> Double? {
    let positive = weights.filter { $0 > 0 }
    let zeros = Double(weights.count - positive.count)
    // Walking c upwards over the weights in descending order: prompt i leaves the floor at low/w_i and reaches the cap at high/w_i, so both
    // kinds of corners come in the same order and one pass of two pointers meets them all.
    let sorted = positive.sorted(by: >)
    var rising = 0  // prompts sorted[capped..<rising] are between the bounds
    var capped = 0
    var slope = 0.0
    var constant = low * (zeros + Double(sorted.count))
    if budget <= constant { return 0 }
    while true {
      let nextRise = rising < sorted.count ? low / sorted[rising] : .infinity
      let nextCap = capped < rising ? high / sorted[capped] : .infinity
      let next = min(nextRise, nextCap)
      if slope > 0 {
        let meeting = (budget - constant) / slope
        if meeting <= next { return meeting }
      }
      guard next.isFinite else { return nil }
      if nextRise <= nextCap {
        slope += sorted[rising]
        constant -= low
        rising += 1
      } else {
        slope -= sorted[capped]
        constant += high
        capped += 1
        // With nothing left between the bounds the slope is exactly 0, not what rounding left of it.
        if capped == rising { slope = 0 }
      }
    }
  }

  /// All positive weights at the cap, the rest of the budget shared by the others.
  private static func shareRest(_ weights: [Double], low: Double, high: Double, budget: Double) -> [Double] {
    let positive = weights.count { $0 > 0 }
    let zeros = weights.count - positive
    let rest = budget - high * Double(positive)
    return weights.map { $0 > 0 ? high : min(max(rest / Double(max(zeros, 1)), low), high) }
  }
}
