import Claims
import Interchange
import Training

/// The CSV tables of a comparison of trained methods.
public enum ComparisonTables {
  /// `tables/comparison.csv`: one row for each method on each split (and the average) in each score.
  public static func comparison(_ comparison: Comparison) -> TidyTable {
    let columns = ComparisonColumns.comparison
    var writer = CSVWriter(header: columns.map(\.name))
    var count = 0
    for group in comparison.groups {
      for row in group.rows {
        count += 1
        writer.append(
          [
            .text(group.budget.rawValue), .text(group.aggregation), .text(row.metric.rawValue),
            .text(row.split),
            .text(row.method), .integer(row.mean.count), .number(row.mean.value),
            .number(row.mean.standardError),
            .number(row.interval.lower), .number(row.interval.upper), .number(row.interquartileMean),
            .number(row.interquartileInterval.lower), .number(row.interquartileInterval.upper),
          ] + paired(row.paired))
      }
    }
    return TidyTable(
      path: "tables/comparison.csv",
      description:
        "Every method on every split and on their average, in both scores, against the reference of its table, \(comparison.settings.reference) unless its differences are empty.",
      columns: columns, text: writer.text, rowCount: count, nonFiniteCount: writer.nonFiniteCount)
  }

  private static func paired(_ paired: PairedComparison?) -> [CSVWriter.Cell] {
    guard let paired else { return [CSVWriter.Cell](repeating: .empty, count: 13) }
    return [
      .integer(paired.difference.count), .number(paired.difference.value), .number(paired.interval.lower),
      .number(paired.interval.upper), .number(paired.pValue), .number(paired.adjustedPValue),
      .number(paired.smallestPValue), .number(paired.studentPValue), .number(paired.improvement),
      .number(paired.improvementInterval.lower), .number(paired.improvementInterval.upper),
      .number(paired.detectable), .number(paired.detectableCorrected),
    ]
  }

  /// `tables/comparison-runs.csv`: the scores of every run, from which the comparison can be made again.
  public static func runs(_ runs: [ComparisonRun]) -> TidyTable {
    let columns = ComparisonColumns.runs
    var writer = CSVWriter(header: columns.map(\.name))
    var count = 0
    for run in runs {
      for score in run.scores {
        count += 1
        writer.append([
          .text(run.budget.rawValue), .text(run.aggregation), .text(run.method), .text(String(run.seed)),
          .text(score.split), .number(score.passAt1), .number(score.passAt32),
          .optional(run.spent?.rollouts), .optional(run.spent?.tokens),
        ])
      }
    }
    return TidyTable(
      path: "tables/comparison-runs.csv", description: "The scores of every run on every split.",
      columns: columns, text: writer.text, rowCount: count, nonFiniteCount: writer.nonFiniteCount)
  }

  /// `tables/comparison-curves.csv`: every measurement along every run.
  public static func curves(_ points: [LearningPoint]) -> TidyTable {
    let columns = ComparisonColumns.curves
    var writer = CSVWriter(header: columns.map(\.name))
    for point in points {
      writer.append([
        .text(point.budget.rawValue), .text(point.aggregation), .text(point.method),
        .text(String(point.seed)), .integer(point.step), .integer(point.tokens), .integer(point.rollouts),
        .text(point.metric), .number(point.value),
      ])
    }
    return TidyTable(
      path: "tables/comparison-curves.csv", description: "What was measured along every run.",
      columns: columns, text: writer.text, rowCount: points.count, nonFiniteCount: writer.nonFiniteCount)
  }

  /// `tables/comparison-verdict.csv`: the parts of a verdict and of its control with the numbers they were judged by.
  public static func verdict(_ verdict: TrainingVerdict) -> TidyTable {
    let columns = ComparisonColumns.verdict
    var writer = CSVWriter(header: columns.map(\.name))
    let parts = verdict.subVerdicts + verdict.controls
    var count = 0
    for part in parts {
      let scores: [(ComparisonMetric, TrainingVerdict.Difference?)] = [
        (.passAt1, part.passAt1), (.passAt32, part.passAt32),
      ]
      for (metric, difference) in scores {
        count += 1
        // Only pass@1 decides; the other score has no ruling of its own.
        let rules = metric == .passAt1
        writer.append([
          .text(part.estimator), .text(part.population), .text(metric.rawValue),
          rules ? .text(part.ruling.rawValue) : .empty,
          rules ? part.condition.map { .text($0) } ?? .empty : .empty,
          .optional(difference?.estimate.count), .optional(difference?.estimate.value),
          .optional(difference?.estimate.standardError), .optional(difference?.interval.lower),
          .optional(difference?.interval.upper), .optional(difference?.level),
        ])
      }
    }
    return TidyTable(
      path: "tables/comparison-verdict.csv", description: "The parts of the verdict and of its control.",
      columns: columns, text: writer.text, rowCount: count, nonFiniteCount: writer.nonFiniteCount)
  }
}
