/// The scores of several runs on several strata: tasks, or the splits of an evaluation.
///
/// `scores[stratum][run]`. What is one draw of a bootstrap depends on the experiment, and the two ways give different intervals:
/// runs of one stratum may be other runs than those of the next, or one run may have a score on every stratum.
///
/// - Source: `agarwal2021`, section 4.1, for the bootstrap within strata.
public struct StratifiedRuns: Sendable, Hashable {
  /// What is drawn with replacement.
  public enum Resampling: Sendable, Hashable {
    /// Runs, independently in each stratum: each score comes from a training of its own.
    case withinStrata
    /// Whole runs, with their scores on all strata: one trained model was scored on every stratum, so that its scores rise and fall together.
    ///
    /// Drawing within strata would treat the splits of one model as independent and make the interval of their average too short.
    case wholeRuns
  }

  /// `scores[stratum][run]`.
  public let scores: [[Double]]

  /// Scores by stratum and run.
  ///
  /// - Precondition: at least one stratum, at least one run in each.
  public init(_ scores: [[Double]]) {
    precondition(
      !scores.isEmpty && scores.allSatisfy { !$0.isEmpty }, "no stratum, or a stratum without runs")
    self.scores = scores
  }

  /// The number of runs where every stratum has the same number of them.
  ///
  /// - Precondition: it has.
  public var runCount: Int {
    let count = scores[0].count
    precondition(
      scores.allSatisfy { $0.count == count }, "the strata have \(scores.map(\.count)) runs, not equally many"
    )
    return count
  }

  /// The percentile interval of `statistic`, which is given the indices of the runs to use in each stratum.
  ///
  /// For `wholeRuns` every stratum is given the same indices. With fewer than two runs nothing can be resampled, and the interval is the whole line.
  ///
  /// - Precondition: resamples ≥ 100, level in (0, 1); equally many runs in all strata for `wholeRuns`.
  public func interval(
    _ resampling: Resampling, level: Double, resamples: Int, key: StreamKey,
    statistic: ([[Int]]) -> Double
  ) -> Interval {
    guard scores.allSatisfy({ $0.count > 1 }) else { return Interval(lower: -.infinity, upper: .infinity) }
    switch resampling {
    case .withinStrata:
      return Bootstrap.percentile(
        strata: scores.map(\.count), level: level, resamples: resamples, key: key, statistic: statistic)
    case .wholeRuns:
      return Bootstrap.percentile(count: runCount, level: level, resamples: resamples, key: key) { runs in
        statistic([[Int]](repeating: runs, count: scores.count))
      }
    }
  }
}
