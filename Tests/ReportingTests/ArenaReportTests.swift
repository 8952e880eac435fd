import Interchange
import Testing

@testable import Arena
@testable import Reporting

/// Tables, document and report of a contest made up here: two worlds, three methods of which one refuses in one, an oracle.
@Suite struct ArenaReportTests {
  private static let seeds = 4

  private static func result(
    _ world: String, _ method: String, _ quality: Double, budget: ContestResult.Budget = .rollouts,
    seeds: Int = seeds, cosine: Double = 1
  ) -> ContestResult {
    let values = (0..<seeds).map { quality + 0.01 * Double($0) }
    return ContestResult(
      budget: budget, world: world, method: method,
      values: [
        .quality: values, .wastedShare: values.map { _ in 0.25 }, .cosine: values.map { _ in cosine },
        .gradientVariance: values.map { _ in 2 }, .stepsToTarget: [nil] + values.dropFirst().map { _ in 12 },
      ],
      curves: values.map { [$0 - 0.2, $0 - 0.1, $0] })
  }

  private static func files(seeds: Int = seeds) -> ArenaFiles {
    var results = ["a|b", "plain"].flatMap { world in
      [
        result(world, "uniform", 0.5, seeds: seeds),
        result(world, "better", world == "plain" ? 0.6 : 0.5, seeds: seeds, cosine: 0.8),
        result(world, "oracle", 0.9, seeds: seeds),
      ]
    }
    results.append(
      ContestResult(
        budget: .rollouts, world: "plain", method: "picky", values: [.quality: (0..<seeds).map { _ in nil }],
        curves: [], refusal: "it has no features"))
    results.append(result("a|b", "picky", 0.3, seeds: seeds))
    return ArenaFiles(
      results: results, oracles: ["oracle"], keepers: ["uniform"],
      summaries: [("a|b", "one"), ("plain", "two")],
      setting: "made up", seed: 1,
      tool: ToolDescription(
        version: "0.0.0", commit: nil, compiler: "Swift 6.3", gsl: "2.7.1", cpu: nil))
  }

  private func rows(_ table: TidyTable) throws -> [[String: String]] {
    let read = try CSVTable(parsing: table.text)
    return read.rows.map { Dictionary(zip(read.header, $0), uniquingKeysWith: { first, _ in first }) }
  }

  @Test func everyMeasureThatIsDefinedHasItsRow() throws {
    let table = Self.files().tables[0]
    let rows = try rows(table)
    // Seven results that ran with five measures each; the one that refused has none.
    #expect(rows.count == 7 * 5 && rows.count == table.rowCount && table.nonFiniteCount == 0)
    #expect(!rows.contains { $0["method"] == "picky" && $0["world"] == "plain" })
    let row = try #require(
      rows.first { $0["method"] == "better" && $0["world"] == "plain" && $0["stat"] == "quality" })
    #expect(abs((Double(row["est"] ?? "") ?? 0) - 0.615) < 1e-12 && row["n"] == "4")
    // .6, .61, .62, .63: a deviation of √(5/3) hundredths over √4.
    #expect(abs((Double(row["mcse"] ?? "") ?? 0) - 0.01 * (5.0 / 3).squareRoot() / 2) < 1e-12)
    let steps = try #require(rows.first { $0["stat"] == "steps_to_target" })
    #expect(steps["n"] == "3" && steps["est"] == "12")
  }

  @Test func ranksLeaveOutOraclesAndRefusals() throws {
    let files = Self.files()
    let rows = try rows(files.tables[1])
    #expect(
      rows.map { "\($0["world"] ?? "") \($0["method"] ?? "") \($0["rank"] ?? "") \($0["tied"] ?? "")" } == [
        "a|b uniform 1.5 true", "a|b better 1.5 true", "a|b picky 3 false", "plain better 1 true",
        "plain uniform 2 false",
      ])
    #expect(files.methods == ["uniform", "better", "oracle", "picky"] && files.budgets == [.rollouts])
  }

  @Test func curvesAreMeansOverSeeds() throws {
    let rows = try rows(Self.files().tables[2])
    #expect(rows.count == 7 * 3)
    let own = rows.filter { $0["method"] == "uniform" && $0["world"] == "plain" }
    #expect(own.map { $0["fraction"] } == ["0", "0.5", "1"])
    for (row, value) in zip(own, [0.315, 0.415, 0.515]) {
      #expect(abs((Double(row["quality"] ?? "") ?? 0) - value) < 1e-12)
    }
  }

  @Test func everyColumnIsDescribed() {
    for table in Self.files().tables {
      let header = table.text.split(whereSeparator: \.isNewline).first.map(String.init) ?? ""
      #expect(header == table.columns.map(\.name).joined(separator: ","))
      #expect(table.columns.allSatisfy { !$0.description.isEmpty })
      #expect(Set(table.columns.map(\.name)).count == table.columns.count)
    }
  }

  @Test func sentencesSayWhereAMethodWinsAndLoses() {
    let sentences = ArenaReport.sentences(Self.files(), .rollouts)
    #expect(
      sentences == [
        "**uniform** is best, or within half a point of it, on a|b; its best place is 1.50 (a|b), its worst 2 (plain); it wastes 25 % of its rollouts.",
        "**better** is best, or within half a point of it, on a|b and plain; its best place is 1 (plain), its worst 1.50 (a|b); against uniform it is better on plain and worse on none; it wastes 25 % of its rollouts.",
        "**picky** is nowhere within half a point of the best; against uniform it is better on no world and worse on a|b; it wastes 25 % of its rollouts.",
      ])
  }

  @Test func theReportMarksOtherObjectivesAndNamesRefusals() {
    let text = Self.files().reportText
    #expect(text.contains("| better* |") && !text.contains("| uniform* |") && text.contains("| _oracle_ |"))
    #expect(text.contains("## Not run\n\n- picky on plain, equal rollouts: it has no features"))
    #expect(text.contains("### plain: two") && !text.contains("## Equal tokens"))
    for table in Self.files().tables { #expect(text.contains("- `\(table.path)`: ")) }
  }

  @Test func oneSeedHasNoInterval() throws {
    let files = Self.files(seeds: 1)
    #expect(!files.reportText.contains("inf") && !files.reportText.contains("nan"))
    let json = try JSONValue(parsing: files.documentText)
    let quality = json["worlds"]?[0]?["methods"]?[0]?["measures"]?["quality"]
    #expect(quality?["est"]?.doubleValue == 0.5 && quality?["mcse"] == .null && quality?["lower"] == .null)
    #expect(try rows(files.tables[0]).allSatisfy { ($0["lower"] ?? "").isEmpty })
  }

  @Test func theDocumentHasEveryMethodOfEveryWorld() throws {
    let json = try JSONValue(parsing: Self.files().documentText)
    let worlds = try #require(json["worlds"]?.arrayValue)
    #expect(worlds.map { $0["methods"]?.arrayValue?.count } == [4, 4])
    let refused = try #require(worlds[1]["methods"]?.arrayValue?.last)
    #expect(
      refused["method"]?.stringValue == "picky" && refused["refusal"]?.stringValue == "it has no features")
    #expect(refused["rank"] == .null && refused["measures"]?.objectValue?.isEmpty == true)
  }

  @Test func everyPlotIsPlannedAndDrawn() async {
    var files = Self.files()
    let planned = ArenaPlots.planned(files)
    #expect(
      planned.map(\.name) == [
        "arena-differences-rollouts", "arena-quality-a|b-rollouts", "arena-quality-plain-rollouts",
      ])
    for plot in planned {
      guard case .script(let script) = plot else {
        Issue.record("\(plot)")
        continue
      }
      #expect(!script.panels.isEmpty && script.panels.allSatisfy { !$0.series.isEmpty })
    }
    guard await PlotRenderer.hasGnuplot() else { return }
    await files.drawPlots(threads: 2)
    #expect(files.missingPlots.isEmpty, "\(files.missingPlots)")
  }
}
