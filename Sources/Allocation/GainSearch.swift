/// Takes the largest gains `σ²/(n(n + 1))` over all prompts and counts, without stepping through them.
///
/// The gains of a prompt fall with n, in floating point too (each operation is monotone), so the ones above a threshold are the first few of every prompt.
struct GainSearch {
  /// σ², scaled; zero for prompts that are to get nothing.
  let squares: [Double]
  /// The counts to start from, ≥ 1 where σ² > 0.
  let base: [Int]
  /// The largest counts.
  let upper: [Int]

  /// Adds the `amount` largest gains to `counts` (which hold `base`), ties to the first index.
  ///
  /// - Precondition: `amount` is positive and there are more gains than that.
  func add(_ amount: Int, to counts: inout [Int]) {
    let (low, high) = bracket(amount)
    var left = amount
    var gains: [Double] = []
    var owners: [Int] = []
    for i in squares.indices where squares[i] > 0 {
      let certain = level(i, high)
      left -= certain - base[i]
      counts[i] = certain
      for n in certain..<level(i, low) {
        gains.append(gain(i, n))
        owners.append(i)
      }
    }
    for position in Largest.positions(of: left, in: gains) { counts[owners[position]] += 1 }
  }

  /// Two thresholds: at most `amount` gains exceed the upper, more than `amount` the lower, and few lie between, unless they are all alike.
  private func bracket(_ amount: Int) -> (low: Double, high: Double) {
    var high = 0.0
    for i in squares.indices where squares[i] > 0 && base[i] < upper[i] { high = max(high, gain(i, base[i])) }
    var low = 0.0
    var aboveHigh = 0
    var aboveLow = Int.max
    let few = max(64, squares.count / 8)
    var guess = firstGuess(amount)
    var stride = 1.01
    while aboveLow - aboveHigh > few && low.nextUp < high {
      // Gallop from the guess until it is enclosed, then halve the bit patterns, which are ordered like the numbers.
      let middle =
        guess > low && guess < high
        ? guess : Double(bitPattern: low.bitPattern + (high.bitPattern - low.bitPattern) / 2)
      let above = number(above: middle)
      if above <= amount {
        (high, aboveHigh) = (middle, above)
        guess /= stride
      } else {
        (low, aboveLow) = (middle, above)
        guess *= stride
      }
      stride *= stride
    }
    return (low, high)
  }

  /// The threshold if counts were real numbers without bounds: n + ½ ≈ σ/√t.
  private func firstGuess(_ amount: Int) -> Double {
    var roots = 0.0
    var total = Double(amount)
    for i in squares.indices where squares[i] > 0 {
      roots += squares[i].squareRoot()
      total += Double(base[i]) + 0.5
    }
    return (roots / total) * (roots / total)
  }

  /// How many gains exceed t, or `Int.max` if more than fit.
  private func number(above t: Double) -> Int {
    var sum = 0
    for i in squares.indices where squares[i] > 0 {
      let next = sum.addingReportingOverflow(level(i, t) - base[i])
      if next.overflow { return .max }
      sum = next.partialValue
    }
    return sum
  }

  /// The smallest count n in base...upper whose gain does not exceed t.
  private func level(_ i: Int, _ t: Double) -> Int {
    let estimate = ((0.25 + squares[i] / t).squareRoot() - 0.5).rounded(.up)
    var n = estimate >= Double(upper[i]) ? upper[i] : max(base[i], Int(estimate))
    // The estimate is right up to rounding; the computed gains decide, so that all comparisons agree.
    while n > base[i] && gain(i, n - 1) <= t { n -= 1 }
    while n < upper[i] && gain(i, n) > t { n += 1 }
    return n
  }

  private func gain(_ i: Int, _ n: Int) -> Double { squares[i] / (Double(n) * Double(n + 1)) }
}
