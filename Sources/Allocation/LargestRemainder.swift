/// Rounds a real-valued allocation to integers with the same sum, by largest remainders within limits.
///
/// Every share is rounded down; the rollouts that are left go one each to the prompts with the largest fractional part that are below their upper limit, ties to
/// the first index. (Rounding each share to the nearest integer instead misses the sum by up to N/2, and repairing that afterwards is order-dependent.)
/// n_i is ⌊x_i⌋ or ⌈x_i⌉ as long as the shares sum to the budget.
///
/// - Source: `hamilton1792`.
enum LargestRemainder {
  /// The rounded shares.
  ///
  /// Shares that miss the budget by their rounding errors (budgets beyond 2⁵³) are repaired in further passes of the same kind.
  static func rounded(_ shares: [Double], within limits: Limits) -> [Int] {
    precondition(
      shares.count == limits.lower.count, "\(shares.count) shares for \(limits.lower.count) prompts")
    var counts = limits.lower
    var fractions = shares
    var total = 0
    for i in shares.indices {
      let whole = shares[i].rounded(.down)
      fractions[i] = shares[i] - whole
      // Compared as doubles first: Int(2⁶³) would trap.
      counts[i] = whole >= Double(limits.upper[i]) ? limits.upper[i] : max(limits.lower[i], Int(whole))
      total &+= counts[i]  // wraps only beyond 2⁶³, and the difference below is right all the same
    }
    var missing = limits.budget &- total
    while missing != 0 {
      missing =
        missing > 0
        ? raise(&counts, by: missing, fractions, limits.upper)
        : lower(&counts, by: -missing, fractions, limits.lower)
    }
    return counts
  }

  /// Hands out `amount` to those below their upper limit, all alike and the last ones by fraction; returns what is still missing.
  private static func raise(_ counts: inout [Int], by amount: Int, _ fractions: [Double], _ upper: [Int])
    -> Int
  {
    let open = counts.indices.filter { counts[$0] < upper[$0] }
    precondition(!open.isEmpty, "the upper limits leave no room for \(amount) rollouts")
    if amount < open.count {
      for position in Largest.positions(of: amount, in: open.map { fractions[$0] }) {
        counts[open[position]] += 1
      }
      return 0
    }
    var left = amount
    for i in open {
      let step = min(amount / open.count, upper[i] - counts[i])
      counts[i] += step
      left -= step
    }
    return left
  }

  /// Takes `amount` from those above their lower limit, the smallest fractions first; returns what is still to be taken, negated.
  private static func lower(_ counts: inout [Int], by amount: Int, _ fractions: [Double], _ lower: [Int])
    -> Int
  {
    let open = counts.indices.filter { counts[$0] > lower[$0] }
    precondition(!open.isEmpty, "the lower limits do not allow to take \(amount) rollouts")
    if amount < open.count {
      for position in Largest.positions(of: amount, in: open.map { -fractions[$0] }) {
        counts[open[position]] -= 1
      }
      return 0
    }
    var left = amount
    for i in open {
      let step = min(amount / open.count, counts[i] - lower[i])
      counts[i] -= step
      left -= step
    }
    return -left
  }
}
