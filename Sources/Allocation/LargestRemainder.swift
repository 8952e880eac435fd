/// Rounds shares to integers that add up to the budget: everything down, then one up for the largest fractions.
///
/// - Source: `hamilton1792`, the method of largest remainders; ties go to the first prompt.
enum LargestRemainder {
  /// The rounded shares; each stays within the bounds as long as the share does.
  ///
  /// Rounding errors in the shares can leave the floors a few units off; the correction goes on in the same order until the sum is exact.
  static func round(_ shares: [Double], budget: Int, bounds: AllocationBounds) -> [Int] {
    var counts = shares.map { share -> Int in
      // A share within a few ulps below an integer is that integer.
      let nearest = share.rounded()
      let whole = abs(share - nearest) <= 8 * share.ulp ? nearest : share.rounded(.down)
      return min(max(Int(whole), bounds.minimum), bounds.maximum)
    }
    var rest = budget - counts.reduce(0, +)
    guard rest != 0 else { return counts }
    let fractions = zip(shares, counts).map { $0 - Double($1) }
    var order = Array(shares.indices)
    if rest > 0 {
      order.sort { fractions[$0] != fractions[$1] ? fractions[$0] > fractions[$1] : $0 < $1 }
    } else {
      order.sort { fractions[$0] != fractions[$1] ? fractions[$0] < fractions[$1] : $0 < $1 }
    }
    while rest != 0 {
      let before = rest
      for index in order {
        if rest > 0, counts[index] < bounds.maximum {
          counts[index] += 1
          rest -= 1
        } else if rest < 0, counts[index] > bounds.minimum {
          counts[index] -= 1
          rest += 1
        }
        if rest == 0 { break }
      }
      precondition(rest != before, "the budget \(budget) cannot be met within \(bounds)")
    }
    return counts
  }
}
