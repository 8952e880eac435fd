import Arena
import Claims
import Interchange
import Reporting

/// The result of `allot retrieval` as tables, JSON and files.
struct RetrievalReport {
  let contest: RetrievalContest
  let result: RetrievalResult
  /// Computed once: the differences take a permutation test each.
  let differences: [RetrievalResult.Difference]

  init(contest: RetrievalContest, result: RetrievalResult) {
    self.contest = contest
    self.result = result
    differences = result.differences
  }

  /// The machine-readable result.
  static let resultName = "retrieval.json"
  /// The page to read.
  static let pageName = "report.md"

  /// The tidy tables, for files and plots.
  var tables: [PointTable] { [scores, differenceTable, reliability, coverage] }

  private static let columns = [
    "world", "method", "stat", "est", "mcse", "lower", "upper", "exact", "n", "seed",
  ]

  private func cells(_ row: RetrievalResult.Row) -> [StructuredValue] {
    [
      .text(row.world), .text(row.method), .text(row.statistic), .number(row.estimate.value),
      .number(row.estimate.standardError), .number(row.interval.lower), .number(row.interval.upper),
      row.exact.map { .number($0) } ?? .missing, .integer(row.estimate.count), .text(String(result.seed)),
    ]
  }

  /// One row for each world, ranker and statistic.
  private var scores: PointTable {
    PointTable(name: "scores", columns: Self.columns, rows: result.rows.map(cells))
  }

  /// One row for each paired difference to relevance ranking.
  private var differenceTable: PointTable {
    PointTable(
      name: "differences", columns: Self.columns + ["p_value"],
      rows: differences.map { cells($0.row) + [.number($0.pValue)] })
  }

  /// One row for each bin of each ranker.
  private var reliability: PointTable {
    PointTable(
      name: "reliability",
      columns: ["world", "method", "confidence_from", "confidence_to", "n", "confidence", "outcome"],
      rows: pairs.flatMap { world, method in
        result.reliability(world: world, method: method).bins.map { bin in
          [
            .text(world), .text(method.rawValue), .number(bin.lower), .number(bin.upper),
            .integer(bin.count), bin.confidence.map { .number($0) } ?? .missing,
            bin.outcome.map { .number($0) } ?? .missing,
          ]
        }
      })
  }

  /// One row for each threshold of each ranker.
  private var coverage: PointTable {
    PointTable(
      name: "coverage", columns: ["world", "method", "gate", "coverage", "risk"],
      rows: pairs.flatMap { world, method in
        result.riskCoverage(world: world, method: method).points.map { point in
          [
            .text(world), .text(method.rawValue), .number(point.threshold), .number(point.coverage),
            point.risk.map { .number($0) } ?? .missing,
          ]
        }
      })
  }

  private var pairs: [(String, RetrievalMethod)] {
    result.worldNames.flatMap { world in RetrievalMethod.allCases.map { (world, $0) } }
  }

  /// What `--json` prints.
  var json: JSONValue {
    .object([
      ("schema", .string("allot-retrieval-1")),
      ("queries", .integer(contest.queries)),
      ("documents", .integer(contest.documents)),
      ("seeds", .integer(contest.seeds)),
      ("level", .number(RetrievalResult.level)),
      ("seed", .string(String(result.seed))),
      ("scores", Self.records(scores)),
      ("differences", Self.records(differenceTable)),
    ])
  }

  private static func records(_ table: PointTable) -> JSONValue {
    .array(table.rows.map { row in .object(zip(table.columns, row).map { ($0, JSONValue($1)) }) })
  }

  /// Every file, the data package last.
  func files(plots: [PlotRenderer.Drawn]) -> [RunFile] {
    let tables = tables.map { TidyTable.points($0, prefix: "retrieval") }
    var files = [
      RunFile(path: Self.resultName, text: json.text(pretty: true) + "\n"),
      RunFile(path: Self.pageName, text: page(plots: plots)),
    ]
    files += tables.map(\.file)
    files += plots.flatMap(\.files)
    let package = DataPackage.json(
      kind: .retrieval,
      title:
        "allot retrieval: \(contest.queries) queries, \(contest.documents) documents, \(contest.seeds) seeds",
      tables: tables, files: files.map(\.path))
    return files + [RunFile(path: RunManifest.fileName, text: package.text(pretty: true) + "\n")]
  }
}
