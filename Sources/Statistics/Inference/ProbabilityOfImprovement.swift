/// How likely a run of one method scores higher than a run of another.
///
/// It asks how often, not by how much, and is 1/2 for two methods of equal distribution.
///
/// - Source: `agarwal2021`, section 4.3.
public enum ProbabilityOfImprovement {
  /// `P(X > Y) + ½ P(X = Y)` over all pairs of a run of X and a run of Y: the Mann–Whitney statistic over its number of pairs.
  ///
  /// - Precondition: neither side is empty.
  public static func value(_ x: [Double], over y: [Double]) -> Double {
    precondition(!x.isEmpty && !y.isEmpty, "\(x.count) and \(y.count) runs to compare")
    var wins = 0
    // Counted in halves, so that the sum is exact.
    for a in x { for b in y { wins += a > b ? 2 : (a == b ? 1 : 0) } }
    return Double(wins) / Double(2 * x.count * y.count)
  }

  /// The mean over strata of the probability within each.
  ///
  /// - Precondition: equally many strata on both sides.
  public static func value(_ x: StratifiedRuns, over y: StratifiedRuns) -> Double {
    precondition(
      x.scores.count == y.scores.count, "\(x.scores.count) and \(y.scores.count) strata do not match")
    return zip(x.scores, y.scores).reduce(0) { $0 + value($1.0, over: $1.1) } / Double(x.scores.count)
  }

  /// The percentile bootstrap interval for runs that are paired by their seed; the whole line for fewer than two.
  ///
  /// Run i of X and run i of Y share their warm model, prompts and random numbers, so a pair is drawn as one, with its scores on all strata.
  /// The pairs that the statistic counts remain all those of a run of X and a run of Y.
  ///
  /// - Precondition: equally many runs in all strata and on both sides; resamples ≥ 100, level in (0, 1).
  public static func pairedInterval(
    _ x: StratifiedRuns, over y: StratifiedRuns, level: Double, resamples: Int, key: StreamKey
  ) -> Interval {
    let count = x.runCount
    precondition(count == y.runCount, "\(count) and \(y.runCount) runs do not pair up")
    precondition(
      x.scores.count == y.scores.count, "\(x.scores.count) and \(y.scores.count) strata do not match")
    // The half-wins of run i of X over run j of Y, summed over strata: a resample is then a sum of these.
    var wins = [Int](repeating: 0, count: count * count)
    for (own, other) in zip(x.scores, y.scores) {
      for i in 0..<count {
        for j in 0..<count { wins[i * count + j] += own[i] > other[j] ? 2 : (own[i] == other[j] ? 1 : 0) }
      }
    }
    let total = Double(2 * count * count * x.scores.count)
    return x.interval(.wholeRuns, level: level, resamples: resamples, key: key) { indices in
      var sum = 0
      for i in indices[0] { for j in indices[0] { sum += wins[i * count + j] } }
      return Double(sum) / total
    }
  }
}
