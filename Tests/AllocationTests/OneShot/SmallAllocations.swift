import Allocation

/// Exhaustive search, the judge of every greedy rule.
enum SmallAllocations {
  /// Every way to divide `budget` over `count` prompts within the bounds.
  static func all(count: Int, budget: Int, bounds: AllocationBounds) -> [[Int]] {
    if count == 0 { return budget == 0 ? [[]] : [] }
    guard bounds.minimum <= min(bounds.maximum, budget) else { return [] }
    return (bounds.minimum...min(bounds.maximum, budget)).flatMap { first in
      all(count: count - 1, budget: budget - first, bounds: bounds).map { [first] + $0 }
    }
  }

  /// The largest total value that any of them has.
  static func best(
    count: Int, budget: Int, bounds: AllocationBounds, value: (_ prompt: Int, _ rollouts: Int) -> Double
  ) -> Double {
    all(count: count, budget: budget, bounds: bounds).reduce(-Double.infinity) { best, counts in
      max(best, total(counts, value))
    }
  }

  /// The sum of values.
  static func total(_ counts: [Int], _ value: (_ prompt: Int, _ rollouts: Int) -> Double) -> Double {
    counts.indices.reduce(0) { $0 + value($1, counts[$1]) }
  }
}
