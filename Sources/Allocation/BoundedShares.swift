import Statistics

/// The real-valued allocation proportional to weights, clipped to limits.
///
/// `x_i = clip(c·w_i, lower_i, upper_i)`, with the water level c such that Σ x = B.
///
/// Σ clip(c·w, …) is piecewise linear and non-decreasing in c, with kinks at lower_i/w_i and upper_i/w_i. The kinks are sorted, the pair of neighbours around
/// B is found by evaluating the sum at O(log N) of them, and between those two c solves a linear equation: c is exact up to one division, where bisection on c
/// stops at whatever tolerance it was given. A running sum over the sorted kinks would need no evaluation, but adds and subtracts slopes and so loses digits.
struct BoundedShares {
  private let weights: [Double]
  private let lower: [Double]
  private let upper: [Double]
  private let budget: Double

  /// The shares; Σ lower ≤ budget ≤ Σ upper is the caller's to check.
  ///
  /// Prompts of weight zero stay at their lower limit unless all others are at their upper limit; then they divide the rest evenly within their limits.
  /// In particular weights that are all zero give the uniform allocation. Weights below 10⁻²⁷⁰ of the largest count as zero.
  static func shares(weights: [Double], lower: [Double], upper: [Double], budget: Double) -> [Double] {
    precondition(
      weights.count == lower.count && weights.count == upper.count,
      "\(weights.count) weights, \(lower.count) lower and \(upper.count) upper limits")
    // Scaling by a power of two is exact and keeps Σw from overflowing.
    let largest = weights.max() ?? 0
    guard largest > 0 else {
      return BoundedShares(
        weights: Array(repeating: 1, count: weights.count), lower: lower, upper: upper, budget: budget
      )
      .level()
    }
    let scale = Double(sign: .plus, exponent: max(-1000, min(1000, -largest.exponent)), significand: 1)
    var scaled = weights
    for i in scaled.indices {
      scaled[i] *= scale
      if scaled[i] < 1e-270 { scaled[i] = 0 }
    }
    var reach = CompensatedSum()
    for i in scaled.indices { reach.add(scaled[i] > 0 ? upper[i] : lower[i]) }
    guard reach.value < budget else {
      return BoundedShares(weights: scaled, lower: lower, upper: upper, budget: budget).level()
    }
    let zero = scaled.indices.filter { scaled[$0] == 0 }
    var taken = CompensatedSum()
    for i in scaled.indices where scaled[i] > 0 { taken.add(upper[i]) }
    let rest = BoundedShares(
      weights: Array(repeating: 1, count: zero.count), lower: zero.map { lower[$0] },
      upper: zero.map { upper[$0] }, budget: budget - taken.value
    )
    .level()
    var result = upper
    for (position, i) in zero.enumerated() { result[i] = rest[position] }
    return result
  }

  private init(weights: [Double], lower: [Double], upper: [Double], budget: Double) {
    self.weights = weights
    self.lower = lower
    self.upper = upper
    self.budget = budget
  }

  /// Solves for c where weights of zero are content with their lower limit.
  private func level() -> [Double] {
    var whole = CompensatedSum()
    for weight in weights { whole.add(weight) }
    // Divide last: B·w/Σw is exact where it is an integer, c·w is not.
    let proportional = weights.map { budget * $0 / whole.value }
    if zip(proportional, zip(lower, upper)).allSatisfy({ $0 >= $1.0 && $0 <= $1.1 }) { return proportional }

    var kinks: [Double] = []
    kinks.reserveCapacity(2 * weights.count)
    for i in weights.indices where weights[i] > 0 {
      kinks.append(lower[i] / weights[i])
      kinks.append(upper[i] / weights[i])
    }
    kinks.sort()
    // The first kink at which the sum reaches the budget; the last one where rounding keeps every sum below it.
    var first = 0
    var last = kinks.count - 1
    while first < last {
      let middle = first + (last - first) / 2
      if sum(at: kinks[middle]) >= budget { last = middle } else { first = middle + 1 }
    }
    let right = kinks[first]
    let left = first > 0 ? kinks[first - 1] : 0
    return segment(from: left, to: right)
  }

  /// Σ clip(c·w, lower, upper).
  private func sum(at c: Double) -> Double {
    var sum = CompensatedSum()
    for i in weights.indices { sum.add(min(max(c * weights[i], lower[i]), upper[i])) }
    return sum.value
  }

  /// The solution with c in [left, right], between which there is no kink.
  private func segment(from left: Double, to right: Double) -> [Double] {
    var result = lower
    var active: [Int] = []
    var fixed = CompensatedSum()
    var slope = CompensatedSum()
    for i in weights.indices {
      if weights[i] == 0 || lower[i] / weights[i] >= right {
        fixed.add(lower[i])
      } else if upper[i] / weights[i] <= left {
        result[i] = upper[i]
        fixed.add(upper[i])
      } else {
        active.append(i)
        slope.add(weights[i])
      }
    }
    let rest = budget - fixed.value
    for i in active { result[i] = min(max(rest * weights[i] / slope.value, lower[i]), upper[i]) }
    return result
  }
}
