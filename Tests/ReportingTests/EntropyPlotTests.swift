import Claims
import Statistics
import Testing

@testable import Reporting

/// The plots of the entropy claims, from small tables of the agreed shape.
@Suite struct EntropyPlotTests {
  static func table(_ name: String, _ columns: [String], labels: [[String]], numbers: Int) -> PointTable {
    var stream = RandomStream(key: 3, replicate: UInt64(columns.count))
    var table = PointTable(name: name, columns: columns)
    for label in labels {
      for _ in 0..<6 {
        table.rows.append(
          label.map { .text($0) } + (0..<numbers).map { _ in .number(stream.uniformOpen()) })
      }
    }
    return table
  }

  static let released = ["population", "entropy_change", "released_entropy_change"]
  static let magnitude = ["population", "entropy_change", "missing_probability", "update_norm"]

  static func outcome(_ id: String, _ tables: [PointTable], log: [PointTable] = []) -> ClaimOutcome {
    var outcome = Fixture.outcome(id, tables: tables)
    if !log.isEmpty {
      var evidence = LogEvidence()
      evidence.pointTables = log
      outcome.evidence.log = evidence
    }
    return outcome
  }

  static let outcomes: [ClaimOutcome] = [
    outcome(
      "entropy-change-exact",
      [table("remainder", ["method", "step_size", "remainder"], labels: [["own"], ["shared"]], numbers: 2)]),
    outcome(
      "released-entropy-change-agrees",
      [table("scatter", released, labels: [["zipf"], ["confident"]], numbers: 2)],
      log: [table("real-tokens", released, labels: [["real tokens"]], numbers: 2)]),
    outcome(
      "entropy-change-indicates-magnitude",
      [table("points", magnitude, labels: [["zipf"], ["confident"]], numbers: 3)],
      log: [table("real-tokens", magnitude, labels: [["real tokens"]], numbers: 3)]),
    outcome(
      "entropy-as-step-size",
      [
        table(
          "ratios", ["population", "method", "measure", "ratio", "lower", "upper"],
          labels: [["flat", "decay", "improvement"], ["flat", "inverse", "guarantee"]], numbers: 3)
      ]),
  ]

  @Test func everyTableMakesItsPlots() {
    let names = Self.outcomes.flatMap { ClaimPlots.planned(for: $0) }.map(\.name)
    #expect(
      names == [
        "entropy-change-exact-remainder", "released-entropy-change-agrees-scatter",
        "released-entropy-change-agrees-real-tokens", "entropy-change-indicates-magnitude-points",
        "entropy-change-indicates-magnitude-real-tokens", "entropy-as-step-size-ratios-1",
        "entropy-as-step-size-ratios-2",
      ])
  }

  @Test func withoutALogThereIsNoPlotOfOne() {
    for outcome in Self.outcomes {
      var bare = outcome
      bare.evidence.log = nil
      #expect(!ClaimPlots.planned(for: bare).contains { $0.name.contains("real-tokens") })
    }
  }

  @Test func gnuplotDrawsThem() async {
    guard await PlotRenderer.hasGnuplot() else { return }
    for plot in await PlotRenderer.draw(Self.outcomes.flatMap { ClaimPlots.planned(for: $0) }, threads: 2) {
      #expect(plot.missing == nil, "\(plot.name)")
    }
  }

  @Test func tablesOfAnotherShapeAreReasonsAndNoCrash() {
    for outcome in Self.outcomes {
      let good = outcome.evidence.pointTables
      let spoilt: [[PointTable]] = [
        good.map { PointTable(name: $0.name, columns: $0.columns) },
        good.map { PointTable(name: $0.name, columns: ["x"], rows: [[.integer(1)]]) },
        good.map {
          PointTable(name: $0.name, columns: $0.columns, rows: $0.rows.map { $0.map { _ in .number(.nan) } })
        },
        good.map {
          PointTable(name: $0.name, columns: $0.columns, rows: $0.rows.map { $0.map { _ in .text("word") } })
        },
      ]
      for tables in spoilt {
        for plot in ClaimPlots.planned(for: Self.outcome(outcome.specification.id, tables)) {
          guard case .unavailable(_, let reason) = plot else {
            Issue.record("a plot was planned from \(tables.first?.rows.first ?? [])")
            continue
          }
          #expect(!reason.isEmpty)
        }
      }
    }
  }
}
