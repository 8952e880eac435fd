import Interchange
import Statistics
import Testing
import Training

@testable import Reporting

/// Tables and plots of comparisons made up here.
@Suite struct ComparisonReportTests {
  static let splits = ["add", "sort|odd", "chain"]
  static let methods = ["grpo", "dynamo", "untrained"]

  static func runs(seeds: Int) -> [ComparisonRun] {
    [ComparisonBudget.rollouts, .tokens].flatMap { budget in
      methods.enumerated().flatMap { place, method in
        (0..<seeds).map { seed in
          var stream = RandomStream(
            StreamKey(seed: 90, claim: "report", designPoint: UInt64(place), replicate: UInt64(seed)))
          return ComparisonRun(
            method: method, seed: UInt64(seed), budget: budget, aggregation: "prompt-equal",
            scores: splits.enumerated().map { index, split in
              let rate = [0.4, 0.45, 0.1][place] + 0.1 * Double(index) + 0.02 * stream.uniform()
              return SplitScore(split: split, passAt1: rate, passAt32: rate + 0.2)
            })
        }
      }
    }
  }

  static func comparison(seeds: Int = 8) throws -> Comparison {
    try Comparison(runs: runs(seeds: seeds), settings: .init(resamples: 100))
  }

  static func points(lastSteps: [Int] = [10, 10, 10]) -> [LearningPoint] {
    [ComparisonBudget.rollouts, .tokens].flatMap { budget in
      methods.dropLast().flatMap { method in
        lastSteps.enumerated().flatMap { seed, last in
          (0...last).map { step in
            LearningPoint(
              budget: budget, aggregation: "prompt-equal", method: method, seed: UInt64(seed), step: step,
              tokens: step * (100 + seed), rollouts: step * 64, metric: "pass@1",
              value: 0.3 + 0.02 * Double(step) + 0.01 * Double(seed))
          }
        }
      }
    }
  }

  /// The rows of a table as dictionaries, read back by the project's own reader.
  static func rows(_ table: TidyTable) throws -> [[String: String]] {
    let read = try CSVTable(parsing: table.text)
    return read.rows.map { Dictionary(zip(read.header, $0), uniquingKeysWith: { first, _ in first }) }
  }

  @Test func everyRowOfTheComparisonStandsInItsTable() throws {
    let comparison = try Self.comparison()
    let table = ComparisonTables.comparison(comparison)
    let rows = try Self.rows(table)
    let all = comparison.groups.flatMap(\.rows)
    #expect(rows.count == all.count && rows.count == table.rowCount && rows.count == 2 * 2 * 4 * 3)
    for (cells, row) in zip(rows, all) {
      #expect(cells["method"] == row.method && cells["metric"] == row.metric.rawValue)
      #expect(Double(cells["mean"] ?? "") == row.mean.value)
      #expect(Double(cells["iqm_upper"] ?? "") == row.interquartileInterval.upper)
      #expect(cells["pairs"] == (row.paired == nil ? "" : "8"))
      if let paired = row.paired {
        #expect(Double(cells["difference"] ?? "") == paired.difference.value)
        #expect(Double(cells["p_adjusted"] ?? "") == paired.adjustedPValue)
        #expect(Double(cells["p_smallest"] ?? "") == 1.0 / 128)
        #expect(Double(cells["detectable_corrected"] ?? "") == paired.detectableCorrected)
        #expect(Double(cells["improvement_lower"] ?? "") == paired.improvementInterval.lower)
      }
    }
    #expect(table.nonFiniteCount == 0)
    // The reference has no comparison with itself: thirteen cells stay empty without being counted as not finite.
    #expect(rows[0].values.count { $0.isEmpty } == 13)
  }

  @Test func everyColumnIsDescribed() throws {
    let verdict = DynamoTrainsBetter.verdict(try Self.comparison(), setting: "made-up runs")
    let tables = [
      ComparisonTables.comparison(try Self.comparison()), ComparisonTables.runs(Self.runs(seeds: 2)),
      ComparisonTables.curves(Self.points()), ComparisonTables.verdict(verdict),
    ]
    for table in tables {
      let header = table.text.split(whereSeparator: \.isNewline).first.map(String.init) ?? ""
      #expect(header == table.columns.map(\.name).joined(separator: ","))
      #expect(table.columns.allSatisfy { !$0.description.isEmpty })
      #expect(Set(table.columns.map(\.name)).count == table.columns.count)
    }
    #expect(tables[1].rowCount == 2 * 3 * 2 * 3 && tables[2].rowCount == Self.points().count)
  }

  @Test func theRunsMakeTheComparisonAgain() throws {
    let original = Self.runs(seeds: 3)
    let rows = try Self.rows(ComparisonTables.runs(original))
    var read: [ComparisonRun] = []
    for row in rows {
      let seed = try #require(UInt64(row["seed"] ?? ""))
      let budget = try #require(ComparisonBudget(rawValue: row["budget"] ?? ""))
      let score = SplitScore(
        split: row["split"] ?? "", passAt1: Double(row["pass_at_1"] ?? "") ?? .nan,
        passAt32: Double(row["pass_at_32"] ?? "") ?? .nan)
      if let last = read.last, last.method == row["method"], last.seed == seed, last.budget == budget {
        read[read.count - 1].scores.append(score)
      } else {
        read.append(
          ComparisonRun(
            method: row["method"] ?? "", seed: seed, budget: budget, aggregation: row["aggregation"] ?? "",
            scores: [score]))
      }
    }
    #expect(read == original)
  }

  @Test func theVerdictsPartsStandWithTheirNumbers() throws {
    let verdict = DynamoTrainsBetter.verdict(try Self.comparison(), setting: "made-up runs")
    #expect(verdict.subVerdicts[0].ruling == .supported && verdict.controlRuling == .refuted)
    let table = ComparisonTables.verdict(verdict)
    // Two variants and the control at two budgets, two scores each.
    #expect(table.rowCount == 12)
    let first = try #require(table.text.split(whereSeparator: \.isNewline).dropFirst().first)
    #expect(first.hasPrefix("dynamo (as published),\"equal rollouts, prompt-equal\",pass@1,supported,,8,"))
  }

  @Test func theTableForPeopleHasEverySplitAndEscapesItsBars() throws {
    let comparison = try Self.comparison()
    let text = ComparisonText.markdown(comparison.groups[0], splits: comparison.splits)
    let lines = text.split(separator: "\n")
    #expect(lines.count == 2 + 3 && text.contains("sort\\|odd P@1 / P@32"))
    #expect(lines[3].hasPrefix("| dynamo | **") && lines[2].hasPrefix("| grpo | 4"))
    // A single seed has no half-width to show.
    let single = try Self.comparison(seeds: 1)
    #expect(!ComparisonText.markdown(single.groups[0], splits: single.splits).contains("±"))
  }

  @Test func aCurveIsTheMeanOverSeedsUpToTheShortestRun() throws {
    let own = Self.points(lastSteps: [10, 7, 10]).filter { $0.budget == .tokens && $0.method == "dynamo" }
    let curve = try #require(LearningCurve.curves(own, level: 0.95).first)
    #expect(curve.points.map(\.step) == Array(0...7))
    let last = try #require(curve.points.last)
    #expect(abs(last.mean.value - (0.3 + 0.14 + 0.01)) < 1e-15 && last.spent == 7 * 101)
    // The deviation of 0, 1 and 2 hundredths is one hundredth; t_{0.975, 2} = 4.302652729911275 (SciPy 1.17).
    #expect(abs((last.interval?.halfWidth ?? 0) - 4.302652729911275 * 0.01 / 3.0.squareRoot()) < 1e-12)
    let single = LearningCurve.curves(own.filter { $0.seed == 0 }, level: 0.95)
    #expect(single[0].points.count == 11 && single[0].points.allSatisfy { $0.interval == nil })
  }

  @Test func everyPlotIsPlannedAndDrawn() async throws {
    let planned = ComparisonPlots.planned(try Self.comparison(), curves: Self.points())
    #expect(
      planned.map(\.name)
        == ["rollouts", "tokens"].flatMap { budget in
          ["means", "differences", "curve-pass-1"].map { "comparison-\($0)-\(budget)-prompt-equal" }
        })
    for plot in planned {
      guard case .script(let script) = plot else {
        Issue.record("\(plot)")
        continue
      }
      #expect(!script.panels.isEmpty && script.panels.allSatisfy { !$0.series.isEmpty })
    }
    // Without a spread there are points and lines, and no bars or bands.
    let single = ComparisonPlots.planned(try Self.comparison(seeds: 1), curves: Self.points(lastSteps: [10]))
    guard case .script(let curve) = single[2] else {
      Issue.record("\(single[2])")
      return
    }
    #expect(curve.panels.allSatisfy { $0.series.allSatisfy { !$0.style.contains("filledcurves") } })
    guard await PlotRenderer.hasGnuplot() else { return }
    for plot in await PlotRenderer.draw(planned + single, threads: 2) {
      #expect(plot.missing == nil, "\(plot)")
    }
  }

  @Test func theControlIsAMethodOfTheMeansAndNoneOfTheDifferences() throws {
    let group = try Self.comparison().groups[0]
    func labels(_ script: PlotScript) -> [String] {
      (script.panels[0].y.ticks ?? []).map(\.label)
    }
    #expect(labels(ComparisonPlots.means(group)) == Self.methods)
    guard case .script(let differences) = ComparisonPlots.differences(group, reference: "grpo") else {
      Issue.record("no plot of differences")
      return
    }
    #expect(labels(differences) == ["dynamo"])
  }

  @Test func aComparisonWithoutAnotherMethodSaysSo() throws {
    let comparison = try Comparison(
      runs: Self.runs(seeds: 3).filter { $0.method == "grpo" }, settings: .init(resamples: 100))
    let planned = ComparisonPlots.planned(comparison, curves: [])
    #expect(
      planned[1]
        == .unavailable(
          name: "comparison-differences-rollouts-prompt-equal", reason: "no method shares a seed with grpo"))
  }
}
