/// Divides what no gain decides.
enum EvenDivision {
  /// Adds as much of `amount` as fits to the `chosen` prompts so that their additions are as even as their limits allow; returns the rest.
  static func add(_ amount: Int, among chosen: [Int], to counts: inout [Int], upper: [Int]) -> Int {
    guard amount > 0, !chosen.isEmpty else { return amount }
    let room = chosen.map { upper[$0] - counts[$0] }
    let fitting = min(amount, saturatingSum(room))
    let shares = BoundedShares.shares(
      weights: [Double](repeating: 1, count: chosen.count),
      lower: [Double](repeating: 0, count: chosen.count),
      upper: room.map { Double($0) }, budget: Double(fitting))
    let limits = Limits(lower: [Int](repeating: 0, count: chosen.count), upper: room, budget: fitting)
    for (i, step) in zip(chosen, LargestRemainder.rounded(shares, within: limits)) { counts[i] += step }
    return amount - fitting
  }

  /// The even share of every prompt without a pass rate, nil for the others; what is not spent on them is for the others.
  ///
  /// The share is that of the uniform allocation, and more only where the others cannot take the rest.
  static func unseen(_ passRates: [Double?], within limits: Limits, bounds: AllocationBounds)
    throws(AllocationError) -> [Int?]
  {
    let unseen = passRates.indices.filter { passRates[$0] == nil }
    var result = [Int?](repeating: nil, count: passRates.count)
    guard !unseen.isEmpty else { return result }
    let others = passRates.count - unseen.count
    let capacity = bounds.maximum.multipliedReportingOverflow(by: others)
    let overflowing = capacity.overflow ? 0 : max(0, limits.budget - capacity.partialValue)
    let together =
      others == 0
      ? limits.budget : max(limits.budget / passRates.count * unseen.count, overflowing)
    let shares = try UniformAllocation.rollouts(promptCount: unseen.count, budget: together, bounds: bounds)
    for (i, share) in zip(unseen, shares) { result[i] = share }
    return result
  }

  /// Pass rates, once they are checked.
  static func check(_ passRates: [Double?]) throws(AllocationError) {
    for (index, rate) in passRates.enumerated() {
      if let rate, !(rate >= 0 && rate <= 1) {
        throw .outOfRange(name: "the pass rate of prompt \(index)", value: rate, allowed: "lie in 0...1")
      }
    }
  }
}
