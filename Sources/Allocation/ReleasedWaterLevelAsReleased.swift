/// The allocator of the released code, as released: exploration, floor, water level by priority, fix-up.
///
/// Where nothing special happens it amounts to `n_i ≈ min(n_high, n_low + (T − m n_low) P_i/ΣP)`: affine in P with a cap, neither `n ∝ P` nor Neyman's rule.
///
/// Deviation from `dynamo2026`: all of it. Known oddities are kept: with little budget it gives less than the floor, prompts without priority share what
/// is left one by one over a list that is not refreshed (so that they can pass the cap), and the last fix-up heeds no bounds.
///
/// - Source: `dynamoRelease2026`, recipe/dynamo/dynamo_ray_trainer.py, get_rollout_n_per_prompt.
public enum ReleasedWaterLevelAsReleased {
  /// Rollouts for each prompt; they add up to `budget`.
  ///
  /// The released code clips the budget into [m·low, m·high] without a word; here a budget outside is an error.
  public static func rollouts(
    sampleCounts: [Int], priorities: [Double], budget: Int, low: Int = 8, high: Int = 24,
    initialBudget: Int = 4
  ) throws(AllocationError) -> [Int] {
    let count = sampleCounts.count
    guard priorities.count == count else {
      throw .wrongCount(name: "priorities", count: priorities.count, expected: count)
    }
    let low = max(0, low)
    let high = max(low, high)
    try AllocationBounds(minimum: low, maximum: high).check(budget: Double(budget), count: count)
    for (index, priority) in priorities.enumerated() where !priority.isFinite {
      throw .invalidValue(name: "priorities", index: index, value: priority)
    }
    for (index, samples) in sampleCounts.enumerated() where samples < 0 {
      throw .invalidCounts(index: index, successes: 0, samples: samples)
    }
    var counts = exploration(
      sampleCounts, budget: budget, low: low, high: high, initial: max(low, initialBudget))
    raiseToFloor(&counts, budget: budget, low: low)
    fill(&counts, priorities: priorities.map { $0 < 1e-8 ? 0 : $0 }, budget: budget, high: high)
    fixUp(&counts, budget: budget)
    return counts
  }

  /// The released allocator fed with the released priorities of `prompts`.
  public static func rollouts(
    _ prompts: [PromptStatistics], budget: Int, bounds: AllocationBounds, initialBudget: Int = 4
  )
    throws(AllocationError) -> [Int]
  {
    try PromptStatistics.check(prompts)
    try bounds.check(budget: Double(budget), count: prompts.count)
    return try rollouts(
      sampleCounts: prompts.map(\.samples),
      priorities: prompts.map {
        ReleasedPriorityAsReleased.priority(successes: $0.successes, samples: $0.samples)
      },
      budget: budget, low: bounds.minimum, high: bounds.maximum, initialBudget: initialBudget)
  }

  /// Step 1: what prompts with few samples need to be explored; scaled down if that alone exceeds the budget.
  private static func exploration(_ samples: [Int], budget: Int, low: Int, high: Int, initial: Int) -> [Int] {
    let needs = samples.map { min(max(0, initial - $0), high) }
    let total = needs.reduce(0, +)
    if total <= budget { return needs }
    var counts = needs.map { max(Int(Double($0) * Double(budget) / Double(total)), low) }
    var sum = counts.reduce(0, +)
    while sum > budget {
      var largest: Int?
      for index in counts.indices where counts[index] > low {
        if let current = largest, counts[current] >= counts[index] { continue }
        largest = index
      }
      guard let largest else { break }
      counts[largest] -= 1
      sum -= 1
    }
    return counts
  }

  /// Step 2: everyone to the floor, or to a truncated share of it.
  private static func raiseToFloor(_ counts: inout [Int], budget: Int, low: Int) {
    let left = budget - counts.reduce(0, +)
    guard left > 0 else { return }
    let needs = counts.map { max(0, low - $0) }
    let total = needs.reduce(0, +)
    guard total > 0 else { return }
    for index in counts.indices {
      counts[index] += total <= left ? needs[index] : Int(Double(needs[index]) * Double(left) / Double(total))
    }
  }

  /// Step 3: the rest by priority with largest fractions, capped and repeated; without priorities one by one.
  private static func fill(_ counts: inout [Int], priorities: [Double], budget: Int, high: Int) {
    var left = budget - counts.reduce(0, +)
    while left > 0 {
      let eligible = counts.indices.filter { counts[$0] < high && priorities[$0] > 1e-8 }
      if eligible.isEmpty {
        let open = counts.indices.filter { counts[$0] < high }
        guard !open.isEmpty else { return }
        // The released loop goes on over the same list; it can pass the cap.
        for turn in 0..<left { counts[open[turn % open.count]] += 1 }
        return
      }
      let total = eligible.reduce(0.0) { $0 + priorities[$1] }
      let shares = eligible.map { Double(left) * priorities[$0] / total }
      var parts = shares.map { Int($0) }
      let order = eligible.indices.sorted {
        let (a, b) = (shares[$0] - shares[$0].rounded(.down), shares[$1] - shares[$1].rounded(.down))
        return a != b ? a > b : $0 < $1
      }
      for position in order.prefix(max(left - parts.reduce(0, +), 0)) { parts[position] += 1 }
      for (position, index) in eligible.enumerated() {
        let given = min(parts[position], high - counts[index], left)
        counts[index] += given
        left -= given
      }
    }
  }

  /// Step 4: whatever difference is left, one by one, heedless of bounds.
  private static func fixUp(_ counts: inout [Int], budget: Int) {
    var difference = budget - counts.reduce(0, +)
    var index = 0
    while difference != 0 {
      if difference > 0 {
        counts[index] += 1
        difference -= 1
      } else if counts[index] > 0 {
        counts[index] -= 1
        difference += 1
      }
      index = (index + 1) % counts.count
    }
  }
}
