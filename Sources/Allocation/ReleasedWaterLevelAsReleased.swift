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
    _ = try Limits(count: count, budget: budget, bounds: AllocationBounds(minimum: low, maximum: high))
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
    // Before the other overload, which lifts bounds that are negative or crossed instead of refusing them.
    _ = try Limits(count: prompts.count, budget: budget, bounds: bounds)
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
    let total = saturatingSum(needs)
    if total <= budget { return needs }
    var counts = needs.map { max(part(of: budget, $0, total), low) }
    let excess = saturatingSum(counts) - budget
    if excess > 0 { lowerLargest(&counts, by: excess, floor: low) }
    return counts
  }

  /// Lowers the largest entry by one, the first of equals, `amount` times, none below `floor`.
  ///
  /// The released loop looks for the largest entry anew each time. It cuts the entries down to a common level, the first ones to one below, and that level can be searched
  /// for: a million prompts would keep the loop busy for an hour.
  private static func lowerLargest(_ counts: inout [Int], by amount: Int, floor: Int) {
    func above(_ level: Int) -> Int { saturatingSum(counts.lazy.map { max(0, $0 - level) }) }
    var level = floor
    var ceiling = counts.max() ?? floor
    while level < ceiling {
      let middle = level + (ceiling - level) / 2
      if above(middle) <= amount { ceiling = middle } else { level = middle + 1 }
    }
    var rest = amount - above(level)
    for index in counts.indices where counts[index] >= level {
      counts[index] = level
      if rest > 0 && level > floor {
        counts[index] -= 1
        rest -= 1
      }
    }
  }

  /// Step 2: everyone to the floor, or to a truncated share of it.
  private static func raiseToFloor(_ counts: inout [Int], budget: Int, low: Int) {
    let left = budget - saturatingSum(counts)
    guard left > 0 else { return }
    let needs = counts.map { max(0, low - $0) }
    let total = saturatingSum(needs)
    for index in counts.indices {
      counts[index] += total <= left ? needs[index] : part(of: left, needs[index], total)
    }
  }

  /// `int(need·left/total)`, which is at most `need`.
  private static func part(of left: Int, _ need: Int, _ total: Int) -> Int {
    let part = (Double(need) * Double(left) / Double(total)).rounded(.down)
    return part >= Double(need) ? need : Int(part)
  }

  /// Step 3: the rest by priority with largest fractions, capped and repeated; without priorities one by one.
  private static func fill(_ counts: inout [Int], priorities: [Double], budget: Int, high: Int) {
    var left = budget - saturatingSum(counts)
    while left > 0 {
      let eligible = counts.indices.filter { counts[$0] < high && priorities[$0] > 1e-8 }
      if eligible.isEmpty { return goAround(&counts, left, high: high) }
      let total = eligible.reduce(0.0) { $0 + priorities[$1] }
      let shares = eligible.map { Double(left) * priorities[$0] / total }
      let whole = shares.map { $0.rounded(.down) }
      var parts = whole.map { $0 >= Double(left) ? left : Int($0) }
      let rest = min(max(left - saturatingSum(parts), 0), parts.count)
      for position in Largest.positions(of: rest, in: zip(shares, whole).map { $0 - $1 }) {
        // Only a share of the whole budget can be at the limit of integers.
        if parts[position] < .max { parts[position] += 1 }
      }
      for (position, index) in eligible.enumerated() {
        let given = min(parts[position], high - counts[index], left)
        counts[index] += given
        left -= given
      }
    }
  }

  /// One each around the prompts that are below the cap now, until nothing is left.
  ///
  /// The released loop goes on over the same list, so that prompts can pass the cap.
  private static func goAround(_ counts: inout [Int], _ left: Int, high: Int) {
    let open = counts.indices.filter { counts[$0] < high }
    guard !open.isEmpty else { return }
    let (rounds, rest) = left.quotientAndRemainder(dividingBy: open.count)
    for (position, index) in open.enumerated() { counts[index] += rounds + (position < rest ? 1 : 0) }
  }

  /// Step 4: whatever difference is left, one by one, heedless of bounds.
  private static func fixUp(_ counts: inout [Int], budget: Int) {
    var difference = budget - saturatingSum(counts)
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
