import Claims
import Interchange
import Statistics
import Testing
import Training

@testable import Reporting

/// The files of a comparison.
@Suite struct ComparisonFilesTests {
  /// What was drawn by the time of the evaluation, a mean over seeds, and run by run; where no run says, nothing is said.
  @Test func whatWasSpentStandsBesideTheScores() throws {
    var runs = ComparisonFixture.runs(seeds: 4)
    for index in runs.indices where runs[index].method != "untrained" {
      let isWasteful = runs[index].method == "dynamo"
      runs[index].spent = .init(
        rollouts: isWasteful ? 300 + Int(runs[index].seed) : 256, tokens: isWasteful ? 2000 : 1500)
    }
    let files = try ComparisonFixture.files(runs)
    // (300 + 301 + 302 + 303)/4 = 301.5, and Swift's %.0f rounds halves to even.
    #expect(
      files.reportText.contains(
        "| grpo | 256 | 1500 |\n| dynamo | 302 | 2000 |\n| dynamo-as-released | 256 | 1500 |\n\nMeans over seeds."
      ))
    #expect(files.reportText.contains("overshoots by up to one of its steps"))
    let table = try #require(files.tables.first { $0.path == "tables/comparison-runs.csv" })
    let rows = try ComparisonReportTests.rows(table)
    #expect(
      rows.filter { $0["method"] == "dynamo" && $0["seed"] == "2" }.allSatisfy { $0["rollouts"] == "302" })
    #expect(rows.filter { $0["method"] == "untrained" }.allSatisfy { $0["tokens"] == "" })
    #expect(try !ComparisonFixture.files().reportText.contains("Spent at the evaluation"))
  }

  @Test func everyFileIsThereAndInTheManifest() throws {
    let files = try ComparisonFixture.files()
    let paths = files.files(others: ["config.yaml"]).map(\.path)
    #expect(
      paths == [
        "comparison.json", "tables/comparison.csv", "tables/comparison-runs.csv",
        "tables/comparison-curves.csv", "tables/comparison-verdict.csv", "report.md", "datapackage.json",
      ])
    let package = try JSONValue(
      parsing: try #require(files.files(others: ["config.yaml"]).last).bytes)
    #expect(package["allot_kind"]?.stringValue == "compare")
    #expect(
      package["allot_files"]?.arrayValue?.compactMap(\.stringValue) == (paths + ["config.yaml"]).sorted())
    let resources = try #require(package["resources"]?.arrayValue)
    #expect(resources.count == 4)
    for resource in resources {
      let fields = resource["schema"]?["fields"]?.arrayValue ?? []
      #expect(!fields.isEmpty && fields.allSatisfy { $0["description"]?.stringValue?.isEmpty == false })
    }
  }

  @Test func theEntryHasTheFieldsOfEveryOtherVerdict() throws {
    let claim = try #require(
      VerdictsDocument.json(outcomes: [Fixture.outcome("neyman-optimal")], run: Fixture.run)["claims"]?[0]?
        .objectValue)
    let document = try JSONValue(parsing: try ComparisonFixture.files().documentText)
    #expect(document["schema"]?.stringValue == "allot-comparison/1")
    let entry = try #require(document["verdict"])
    #expect(entry.objectValue?.map(\.0) == claim.map(\.0))
    #expect(entry["id"]?.stringValue == "dynamo-trains-better")
    #expect(entry["seconds"]?.doubleValue == 12)
    // Two variants at two budgets under two aggregations.
    #expect(entry["sub_verdicts"]?.arrayValue?.count == 8)
    let estimates = try #require(entry["estimates"]?.arrayValue)
    // Twelve parts in two scores; four methods in four tables in two scores, three of them with a difference.
    #expect(estimates.count == 12 * 2 + 4 * 4 * 2 + 3 * 4 * 2)
    #expect(
      estimates.allSatisfy {
        $0.objectValue?.map(\.0) == [
          "design", "method", "stat", "est", "mcse", "lower", "upper", "exact", "n",
        ] && $0["n"]?.integerValue == 10
      })
    let first = estimates[0]
    #expect(first["design"]?.stringValue == "equal rollouts, prompt-equal")
    // The noise has standard deviation 0.002, its mean over ten seeds 0.0006: six of them.
    #expect(abs((first["est"]?.doubleValue ?? 0) - 0.05) < 0.004)
    #expect(document["groups"]?.arrayValue?.count == 4)
    #expect(document["configuration"]?.stringValue == "steps: 4\n")
  }

  /// Runs that lead to the verdict.
  private func runs(_ verdict: String) -> [ComparisonRun] {
    switch verdict {
    case "refuted": ComparisonFixture.runs(released: -0.05)
    case "inconclusive": ComparisonFixture.runs(control: nil)
    case "not-testable": ComparisonFixture.runs().filter { $0.method != "dynamo-as-released" }
    default: ComparisonFixture.runs()
    }
  }

  @Test(arguments: [
    ("supported-when", "for made-up runs"), ("refuted", "refuted: dynamo-as-released"),
    ("inconclusive", "without power"), ("not-testable", "not-testable: dynamo-as-released"),
  ])
  func aVerdictOfEachKindStandsInTheDocumentAndTheReport(_ verdict: String, _ condition: String) throws {
    let runs = runs(verdict)
    let files = try ComparisonFixture.files(runs)
    let entry = try #require(try JSONValue(parsing: files.documentText)["verdict"])
    #expect(entry["verdict"]?.stringValue == verdict)
    let written = try #require(entry["condition"]?.stringValue)
    #expect(written.contains(condition))
    #expect(
      entry["control"]?["verdict"]?.stringValue == (verdict == "inconclusive" ? "not-testable" : "refuted"))
    #expect(files.reportText.contains("\n**\(verdict)**: \(written)\n"))
  }

  @Test func aSupportOfAPartIsWrittenAsSupported() throws {
    let entry = try #require(try JSONValue(parsing: ComparisonFixture.files().documentText)["verdict"])
    #expect(
      entry["sub_verdicts"]?.arrayValue?.allSatisfy { $0["verdict"]?.stringValue == "supported" } == true)
  }

  @Test func theHashIsOfEverythingThatDecides() throws {
    let specification = JSONValue(DynamoTrainsBetter.specification)
    #expect(specification["margin"]?.doubleValue == DynamoTrainsBetter.margin)
    #expect(specification["family_error"]?.doubleValue == DynamoTrainsBetter.familyError)
    #expect(specification["power"]?.doubleValue == DynamoTrainsBetter.power)
    #expect(specification["minimum_seeds"]?.integerValue == DynamoTrainsBetter.minimumSeeds)
    #expect(specification["decision_rule"]?.stringValue == DynamoTrainsBetter.decisionRule)
    #expect(specification["reference"]?.stringValue == "grpo")
    #expect(specification["control"]?.stringValue == "untrained")
    #expect(
      specification["variants"]?.arrayValue?.compactMap { $0["method"]?.stringValue } == [
        "dynamo", "dynamo-as-released",
      ])
    let hash = SHA256.hexadecimal(of: DynamoTrainsBetter.specification.canonicalJSON)
    #expect(DynamoTrainsBetter.specificationHash == hash)
    var lock = ClaimLock(claims: [])
    #expect(DynamoTrainsBetter.registration(nil) == .exploratory)
    #expect(DynamoTrainsBetter.registration(lock) == .exploratory)
    lock.entries = [.init(id: DynamoTrainsBetter.id, sha256: hash, verdict: nil)]
    #expect(DynamoTrainsBetter.registration(lock) == .registered)
    lock.entries[0].sha256 = String(repeating: "0", count: 64)
    #expect(DynamoTrainsBetter.registration(lock) == .changedSinceLock)
  }

  @Test func everyTableOfTheReportHasRowsOfOneLength() throws {
    let report = try ComparisonFixture.files().reportText
    var tables = 0
    var length: Int?
    for text in report.split(separator: "\n", omittingEmptySubsequences: false) {
      guard text.hasPrefix("|") else {
        length = nil
        continue
      }
      let cells = text.replacing("\\|", with: "").count { $0 == "|" }
      if length == nil { tables += 1 }
      #expect(length == nil || cells == length, "\(text)")
      length = cells
    }
    // The table of the paper's shape and one for each score in each of four groups, and the parts of the verdict.
    #expect(tables == 4 * 3 + 1)
    #expect(!report.contains("nan") && !report.contains("inf"))
  }

  @Test func seedsThatDoNotPairUpAreNamed() throws {
    let runs = ComparisonFixture.runs().filter {
      !($0.method == "dynamo" && $0.seed == 3 && $0.budget == .tokens && $0.aggregation == "rollout-mean")
    }
    let files = try ComparisonFixture.files(runs)
    #expect(files.reportText.contains("\n- dynamo: grpo alone has 3\n"))
    let groups = try #require(try JSONValue(parsing: files.documentText)["groups"]?.arrayValue)
    #expect(groups.map { $0["unpaired"]?.arrayValue?.count } == [0, 0, 0, 1])
    #expect(groups[3]["unpaired"]?[0]?["missing"]?.arrayValue == [.string("3")])
    #expect(try !ComparisonFixture.files().reportText.contains("alone has"))
  }

  @Test func aSingleSeedHasNoIntervalsAndNoInfinities() throws {
    let files = try ComparisonFixture.files(ComparisonFixture.runs(seeds: 1), seconds: nil)
    #expect(!files.reportText.contains("inf") && !files.reportText.contains("nan"))
    let entry = try #require(try JSONValue(parsing: files.documentText)["verdict"])
    #expect(entry["estimates"]?[0]?["lower"] == .null && entry["seconds"] == .null)
    #expect(files.nonFiniteCount > 0)
  }

  @Test func thePlotsAreFilesInBothFormatsOrMissingWithAReason() async throws {
    var files = try ComparisonFixture.files()
    let planned = ComparisonPlots.planned(files.comparison, curves: files.curves).map(\.name)
    await files.drawPlots(threads: 2, isCancelled: { true })
    #expect(files.missingPlots.map(\.name) == planned)
    #expect(files.files().allSatisfy { !$0.path.hasPrefix("plots/") })
    #expect(files.reportText.contains("## Missing pictures"))
    guard await PlotRenderer.hasGnuplot() else { return }
    await files.drawPlots(threads: 2)
    #expect(files.missingPlots.isEmpty)
    let drawn = files.files().map(\.path).filter { $0.hasPrefix("plots/") }
    #expect(drawn == planned.flatMap { ["plots/\($0).svg", "plots/\($0).png"] })
    #expect(files.reportText.contains("](plots/comparison-means-rollouts-prompt-equal.svg)"))
  }

  /// A method whose budget ends after its first evaluation has no line: a point and its interval show it, and ticks of five digits are thousands.
  @Test func aCurveOfOneEvaluationIsAPoint() throws {
    let files = try ComparisonFixture.files()
    let group = try #require(files.comparison.groups.first)
    func points(_ method: String, _ steps: [Int]) -> [LearningPoint] {
      (0..<3).flatMap { seed in
        steps.map { step in
          LearningPoint(
            budget: group.budget, aggregation: group.aggregation, method: method, seed: UInt64(seed),
            step: step, tokens: 20_000 * step, rollouts: 20_000 * step, metric: "pass@1",
            value: 0.3 + 0.01 * Double(seed))
        }
      }
    }
    let planned = ComparisonPlots.learning(
      points("grpo", [1, 2, 3]) + points("speed-rl", [2]), group, metric: "pass@1", reference: "grpo",
      level: 0.95)
    guard case .script(let script) = planned else {
      Issue.record("\(planned)")
      return
    }
    let panel = try #require(script.panels.first { $0.title == "speed-rl" })
    let own = panel.series.suffix(2)
    #expect(own.map(\.rows.count) == [1, 1])
    #expect(own.last?.rows[0][0] == 40 && own.last?.style.contains("with points") == true)
    #expect(script.xLabel == "thousand \(group.budget.rawValue) drawn")
    // The reference is a line all the same.
    #expect(panel.series.contains { $0.rows.count == 3 && $0.style.contains("with lines") })
  }
}
