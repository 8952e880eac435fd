/// The non-decreasing function of x that is closest to y in weighted squares, by pooling adjacent violators.
///
/// Equal x share one fitted value.
///
/// - Source: `barlow1972`, chapter 1.
public struct IsotonicRegression: Sendable, Hashable {
  /// The fitted value of each observation, in the order given.
  public let fitted: [Double]
  /// The share of y's weighted variation that the fit explains; NaN when y is constant.
  public let rSquared: Double

  /// Fits y on x with weights (1 each by default).
  ///
  /// - Precondition: equal counts, positive weights.
  public init(x: [Double], y: [Double], weights: [Double]? = nil) {
    let weights = weights ?? [Double](repeating: 1, count: x.count)
    precondition(
      x.count == y.count && y.count == weights.count, "\(x.count) x, \(y.count) y, \(weights.count) weights")
    precondition(weights.allSatisfy { $0 > 0 }, "weights must be positive")
    struct Block {
      var weight: Double
      var mean: Double
      var count: Int
      mutating func absorb(_ other: Block) {
        mean += (other.mean - mean) * (other.weight / (weight + other.weight))
        weight += other.weight
        count += other.count
      }
    }
    let order = x.indices.sorted { x[$0] < x[$1] }
    var blocks: [Block] = []
    var position = 0
    while position < order.count {
      var block = Block(weight: weights[order[position]], mean: y[order[position]], count: 1)
      position += 1
      while position < order.count, x[order[position]] == x[order[position - 1]] {
        block.absorb(Block(weight: weights[order[position]], mean: y[order[position]], count: 1))
        position += 1
      }
      while let last = blocks.last, last.mean >= block.mean {
        blocks.removeLast()
        var pooled = last
        pooled.absorb(block)
        block = pooled
      }
      blocks.append(block)
    }
    var fitted = [Double](repeating: 0, count: x.count)
    var next = 0
    for block in blocks {
      for _ in 0..<block.count {
        fitted[order[next]] = block.mean
        next += 1
      }
    }
    self.fitted = fitted
    var overall = WeightedMoments()
    for (value, weight) in zip(y, weights) { overall.add(value, weight: weight) }
    var total = 0.0
    var residual = 0.0
    for index in y.indices {
      total += weights[index] * (y[index] - overall.mean) * (y[index] - overall.mean)
      residual += weights[index] * (y[index] - fitted[index]) * (y[index] - fitted[index])
    }
    rSquared = total > 0 ? 1 - residual / total : .nan
  }
}
