/// The exact integer optimum of `Σ σ_i²/n_i` under `Σ n_i = B` and bounds.
///
/// The objective is a sum of convex functions, so giving rollouts one by one to the prompt with the largest decrease `σ²/(n(n+1))` is optimal. Doing that B times
/// would take B log N steps; instead all rollouts whose decrease exceeds a threshold are given at once, the threshold is found by
/// bisection, and only what is left goes one by one. Both give the same counts, ties to the first prompt included.
///
/// The first rollout of a prompt with σ > 0 removes an infinite variance: those come first, the largest σ before the others. Prompts with σ = 0 get the minimum, and a share only of
/// what is left when all others are at the maximum.
///
/// - Source: `gross1956`; `wright2012`.
public enum IntegerOptimalAllocation {
  /// Rollouts for each prompt.
  public static func rollouts(deviations: [Double], budget: Int, bounds: AllocationBounds = .none)
    throws(AllocationError) -> [Int]
  {
    try bounds.check(budget: Double(budget), count: deviations.count)
    for (index, value) in deviations.enumerated() where !(value >= 0 && value.isFinite) {
      throw .invalidValue(name: "deviations", index: index, value: value)
    }
    // Scaling changes no decision and keeps squares in range.
    let largest = deviations.max() ?? 0
    let variances = deviations.map { largest > 0 ? ($0 / largest) * ($0 / largest) : 0 }
    var counts = start(variances, budget: budget, bounds: bounds)
    var left = budget - counts.reduce(0, +)
    var heap = PriorityHeap(
      counts.indices.filter { variances[$0] > 0 && counts[$0] < bounds.maximum }.map {
        PriorityHeap.Entry(priority: decrease(variances[$0], counts[$0]), tie: variances[$0], index: $0)
      })
    while left > 0, let top = heap.top {
      counts[top.index] += 1
      left -= 1
      if counts[top.index] < bounds.maximum {
        heap.replaceTop(
          PriorityHeap.Entry(
            priority: decrease(variances[top.index], counts[top.index]), tie: variances[top.index],
            index: top.index))
      } else {
        heap.removeTop()
      }
    }
    guard left > 0 else { return counts }
    // Only prompts without variance are below the maximum: share the rest alike.
    let open = counts.indices.filter { counts[$0] < bounds.maximum }
    let shares = [Double](repeating: Double(left) / Double(open.count), count: open.count)
    let room = bounds.maximum == .max ? Int.max : bounds.maximum - bounds.minimum
    let extra = LargestRemainder.round(shares, budget: left, bounds: AllocationBounds(maximum: room))
    for (index, more) in zip(open, extra) { counts[index] += more }
    return counts
  }

  /// What the next rollout takes off the total variance; infinite for the first.
  private static func decrease(_ variance: Double, _ count: Int) -> Double {
    if count == 0 { return variance > 0 ? .infinity : 0 }
    return variance / (Double(count) * Double(count + 1))
  }

  /// Counts that the greedy rule is sure to reach: all rollouts whose decrease exceeds a threshold, within the budget.
  private static func start(_ variances: [Double], budget: Int, bounds: AllocationBounds) -> [Int] {
    func counts(above threshold: Double) -> [Int] {
      variances.map { variance in
        guard variance > 0 else { return bounds.minimum }
        // The last rollout n satisfies variance/(n(n−1)) > threshold; the root is a first guess, corrected with the very expression that
        // the heap compares, so that rounding cannot make the two disagree.
        var n = max(1, Int(((1 + (1 + 4 * min(variance / threshold, 1e15)).squareRoot()) / 2).rounded(.down)))
        while n > 1, decrease(variance, n - 1) <= threshold { n -= 1 }
        while n < bounds.maximum, decrease(variance, n) > threshold { n += 1 }
        return min(max(n, bounds.minimum), bounds.maximum)
      }
    }
    let floor = [Int](repeating: bounds.minimum, count: variances.count)
    func fits(_ counts: [Int]) -> Bool { counts.reduce(0.0) { $0 + Double($1) } <= Double(budget) }
    // Above the largest decrease nothing but the infinite first rollouts is given.
    var high = 1.0
    guard variances.contains(where: { $0 > 0 }), fits(counts(above: high)) else { return floor }
    var low = high
    while fits(counts(above: low)), low > 1e-28 {
      high = low
      low /= 16
    }
    for _ in 0..<48 {
      let middle = (low * high).squareRoot()
      if fits(counts(above: middle)) { high = middle } else { low = middle }
    }
    let result = counts(above: high)
    return fits(result) ? result : floor
  }
}

/// A binary heap: largest priority first, then largest tie-breaker, then smallest index.
struct PriorityHeap {
  struct Entry {
    var priority: Double
    var tie: Double
    var index: Int

    func precedes(_ other: Entry) -> Bool {
      if priority != other.priority { return priority > other.priority }
      // Among first rollouts, all of infinite priority, the larger variance goes first.
      if priority == .infinity, tie != other.tie { return tie > other.tie }
      return index < other.index
    }
  }

  private var entries: [Entry]

  init(_ entries: [Entry]) {
    self.entries = entries
    for position in stride(from: entries.count / 2 - 1, through: 0, by: -1) { sift(position) }
  }

  var top: Entry? { entries.first }

  mutating func replaceTop(_ entry: Entry) {
    entries[0] = entry
    sift(0)
  }

  mutating func removeTop() {
    let last = entries.removeLast()
    if !entries.isEmpty { replaceTop(last) }
  }

  private mutating func sift(_ start: Int) {
    var position = start
    let moving = entries[start]
    while true {
      var child = 2 * position + 1
      guard child < entries.count else { break }
      if child + 1 < entries.count, entries[child + 1].precedes(entries[child]) { child += 1 }
      guard entries[child].precedes(moving) else { break }
      entries[position] = entries[child]
      position = child
    }
    entries[position] = moving
  }
}
