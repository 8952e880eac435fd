import Arena
import Interchange
import Statistics

/// The tables of a contest of rollout rules.
enum ArenaTables {
  /// `tables/arena.csv`: every measure of every method.
  static func measures(_ results: [ContestResult], level: Double) -> TidyTable {
    var rows: [[CSVWriter.Cell]] = []
    for result in results {
      for measure in ArenaMeasure.allCases {
        guard let estimate = result.estimate(measure) else { continue }
        let interval = estimate.studentInterval(level: level)
        rows.append([
          .text(result.budget.rawValue), .text(result.world), .text(result.method), .text(measure.rawValue),
          .number(estimate.value), .optional(finite(estimate.standardError)),
          .optional(finite(interval.lower)),
          .optional(finite(interval.upper)), .integer(estimate.count),
        ])
      }
    }
    return table("arena", "Every measure of every method in every world.", ArenaColumns.measures, rows)
  }

  /// `tables/arena-ranks.csv`: the place of every method in every world.
  static func ranks(_ ranks: [ContestRank]) -> TidyTable {
    table(
      "arena-ranks", "The rank of every method by mean quality, and what it lacks to the best.",
      ArenaColumns.ranks,
      ranks.map { rank in
        [
          .text(rank.budget.rawValue), .text(rank.world), .text(rank.method), .number(rank.rank),
          .number(rank.interval.lower), .number(rank.interval.upper), .number(rank.difference),
          .optional(finite(rank.differenceInterval.lower)), .optional(finite(rank.differenceInterval.upper)),
          .text(rank.isTied ? "true" : "false"), .text(rank.isOpen ? "true" : "false"),
        ]
      })
  }

  /// `tables/arena-curves.csv`: quality against the budget.
  static func curves(_ results: [ContestResult], level: Double) -> TidyTable {
    var rows: [[CSVWriter.Cell]] = []
    for result in results where !result.curves.isEmpty {
      let points = result.curves[0].count
      for point in 0..<points {
        let estimate = Moments(result.curves.map { $0[point] }).estimate
        let interval = estimate.studentInterval(level: level)
        rows.append([
          .text(result.budget.rawValue), .text(result.world), .text(result.method),
          .number(Double(point) / Double(points - 1)), .number(estimate.value),
          .optional(finite(interval.lower)), .optional(finite(interval.upper)), .integer(estimate.count),
        ])
      }
    }
    return table(
      "arena-curves", "Quality at equal fractions of the budget, the mean over seeds.", ArenaColumns.curves,
      rows)
  }

  private static func finite(_ value: Double) -> Double? { value.isFinite ? value : nil }

  private static func table(
    _ name: String, _ description: String, _ columns: [ColumnDescription], _ rows: [[CSVWriter.Cell]]
  ) -> TidyTable {
    var writer = CSVWriter(header: columns.map(\.name))
    for row in rows { writer.append(row) }
    return TidyTable(
      path: "tables/\(name).csv", description: description, columns: columns, text: writer.text,
      rowCount: rows.count, nonFiniteCount: writer.nonFiniteCount)
  }
}

/// The columns of these tables, described.
enum ArenaColumns {
  private static let keys = [
    column("budget", "string", nil, "what the methods had in equal amounts: rollouts or tokens"),
    column("world", "string", nil, "the world, or the log it was calibrated on"),
    column("method", "string", nil, "the rollout rule, named as in `allot arena --methods`"),
  ]

  static let measures =
    keys + [
      column("stat", "string", nil, "the measure, see the table of measures in report.md"),
      column("est", "number", "see stat", "the mean over seeds"),
      column("mcse", "number", "see stat", "its standard error"),
      column("lower", "number", "see stat", "the lower end of Student's interval"),
      column("upper", "number", "see stat", "the upper end"),
      column("n", "integer", "seeds", "the seeds where the measure is defined"),
    ]

  static let ranks =
    keys + [
      column("rank", "number", "1", "the rank by mean quality, 1 for the best; ties share their mean"),
      column("rank_lower", "number", "1", "the lower end of its interval over resampled seeds"),
      column("rank_upper", "number", "1", "the upper end"),
      column("difference", "number", "pass rate", "mean quality less that of the best, seeds paired"),
      column("difference_lower", "number", "pass rate", "the lower end of Student's interval"),
      column("difference_upper", "number", "pass rate", "the upper end"),
      column("tied", "boolean", nil, "whether that whole interval lies within half a point of the best"),
      column("open", "boolean", nil, "whether that interval reaches 0, be it for want of seeds"),
    ]

  static let curves =
    keys + [
      column("fraction", "number", "1", "the part of the budget that was spent"),
      column("quality", "number", "pass rate", "the mean success probability of all prompts"),
      column("lower", "number", "pass rate", "the lower end of Student's interval over seeds"),
      column("upper", "number", "pass rate", "the upper end"),
      column("n", "integer", "seeds", "the seeds"),
    ]

  private static func column(_ name: String, _ type: String, _ unit: String?, _ description: String)
    -> ColumnDescription
  {
    ColumnDescription(name: name, type: type, unit: unit, description: description)
  }
}
