import Statistics

/// What a contest found.
public struct RetrievalResult: Sendable {
  /// The runs of one world, one for each seed.
  struct World: Sendable {
    var settings: RetrievalSettings
    var runs: [RetrievalRun]
  }

  /// One number of one ranker in one world: the mean over seeds.
  public struct Row: Sendable, Hashable {
    /// The world.
    public var world: String
    /// The ranker, or `world` for what is no ranker's.
    public var method: String
    /// What was measured.
    public var statistic: String
    /// Mean, standard error and number of seeds.
    public var estimate: Estimate
    /// Student's interval at 95 per cent, over seeds.
    public var interval: Interval
    /// The mean over seeds of the exact expectation, where drawn outcomes were counted; nil else.
    public var exact: Double?
  }

  /// The paired difference of a ranker to relevance ranking.
  public struct Difference: Sendable, Hashable {
    /// The row of the difference.
    public var row: Row
    /// The exact sign-flip p-value over seeds, for sixteen seeds and fewer; random patterns beyond.
    public var pValue: Double
  }

  /// The root seed.
  public let seed: UInt64
  let worlds: [World]

  /// The level of every interval.
  public static let level = 0.95

  /// The names of the worlds.
  public var worldNames: [String] { worlds.map(\.settings.name) }

  /// Every mean.
  public var rows: [Row] {
    worlds.flatMap { world -> [Row] in
      var rows = [
        row(world, "world", "fragile-share", world.runs.map(\.fragileShare)),
        row(world, "world", "selected-lists", world.runs.map { Double($0.selectedLists) }),
        row(world, "world", "teacher-calls", world.runs.map(\.selectedCalls)),
      ].compactMap { $0 }
      for method in RetrievalMethod.allCases {
        for statistic in RetrievalStatistic.allCases {
          guard var found = row(world, method.rawValue, statistic.rawValue, values(world, method, statistic))
          else { continue }
          if let counterpart = statistic.exactCounterpart {
            found.exact = Moments(values(world, method, counterpart)).mean
          }
          rows.append(found)
        }
      }
      return rows
    }
  }

  /// The paired differences to relevance ranking of every other ranker.
  public var differences: [Difference] {
    worlds.flatMap { world in
      RetrievalMethod.allCases.filter { $0 != .relevance }.flatMap { method in
        RetrievalStatistic.allCases.compactMap { statistic -> Difference? in
          let pairs = world.runs.compactMap { run -> Double? in
            guard let own = run.measurements[method]?.values[statistic],
              let reference = run.measurements[.relevance]?.values[statistic]
            else { return nil }
            return own - reference
          }
          guard let row = row(world, method.rawValue, statistic.rawValue, pairs) else { return nil }
          let key = StreamKey(seed: seed, claim: "retrieval-sign-flip")
          return Difference(row: row, pValue: PairedTest.signFlip(pairs, resamples: 9999, key: key))
        }
      }
    }
  }

  /// The reliability table of a ranker, the seeds together.
  public func reliability(world: String, method: RetrievalMethod) -> Calibration {
    let points = points(world, method)
    return Calibration(confidences: points.confidences, outcomes: points.correctness)
  }

  /// The risk–coverage curve of a ranker at a hundred thresholds, the seeds together.
  public func riskCoverage(world: String, method: RetrievalMethod) -> RiskCoverage {
    let points = points(world, method)
    return RiskCoverage(confidences: points.confidences, errors: points.correctness.map { 1 - $0 })
  }

  private func points(_ world: String, _ method: RetrievalMethod) -> (
    confidences: [Double], correctness: [Double]
  ) {
    let measured = worlds.filter { $0.settings.name == world }.flatMap(\.runs).compactMap {
      $0.measurements[method]
    }
    return (measured.flatMap(\.confidences), measured.flatMap(\.correctness))
  }

  private func values(_ world: World, _ method: RetrievalMethod, _ statistic: RetrievalStatistic) -> [Double]
  {
    world.runs.compactMap { $0.measurements[method]?.values[statistic] }
  }

  /// Nil without values.
  private func row(_ world: World, _ method: String, _ statistic: String, _ values: [Double]) -> Row? {
    guard !values.isEmpty else { return nil }
    let estimate = Moments(values).estimate
    return Row(
      world: world.settings.name, method: method, statistic: statistic, estimate: estimate,
      interval: estimate.studentInterval(level: Self.level), exact: nil)
  }
}
