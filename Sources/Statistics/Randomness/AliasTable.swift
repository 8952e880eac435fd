/// A table that draws from a categorical distribution in constant time.
///
/// Each of the K columns holds at most two categories; a draw picks a column and then one of its two. Building takes O(K).
///
/// - Source: `vose1991`.
public struct AliasTable: Sendable {
  /// The probability of staying with the column's own category.
  private let threshold: [Double]
  /// The other category of each column.
  private let alias: [Int]

  /// The table of the distribution proportional to `weights`.
  ///
  /// - Precondition: at least one weight, none negative or not finite, not all zero.
  public init(weights: [Double]) {
    let count = weights.count
    let total = weights.reduce(0, +)
    precondition(
      weights.allSatisfy { $0 >= 0 && $0.isFinite }, "alias weights must be finite and not negative")
    precondition(count > 0 && total > 0 && total.isFinite, "\(count) alias weights add up to \(total)")
    var scaled = weights.map { $0 / total * Double(count) }
    var threshold = [Double](repeating: 1, count: count)
    var alias = Array(0..<count)
    var small = scaled.indices.filter { scaled[$0] < 1 }
    var large = scaled.indices.filter { scaled[$0] >= 1 }
    while let poor = small.last, let rich = large.last {
      small.removeLast()
      threshold[poor] = scaled[poor]
      alias[poor] = rich
      scaled[rich] -= 1 - scaled[poor]
      if scaled[rich] < 1 {
        large.removeLast()
        small.append(rich)
      }
    }
    // What is left differs from 1 by rounding only; but an impossible category must never keep its column.
    for index in small where weights[index] == 0 {
      threshold[index] = 0
      alias[index] = weights.firstIndex { $0 > 0 } ?? index
    }
    self.threshold = threshold
    self.alias = alias
  }

  /// The number of categories.
  public var count: Int { threshold.count }

  /// The probability that the table really draws each category with: what its columns add up to.
  public var probabilities: [Double] {
    var result = [Double](repeating: 0, count: count)
    for column in 0..<count {
      result[column] += threshold[column] / Double(count)
      result[alias[column]] += (1 - threshold[column]) / Double(count)
    }
    return result
  }

  /// A random category, from one uniform number: its integer part chooses the column, its fraction the category.
  ///
  /// The fraction has 53 − log₂ K bits, so a probability is exact to about K·2⁻⁵³.
  public func draw(_ stream: inout RandomStream) -> Int {
    let u = stream.uniform() * Double(threshold.count)
    let column = min(Int(u), threshold.count - 1)
    return u - Double(column) < threshold[column] ? column : alias[column]
  }
}
