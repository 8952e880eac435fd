/// The mean of the middle half of the values: less swayed by one failed run than the mean, less wasteful than the median.
///
/// - Source: `agarwal2021`, section 4.3.
public enum InterquartileMean {
  /// `2/n · Σ w_i x_(i)`, where `w_i` is the length of `[i−1, i]` inside `[n/4, 3n/4]`.
  ///
  /// A quarter of the total weight is cut from either end, a value at the cut counting in part. Where 4 divides n this is the mean of
  /// the middle n/2 values, as of SciPy's `trim_mean(x, 0.25)`; elsewhere that function cuts ⌊n/4⌋ whole values and so keeps more than half of the weight.
  ///
  /// - Precondition: at least one value, none NaN.
  public static func value(_ values: [Double]) -> Double {
    precondition(!values.isEmpty, "the interquartile mean of no values")
    precondition(!values.contains { $0.isNaN }, "the interquartile mean of a value that is not a number")
    let sorted = values.sorted()
    let count = Double(sorted.count)
    let lower = count / 4
    let upper = 3 * count / 4
    var sum = CompensatedSum()
    // The first and the last place that reach into the middle half.
    for index in Int(lower)..<min(Int(upper.rounded(.up)), sorted.count) {
      let weight = min(Double(index + 1), upper) - max(Double(index), lower)
      if weight > 0 { sum.add(weight * sorted[index]) }
    }
    return sum.value / (count / 2)
  }

  /// The interquartile mean of all scores of `runs`, strata pooled.
  public static func value(_ runs: StratifiedRuns) -> Double { value(runs.scores.flatMap { $0 }) }

  /// The percentile bootstrap interval of the pooled interquartile mean; the whole line for fewer than two runs.
  ///
  /// - Source: `agarwal2021`, section 4.1.
  /// - Precondition: as for `StratifiedRuns.interval`.
  public static func interval(
    _ runs: StratifiedRuns, resampling: StratifiedRuns.Resampling, level: Double, resamples: Int,
    key: StreamKey
  ) -> Interval {
    let scores = runs.scores
    return runs.interval(resampling, level: level, resamples: resamples, key: key) { indices in
      var pooled: [Double] = []
      for stratum in scores.indices {
        for run in indices[stratum] { pooled.append(scores[stratum][run]) }
      }
      return value(pooled)
    }
  }
}
