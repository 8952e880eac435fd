/// Gains of one rollout more, for each prompt and each count.
protocol FallingGains {
  /// The gain of going from `rollouts` to one more: finite, not negative, and not rising with `rollouts`.
  func gain(_ prompt: Int, _ rollouts: Int) -> Double
}

/// Takes the largest gains over all prompts and counts without stepping through them: what a greedy rule with a priority queue ends at.
///
/// The greedy rule takes the gains above some threshold, and of those equal to it the first ones. The threshold is bracketed by bisection, and with it every
/// prompt's count, so that the search within a prompt gets shorter as the bracket does. The few gains between the two thresholds are picked one by one.
/// A queue needs B log N steps; this needs N times a few dozen gains, whatever B is.
struct ThresholdSearch<Gains: FallingGains> {
  private let gains: Gains
  private let upper: [Int]
  private let amount: Int
  /// Each prompt's count at the upper threshold.
  private var fewest: [Int]
  /// Each prompt's count at the lower threshold.
  private var most: [Int]

  /// Adds the `amount` largest positive gains to `counts`, ties to the first prompt; returns what is left where there are not so many.
  ///
  /// - Precondition: every count is at most its upper limit.
  static func add(_ amount: Int, to counts: inout [Int], upper: [Int], gains: Gains) -> Int {
    guard amount > 0 else { return 0 }
    var search = ThresholdSearch(gains: gains, upper: upper, amount: amount, base: counts)
    let positive = search.levels(above: 0)
    if !search.exceedsAmount(positive, from: counts) {
      let taken = positive.indices.reduce(0) { $0 + positive[$1] - counts[$1] }
      counts = positive
      return amount - taken
    }
    search.most = positive
    let isTied = search.narrow(from: counts)
    search.pick(isTied, into: &counts)
    return 0
  }

  private init(gains: Gains, upper: [Int], amount: Int, base: [Int]) {
    self.gains = gains
    self.upper = upper
    self.amount = amount
    fewest = base
    most = upper
  }

  /// Narrows the two thresholds until few gains lie between; true where they are neighbours instead, with nothing but equal gains between them.
  private mutating func narrow(from base: [Int]) -> Bool {
    var low = 0.0
    var high = 0.0
    for i in base.indices where base[i] < most[i] { high = max(high, gains.gain(i, base[i])) }
    let few = max(64, base.count / 8)
    var guess = firstGuess(base)
    var stride = 1.01
    while isMore(than: few) {
      guard low.nextUp < high else { return true }
      // Gallop from the guess until it is enclosed, then halve the bit patterns, which are ordered like the numbers.
      let middle =
        guess > low && guess < high
        ? guess : Double(bitPattern: low.bitPattern + (high.bitPattern - low.bitPattern) / 2)
      let counts = levels(above: middle)
      if !exceedsAmount(counts, from: base) {
        high = middle
        fewest = counts
        guess /= stride
      } else {
        low = middle
        most = counts
        guess *= stride
      }
      stride *= stride
    }
    return false
  }

  /// The gain at an even division, on average over the prompts that gain there.
  private func firstGuess(_ base: [Int]) -> Double {
    var sum = 0.0
    let useful = base.indices.filter { base[$0] < most[$0] }
    let each = amount / max(useful.count, 1)
    for i in useful {
      let place = base[i].addingReportingOverflow(each)
      sum += gains.gain(i, place.overflow ? most[i] - 1 : min(place.partialValue, most[i] - 1))
    }
    return sum / Double(max(useful.count, 1))
  }

  /// Whether more than `few` gains lie between the thresholds.
  private func isMore(than few: Int) -> Bool {
    var sum = 0
    for i in fewest.indices {
      let next = sum.addingReportingOverflow(most[i] - fewest[i])
      if next.overflow || next.partialValue > few { return true }
      sum = next.partialValue
    }
    return false
  }

  /// For each prompt the smallest count between the known ones whose gain does not exceed t.
  private func levels(above t: Double) -> [Int] {
    var result = fewest
    for i in result.indices where fewest[i] < most[i] && gains.gain(i, fewest[i]) > t {
      var low = fewest[i] + 1
      var high = most[i]
      // Doubling steps first: a count is far nearer to the lower end where there is no upper limit.
      var step = 1
      while true {
        let next = low.addingReportingOverflow(step)
        guard !next.overflow, next.partialValue < high else { break }
        if gains.gain(i, next.partialValue) <= t {
          high = next.partialValue
          break
        }
        low = next.partialValue + 1
        step = step.multipliedReportingOverflow(by: 2).overflow ? step : 2 * step
      }
      while low < high {
        let middle = low + (high - low) / 2
        if gains.gain(i, middle) > t { low = middle + 1 } else { high = middle }
      }
      result[i] = low
    }
    return result
  }

  /// Whether these counts take more than the amount; a sum beyond the largest integer does.
  private func exceedsAmount(_ counts: [Int], from base: [Int]) -> Bool {
    var sum = 0
    for i in counts.indices {
      let next = sum.addingReportingOverflow(counts[i] - base[i])
      if next.overflow || next.partialValue > amount { return true }
      sum = next.partialValue
    }
    return false
  }

  /// Takes what is above the upper threshold, and the largest of what lies between: the first where they are equal.
  private func pick(_ isTied: Bool, into counts: inout [Int]) {
    var left = amount - fewest.indices.reduce(0) { $0 + fewest[$1] - counts[$1] }
    counts = fewest
    guard !isTied else {
      for i in counts.indices where left > 0 {
        let step = min(left, most[i] - counts[i])
        counts[i] += step
        left -= step
      }
      return
    }
    var values: [Double] = []
    var owners: [Int] = []
    for i in counts.indices {
      for n in fewest[i]..<most[i] {
        values.append(gains.gain(i, n))
        owners.append(i)
      }
    }
    for position in Largest.positions(of: min(left, values.count), in: values) {
      counts[owners[position]] += 1
    }
  }
}
