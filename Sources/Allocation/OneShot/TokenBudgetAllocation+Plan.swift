import Foundation

extension TokenBudgetAllocation {
  /// What DUET decides for a batch.
  public struct Plan: Sendable, Hashable {
    /// n_q.
    public var rollouts: [Int]
    /// The longest response of each prompt that would pay, in tokens; the released code computes it and does not enforce it.
    public var lengthCaps: [Int]
    /// λ.
    public var multiplier: Double
    /// Σ n_q L_q.
    public var tokens: Double
  }

  /// The range of the caps on a response's length.
  public static let lengthCapRange = 32...4096

  /// Rollouts and caps for a budget of tokens.
  ///
  /// λ comes from bisection with rounded counts, half to even; where Σ n_q L_q is then above the budget, rollouts of the longest prompts go first, down to the minimum. With a divisor, what
  /// is over its multiple is taken from the longest prompts, or, where all are at the minimum, what is missing is given to the shortest, even beyond the budget. Unverified: which prompts the divisor takes
  /// from and gives to.
  ///
  /// - Parameter isTrimmed: false for the counts as bisection leaves them.
  /// - Throws: no prompts; a signal that is negative or not finite; a length that is not positive; a budget below what the minimum of every prompt costs, or above the maximum; bounds that are reversed or unlimited.
  /// - Edge cases: prompts without signal get the minimum. Where signals are too small for the range of λ, the budget is not spent.
  public static func plan(
    signals: [Double], lengths: [Double], tokens: Double, bounds: AllocationBounds = publishedBounds,
    search: Search = Search(), isTrimmed: Bool = true
  ) throws(AllocationError) -> Plan {
    try check(signals, lengths, tokens, bounds)
    var low = -search.logarithm
    var high = search.logarithm
    for _ in 0..<search.iterations {
      let middle = (low + high) / 2
      let counts = counts(signals, lengths, logarithm: middle, bounds)
      if cost(counts, lengths) > tokens { low = middle } else { high = middle }
    }
    let multiplier = exp((low + high) / 2)
    var counts = counts(signals, lengths, logarithm: (low + high) / 2, bounds)
    if isTrimmed {
      let byLength = lengths.indices.sorted { (-lengths[$0], $0) < (-lengths[$1], $1) }
      trim(&counts, lengths, byLength, to: tokens, minimum: bounds.minimum)
      divide(&counts, byLength, search.divisor, bounds)
    }
    let caps = zip(signals, lengths).map { signal, length in
      let cap = (signal * (length / multiplier).squareRoot()).rounded(.toNearestOrEven)
      return Int(min(max(cap, Double(lengthCapRange.lowerBound)), Double(lengthCapRange.upperBound)))
    }
    return Plan(
      rollouts: counts, lengthCaps: caps, multiplier: multiplier, tokens: cost(counts, lengths))
  }

  private static func counts(
    _ signals: [Double], _ lengths: [Double], logarithm: Double, _ bounds: AllocationBounds
  ) -> [Int] {
    let root = exp(logarithm / 2)
    return zip(signals, lengths).map { signal, length in
      let count = (signal / (root * length.squareRoot())).rounded(.toNearestOrEven)
      return count >= Double(bounds.maximum) ? bounds.maximum : max(bounds.minimum, Int(count))
    }
  }

  private static func cost(_ counts: [Int], _ lengths: [Double]) -> Double {
    zip(counts, lengths).reduce(0) { $0 + Double($1.0) * $1.1 }
  }

  private static func trim(
    _ counts: inout [Int], _ lengths: [Double], _ byLength: [Int], to tokens: Double, minimum: Int
  ) {
    var excess = cost(counts, lengths) - tokens
    for i in byLength where excess > 0 && counts[i] > minimum {
      let needed = (excess / lengths[i]).rounded(.up)
      let step = needed >= Double(counts[i] - minimum) ? counts[i] - minimum : Int(needed)
      counts[i] -= step
      excess -= Double(step) * lengths[i]
    }
  }

  private static func divide(
    _ counts: inout [Int], _ byLength: [Int], _ divisor: Int, _ bounds: AllocationBounds
  ) {
    let over = saturatingSum(counts) % divisor
    guard over > 0 else { return }
    if saturatingSum(counts.lazy.map { $0 - bounds.minimum }) >= over {
      var left = over
      for i in byLength where left > 0 {
        let step = min(left, counts[i] - bounds.minimum)
        counts[i] -= step
        left -= step
      }
    } else {
      var left = divisor - over
      for i in byLength.reversed() where left > 0 {
        let step = min(left, bounds.maximum - counts[i])
        counts[i] += step
        left -= step
      }
    }
  }

  private static func check(
    _ signals: [Double], _ lengths: [Double], _ tokens: Double, _ bounds: AllocationBounds
  ) throws(AllocationError) {
    guard !signals.isEmpty else { throw .noPrompts }
    guard lengths.count == signals.count else {
      throw .wrongCount(name: "lengths", count: lengths.count, expected: signals.count)
    }
    try BoundedProportion.check(signals, name: "signals")
    for (index, length) in lengths.enumerated() where !(length > 0 && length.isFinite) {
      throw .outOfRange(name: "the length of prompt \(index)", value: length, allowed: "be positive")
    }
    guard tokens.isFinite else { throw .invalidBudget(tokens) }
    guard tokens >= 0 else { throw .negativeBudget(tokens) }
    // Counts are doubles before they are whole; up to 2⁵³ both are the same.
    guard bounds.minimum >= 0, bounds.minimum <= bounds.maximum else {
      throw .invalidBounds(minimum: bounds.minimum, maximum: bounds.maximum)
    }
    let all = lengths.reduce(0, +)
    // A relative 2⁻⁴⁰ for the rounding of a sum of lengths that are not whole.
    let least = Double(bounds.minimum) * all
    if tokens < least * (1 - 0x1p-40) { throw .budgetBelowMinimum(budget: tokens, required: least) }
    let most = Double(bounds.maximum) * all
    if tokens > most * (1 + 0x1p-40) { throw .budgetAboveMaximum(budget: tokens, allowed: most) }
  }
}
