import Statistics

/// The comparison at one budget under one aggregation.
public struct ComparisonGroup: Sendable, Hashable {
  /// What was held equal.
  public let budget: ComparisonBudget
  /// How the loss weighs prompts and rollouts.
  public let aggregation: String
  /// The method that the others are compared with.
  public let reference: String
  /// The methods in the order of first appearance.
  public let methods: [String]
  /// The rows: scores, in each the splits and then the average, in each the methods.
  public let rows: [ComparisonRow]
  /// The methods whose seeds are not those of the reference; empty where all pair up.
  public let unpaired: [UnpairedSeeds]

  struct Key: Hashable {
    var budget: ComparisonBudget
    var aggregation: String
  }

  /// The row of a method on a split (or the average) in a score; nil where there is none.
  public func row(_ method: String, _ split: String, _ metric: ComparisonMetric) -> ComparisonRow? {
    rows.first { $0.method == method && $0.split == split && $0.metric == metric }
  }

  init(
    key: Key, runs: [ComparisonRun], splits: [String], settings: Comparison.Settings, threads: Int
  ) throws(TrainingError) {
    var methods: [String] = []
    for run in runs where !methods.contains(run.method) { methods.append(run.method) }
    let sorted = methods.map { method in
      runs.filter { $0.method == method }.sorted { $0.seed < $1.seed }
    }
    for own in sorted {
      for (run, next) in zip(own, own.dropFirst()) where run.seed == next.seed {
        throw .invalid(
          name: "the number of runs of '\(run.method)' with seed \(run.seed) "
            + "(equal \(key.budget.rawValue), \(key.aggregation))",
          value: String(own.count { $0.seed == run.seed }), allowed: "be one")
      }
    }
    let reference = settings.reference(of: key.aggregation)
    guard let referencePlace = methods.firstIndex(of: reference) else {
      throw .invalid(
        name: "the list of methods at equal \(key.budget.rawValue) under \(key.aggregation)",
        value: "\(methods)", allowed: "hold the reference '\(reference)'")
    }
    let table = ComparisonTable(
      name: "compare/\(key.budget.rawValue)/\(key.aggregation)", splits: splits, runs: sorted,
      reference: referencePlace, settings: settings)
    budget = key.budget
    aggregation = key.aggregation
    self.reference = reference
    self.methods = methods
    rows = table.rows(threads: threads)
    let shared = Set(sorted[referencePlace].map(\.seed))
    unpaired = zip(methods, sorted).compactMap { method, own in
      let seeds = Set(own.map(\.seed))
      guard seeds != shared else { return nil }
      return UnpairedSeeds(
        method: method, missing: shared.subtracting(seeds).sorted(),
        extra: seeds.subtracting(shared).sorted())
    }
  }
}

/// The runs of one group by method, and the rows made from them.
struct ComparisonTable: Sendable {
  /// The name of the random streams.
  var name: String
  var splits: [String]
  /// `runs[method]`, sorted by seed.
  var runs: [[ComparisonRun]]
  /// The place of the reference among the methods.
  var reference: Int
  var settings: Comparison.Settings

  /// All rows, Holm's correction included.
  func rows(threads: Int) -> [ComparisonRow] {
    let columns = splits.count + 1
    let metrics = ComparisonMetric.allCases
    let cells = metrics.count * columns * runs.count
    var rows: [ComparisonRow]
    do {
      rows = try parallelMap(count: cells, threads: threads) { cell in
        row(
          method: cell % runs.count, column: cell / runs.count % columns,
          metric: metrics[cell / runs.count / columns])
      }
    } catch {
      preconditionFailure("a row of a comparison does not throw: \(error)")
    }
    // The family: all methods against the reference, on one split in one score.
    for start in stride(from: 0, to: cells, by: runs.count) {
      let family = (start..<(start + runs.count)).filter { rows[$0].paired != nil }
      let adjusted = Holm.adjusted(family.compactMap { rows[$0].paired?.pValue })
      for (place, value) in zip(family, adjusted) { rows[place].paired?.adjustedPValue = value }
    }
    return rows
  }

  /// One row; the column after the last split is the average.
  private func row(method: Int, column: Int, metric: ComparisonMetric) -> ComparisonRow {
    let isAverage = column == splits.count
    let split = isAverage ? Comparison.average : splits[column]
    let strata = isAverage ? Array(splits.indices) : [column]
    let key = StreamKey(seed: settings.seed, claim: "\(name)/\(metric.rawValue)/\(split)")
    let scores = StratifiedRuns(
      strata.map { stratum in runs[method].map { $0.scores[stratum].value(metric) } })
    let mean = Moments(means(scores)).estimate
    return ComparisonRow(
      method: runs[method][0].method, split: split, metric: metric, mean: mean,
      interval: mean.studentInterval(level: settings.level),
      interquartileMean: InterquartileMean.value(scores),
      interquartileInterval: InterquartileMean.interval(
        scores, resampling: .wholeRuns, level: settings.level, resamples: settings.resamples, key: key),
      paired: method == reference ? nil : paired(method: method, strata: strata, metric: metric, key: key))
  }

  /// The comparison with the reference on the shared seeds; nil where there are none.
  private func paired(method: Int, strata: [Int], metric: ComparisonMetric, key: StreamKey)
    -> PairedComparison?
  {
    let seeds = Set(runs[method].map(\.seed)).intersection(runs[reference].map(\.seed))
    guard !seeds.isEmpty else { return nil }
    // Both lists are sorted by seed, so what is left of them pairs up by place.
    func shared(_ place: Int) -> StratifiedRuns {
      let own = runs[place].filter { seeds.contains($0.seed) }
      return StratifiedRuns(strata.map { stratum in own.map { $0.scores[stratum].value(metric) } })
    }
    let own = shared(method)
    let other = shared(reference)
    let differences = zip(means(own), means(other)).map { $0 - $1 }
    let difference = Moments(differences).estimate
    let alpha = 1 - settings.level
    func detectable(_ alpha: Double) -> Double {
      guard differences.count > 1 else { return .infinity }
      return DetectableDifference.value(
        standardDeviation: Moments(differences).variance.squareRoot(), count: differences.count, alpha: alpha,
        power: settings.power)
    }
    let pValue = PairedTest.signFlip(differences, resamples: settings.resamples, key: key.designPoint(2))
    return PairedComparison(
      difference: difference, interval: difference.studentInterval(level: settings.level), pValue: pValue,
      smallestPValue: differences.count <= PairedTest.exactLimit
        ? PairedTest.smallestSignFlip(count: differences.count) : 1 / Double(settings.resamples + 1),
      adjustedPValue: pValue, studentPValue: PairedTest.student(differences),
      improvement: ProbabilityOfImprovement.value(own, over: other),
      improvementInterval: ProbabilityOfImprovement.pairedInterval(
        own, over: other, level: settings.level, resamples: settings.resamples, key: key.designPoint(1)),
      detectable: detectable(alpha), detectableCorrected: detectable(alpha / Double(runs.count - 1)))
  }

  /// The mean over strata of each run.
  private func means(_ runs: StratifiedRuns) -> [Double] {
    (0..<runs.runCount).map { run in
      compensatedSum(runs.scores.map { $0[run] }) / Double(runs.scores.count)
    }
  }
}
