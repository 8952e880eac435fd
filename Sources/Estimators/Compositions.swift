import Statistics

/// All ways to spread a group of G rollouts over C classes, with their multinomial probabilities.
///
/// There are C(G + C − 1, C − 1) of them, where there are C^G tuples: 969 instead of 4·10⁹ for G = 16 and C = 4.
enum Compositions {
  /// The number of compositions of `total` into `parts`, as a double so that it cannot overflow.
  static func count(total: Int, parts: Int) -> Double {
    var result = 1.0
    for i in 1..<max(parts, 1) { result *= Double(total + i) / Double(i) }
    return result.rounded()
  }

  /// Calls `body` with every composition and its probability, in lexicographic order of counts.
  ///
  /// The probability is the product of the binomial probabilities of each class among the rollouts that the classes before it left over.
  static func forEach(total: Int, probabilities: [Double], _ body: ([Int], Double) -> Void) {
    let parts = probabilities.count
    precondition(parts > 0 && total >= 0, "no composition of \(total) into \(parts) parts")
    // Conditional probability of class j among the classes j, j+1, …; summing the tail afresh avoids 1 − Σ.
    var conditional = [Double](repeating: 1, count: parts)
    var tail = 0.0
    for j in stride(from: parts - 1, through: 0, by: -1) {
      tail += probabilities[j]
      conditional[j] = tail > 0 ? min(probabilities[j] / tail, 1) : 0
    }
    // The last class is all that is left: exactly 1, whatever the rounding.
    conditional[parts - 1] = 1
    // binomial[j][m][k]: the probability of k rollouts of class j among m. The first class always chooses among all, the last takes what is left.
    let binomial = conditional.indices.map { j -> [[Double]] in
      if j == parts - 1 { return [] }
      return (0...total).map { m in j > 0 || m == total ? binomialRow(m, conditional[j]) : [] }
    }
    var counts = [Int](repeating: 0, count: parts)
    func descend(_ part: Int, _ left: Int, _ probability: Double) {
      if part == parts - 1 {
        counts[part] = left
        body(counts, probability)
        return
      }
      for count in 0...left {
        let weight = probability * binomial[part][left][count]
        guard weight > 0 else { continue }
        counts[part] = count
        descend(part + 1, left - count, weight)
      }
    }
    descend(0, total, 1)
  }

  /// The binomial probabilities of 0...m successes, by the recursion that adds one trial at a time: only sums and products of
  /// non-negative numbers, so every entry has a relative error of a few m ulp; logarithms of factorials would lose three digits.
  static func binomialRow(_ trials: Int, _ q: Double) -> [Double] {
    var row = [Double](repeating: 0, count: trials + 1)
    row[0] = 1
    let complement = 1 - q
    for trial in 0..<trials {
      for k in stride(from: trial + 1, through: 1, by: -1) { row[k] = row[k] * complement + row[k - 1] * q }
      row[0] *= complement
    }
    return row
  }
}
