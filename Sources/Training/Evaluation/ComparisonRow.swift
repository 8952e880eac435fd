import Statistics

/// One method on one split (or on the average of all) in one of the two scores: a cell of the table.
public struct ComparisonRow: Sendable, Hashable {
  /// The method.
  public var method: String
  /// The split, or `Comparison.average`.
  public var split: String
  /// The score.
  public var metric: ComparisonMetric
  /// The mean over seeds with its standard error; the count is the number of seeds.
  public var mean: Estimate
  /// Student's interval of that mean; infinite for a single seed.
  public var interval: Interval
  /// The interquartile mean over seeds; for the average, over all seeds and splits.
  public var interquartileMean: Double
  /// Its bootstrap interval, whole runs resampled; infinite for a single seed.
  public var interquartileInterval: Interval
  /// The comparison with the reference method; nil for that method itself, and where no seed is shared.
  public var paired: PairedComparison?
}

/// A method against the reference, on the seeds that both have.
public struct PairedComparison: Sendable, Hashable {
  /// The mean of the differences method − reference with its standard error; the count is the number of shared seeds.
  public var difference: Estimate
  /// Student's interval of the mean difference, for this comparison alone; infinite for a single pair.
  public var interval: Interval
  /// The two-sided p-value of the sign-flip test.
  public var pValue: Double
  /// The smallest p-value that so many pairs can give.
  public var smallestPValue: Double
  /// The p-value after Holm's correction over the methods compared on this split in this score.
  public var adjustedPValue: Double
  /// The p-value of Student's paired test, for comparison; uncorrected.
  public var studentPValue: Double
  /// The probability that a run of the method scores higher than one of the reference, averaged over splits.
  public var improvement: Double
  /// Its bootstrap interval, pairs resampled.
  public var improvementInterval: Interval
  /// The smallest true difference that Student's test of so many pairs detects with the power of the settings, in a single test.
  public var detectable: Double
  /// The same at the first step of Holm's correction, the level divided by the number of methods compared.
  public var detectableCorrected: Double
}

/// The seeds that a method and the reference do not share; comparisons leave them out.
public struct UnpairedSeeds: Sendable, Hashable {
  /// The method.
  public var method: String
  /// Seeds of the reference that the method has not.
  public var missing: [UInt64]
  /// Seeds of the method that the reference has not.
  public var extra: [UInt64]
}
