import Statistics

/// Methods compared over seeds at equal budget: the table of means, intervals and paired tests.
///
/// A pure function of the runs: seeds are sorted, and the random numbers of a resample depend on budget, aggregation, score and split alone, so that neither the order of the runs nor
/// the number of threads changes a digit.
public struct Comparison: Sendable, Hashable {
  /// What stands in the place of a split for the mean over all of them.
  public static let average = "average"

  /// How the intervals are made.
  public struct Settings: Sendable, Hashable {
    /// The method that all others are compared with.
    public var reference: String
    /// Other references, by the aggregation or table that they belong to.
    public var references: [String: String] = [:]
    /// The level of every interval; 1 − level is the error of the tests that `detectable` speaks of.
    public var level: Double
    /// The resamples of a bootstrap, and the random patterns of a sign-flip test of more than `PairedTest.exactLimit` pairs.
    public var resamples: Int
    /// The power behind the detectable difference.
    public var power: Double
    /// The root seed of the resamples.
    public var seed: UInt64

    /// Intervals at 95 % from 2000 resamples, power 0.8.
    public init(
      reference: String = "grpo", level: Double = 0.95, resamples: Int = 2000, power: Double = 0.8,
      seed: UInt64 = 1
    ) {
      self.reference = reference
      self.level = level
      self.resamples = resamples
      self.power = power
      self.seed = seed
    }

    /// The reference of a table.
    public func reference(of table: String) -> String { references[table] ?? reference }
  }

  /// The settings.
  public let settings: Settings
  /// The splits in the order of the runs.
  public let splits: [String]
  /// One table for each budget and aggregation, in the order of first appearance.
  public let groups: [ComparisonGroup]

  /// Compares `runs`.
  ///
  /// Throws `invalid` for no runs, a score that is no probability, splits that differ between runs, a split called "average", a run that occurs twice, and a
  /// budget and aggregation without runs of the reference.
  ///
  /// - Precondition: level in (0, 1), power in (1 − level, 1), resamples ≥ 100, threads positive.
  public init(runs: [ComparisonRun], settings: Settings = Settings(), threads: Int = 1) throws(TrainingError)
  {
    precondition(settings.level > 0 && settings.level < 1, "the level \(settings.level) must lie in (0, 1)")
    precondition(
      settings.power > 1 - settings.level && settings.power < 1,
      "the power \(settings.power) must lie in (\(1 - settings.level), 1)")
    guard let first = runs.first else {
      throw .invalid(name: "the number of runs to compare", value: "0", allowed: "be positive")
    }
    let splits = first.scores.map(\.split)
    guard !splits.isEmpty, Set(splits).count == splits.count, !splits.contains(Self.average) else {
      throw .invalid(
        name: "the list of splits", value: "\(splits)",
        allowed: "hold each name once, at least one, and none called '\(Self.average)'")
    }
    for run in runs { try run.check(splits: splits) }
    var keys: [ComparisonGroup.Key] = []
    for run in runs {
      let key = ComparisonGroup.Key(budget: run.budget, aggregation: run.aggregation)
      if !keys.contains(key) { keys.append(key) }
    }
    var groups: [ComparisonGroup] = []
    for key in keys {
      let own = runs.filter { $0.budget == key.budget && $0.aggregation == key.aggregation }
      groups.append(
        try ComparisonGroup(key: key, runs: own, splits: splits, settings: settings, threads: threads))
    }
    self.settings = settings
    self.splits = splits
    self.groups = groups
  }
}
