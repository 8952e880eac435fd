import CGSL
import Foundation

/// Pearson's, Spearman's and Kendall's correlation, with intervals.
public enum Correlation {
  /// Pearson's r; NaN when either side is constant or there are fewer than two pairs.
  ///
  /// - Precondition: equal counts.
  public static func pearson(_ x: [Double], _ y: [Double]) -> Double {
    precondition(x.count == y.count, "\(x.count) and \(y.count) values do not pair up")
    guard x.count > 1, x.contains(where: { $0 != x[0] }), y.contains(where: { $0 != y[0] }) else {
      return .nan
    }
    return max(-1, min(1, gsl_stats_correlation(x, 1, y, 1, x.count)))
  }

  /// Spearman's ρ: Pearson's r of the mid-ranks.
  public static func spearman(_ x: [Double], _ y: [Double]) -> Double { pearson(midRanks(x), midRanks(y)) }

  /// Kendall's τ_b, in O(n log n): `(concordant − discordant) / √((n₀ − ties_x)(n₀ − ties_y))`; NaN when either side is constant.
  ///
  /// Pairs are sorted by x (then y); the exchanges of a merge sort by y count the discordant pairs.
  ///
  /// - Source: `knight1966`.
  public static func kendall(_ x: [Double], _ y: [Double]) -> Double {
    precondition(x.count == y.count, "\(x.count) and \(y.count) values do not pair up")
    let order = x.indices.sorted { (x[$0], y[$0]) < (x[$1], y[$1]) }
    let pairs = pairCount(x.count)
    let tiedX = tiedPairs(order.map { x[$0] })
    var tiedBoth = 0.0
    var run = 1
    for i in order.indices.dropFirst() {
      if x[order[i]] == x[order[i - 1]], y[order[i]] == y[order[i - 1]] {
        run += 1
      } else {
        tiedBoth += pairCount(run)
        run = 1
      }
    }
    tiedBoth += pairCount(run)
    var values = order.map { y[$0] }
    let exchanges = sortCountingExchanges(&values)
    let tiedY = tiedPairs(values)
    let difference = pairs - tiedX - tiedY + tiedBoth - 2 * exchanges
    let scale = ((pairs - tiedX) * (pairs - tiedY)).squareRoot()
    return scale > 0 ? difference / scale : .nan
  }

  /// The interval of Pearson's r by Fisher's transformation, standard error `1/√(n−3)`; exact only for bivariate normal pairs.
  ///
  /// - Source: `bonett2000`, equation 1.
  public static func interval(pearson r: Double, count: Int, level: Double) -> Interval {
    fisher(r, squaredError: 1 / Double(count - 3), count: count, minimum: 4, level: level)
  }

  /// The interval of Spearman's ρ, standard error `√((1 + ρ²/2)/(n−3))` on Fisher's scale.
  ///
  /// - Source: `bonett2000`, section 3.
  public static func interval(spearman r: Double, count: Int, level: Double) -> Interval {
    fisher(r, squaredError: (1 + r * r / 2) / Double(count - 3), count: count, minimum: 4, level: level)
  }

  /// The interval of Kendall's τ, standard error `√(0.437/(n−4))` on Fisher's scale.
  ///
  /// - Source: `bonett2000`, section 3.
  public static func interval(kendall r: Double, count: Int, level: Double) -> Interval {
    fisher(r, squaredError: 0.437 / Double(count - 4), count: count, minimum: 5, level: level)
  }

  /// Ranks from 1, the mean rank for ties.
  public static func midRanks(_ values: [Double]) -> [Double] {
    let order = values.indices.sorted { values[$0] < values[$1] }
    var ranks = [Double](repeating: 0, count: values.count)
    var first = 0
    while first < order.count {
      var last = first
      while last + 1 < order.count, values[order[last + 1]] == values[order[first]] { last += 1 }
      for position in first...last { ranks[order[position]] = Double(first + last) / 2 + 1 }
      first = last + 1
    }
    return ranks
  }

  private static func fisher(_ r: Double, squaredError: Double, count: Int, minimum: Int, level: Double)
    -> Interval
  {
    precondition(level > 0 && level < 1, "the level \(level) must lie in (0, 1)")
    guard r.isFinite, count >= minimum else { return Interval(lower: -1, upper: 1) }
    // ±1 has an infinite transform; the interval is then that point.
    let centre = atanh(r)
    let half = SpecialFunctions.normalUpperQuantile((1 - level) / 2) * squaredError.squareRoot()
    return Interval(lower: tanh(centre - half), upper: tanh(centre + half))
  }

  private static func pairCount(_ n: Int) -> Double { Double(n) * Double(n - 1) / 2 }

  /// Tied pairs of sorted values.
  private static func tiedPairs(_ sorted: [Double]) -> Double {
    var total = 0.0
    var run = 1
    for i in sorted.indices.dropFirst() {
      if sorted[i] == sorted[i - 1] {
        run += 1
      } else {
        total += pairCount(run)
        run = 1
      }
    }
    return total + (sorted.isEmpty ? 0 : pairCount(run))
  }

  /// Bottom-up merge sort; returns how many pairs stood in the wrong order.
  private static func sortCountingExchanges(_ values: inout [Double]) -> Double {
    var exchanges = 0.0
    var buffer = values
    var width = 1
    while width < values.count {
      for start in stride(from: 0, to: values.count, by: 2 * width) {
        let middle = min(start + width, values.count)
        let end = min(start + 2 * width, values.count)
        var left = start
        var right = middle
        for position in start..<end {
          if left < middle, right >= end || values[left] <= values[right] {
            buffer[position] = values[left]
            left += 1
          } else {
            buffer[position] = values[right]
            right += 1
            exchanges += Double(middle - left)
          }
        }
      }
      swap(&values, &buffer)
      width *= 2
    }
    return exchanges
  }
}
