import Foundation
import Statistics
import Training

/// `report.md` of a comparison: tables for people in Markdown.
enum ComparisonReport {
  /// The file's name inside the directory of a comparison.
  static let fileName = "report.md"

  /// The whole report.
  static func text(_ files: ComparisonFiles) -> String {
    var blocks = [head(files)]
    for group in files.comparison.groups { blocks += section(group, files) }
    blocks += verdict(files.verdict, files)
    blocks += pictures(files.plots)
    blocks.append(
      "## Files\n\n"
        + files.tables.map { "- `\($0.path)`: \($0.description) \($0.rowCount) rows." }.joined(
          separator: "\n"))
    return blocks.joined(separator: "\n\n") + "\n"
  }

  private static func head(_ files: ComparisonFiles) -> String {
    let settings = files.comparison.settings
    let commit = files.tool.commit.map { ", commit \($0.prefix(12))" } ?? ""
    return """
      # Methods compared

      \(files.setting). Made by allot \(files.tool.version)\(commit), \(files.tool.compiler)\
      \(files.tool.cpu.map { ", \($0)" } ?? "").

      Every number is a mean over seeds in per cent, ± the half-width of Student's interval at level \(number(settings.level)). \
      Seeds are paired: runs with one seed share warm model, prompts and random numbers. The reference is \(settings.reference), elsewhere the first row of a table. \
      Bold is the highest mean of a column and says nothing of significance.
      """
  }

  // MARK: One budget under one aggregation

  private static func section(_ group: ComparisonGroup, _ files: ComparisonFiles) -> [String] {
    let reference = group.reference
    var blocks = [
      "## Equal \(group.budget.rawValue), \(group.aggregation)",
      trimmed(ComparisonText.markdown(group, splits: files.comparison.splits)),
    ]
    for metric in ComparisonMetric.allCases {
      blocks.append("### Average \(metric.rawValue) against \(reference)")
      blocks.append(differences(group, metric))
    }
    blocks += spent(group, files.runs)
    let power = number(files.comparison.settings.power)
    blocks.append(
      "Difference, interval and detectable difference in percentage points; p from the paired sign-flip test, Holm's correction over the methods of the "
        + "table; the smallest p that so many pairs can give. P(better) is the probability that a run of the method scores higher than one of \(reference), averaged "
        + "over splits. Detectable is the smallest true difference found with power \(power), in a single test and at the first step of Holm's correction."
    )
    if !group.unpaired.isEmpty {
      blocks.append(
        "Seeds that the comparison leaves out because only one side has them:\n\n"
          + group.unpaired.map { unpaired($0, reference: reference) }.joined(separator: "\n"))
    }
    return blocks
  }

  /// What each method had drawn when it was evaluated, means over its runs; nothing where no run says.
  private static func spent(_ group: ComparisonGroup, _ runs: [ComparisonRun]) -> [String] {
    var lines = heading(["method", "rollouts", "tokens"])
    let header = lines.count
    for method in group.methods {
      let own = runs.filter {
        $0.budget == group.budget && $0.aggregation == group.aggregation && $0.method == method
      }.compactMap(\.spent)
      guard !own.isEmpty else { continue }
      let count = Double(own.count)
      lines.append(
        line([
          method, whole(own.reduce(0) { $0 + Double($1.rollouts) } / count),
          whole(own.reduce(0) { $0 + Double($1.tokens) } / count),
        ]))
    }
    guard lines.count > header else { return [] }
    return [
      "### Spent at the evaluation",
      lines.joined(separator: "\n"),
      "Means over seeds. A run is evaluated after the first step at which its budget is reached, so that a method whose steps cost much, as those of rules that throw rollouts away do, overshoots by up to one of its steps.",
    ]
  }

  private static func differences(_ group: ComparisonGroup, _ metric: ComparisonMetric) -> String {
    var lines = heading([
      "method", "seeds", "IQM", "pairs", "difference", "p", "p (Holm)", "smallest p", "P(better)",
      "detectable", "detectable (Holm)",
    ])
    for method in group.methods {
      guard let row = group.row(method, Comparison.average, metric) else { continue }
      var cells = [
        method, "\(row.mean.count)",
        percent(row.interquartileMean) + range(row.interquartileInterval, percent),
      ]
      if let paired = row.paired {
        cells += [
          "\(paired.difference.count)", signed(paired.difference.value) + range(paired.interval, signed),
          number(paired.pValue), number(paired.adjustedPValue), number(paired.smallestPValue),
          number(paired.improvement) + range(paired.improvementInterval, number), percent(paired.detectable),
          percent(paired.detectableCorrected),
        ]
      } else {
        cells += [String](repeating: "", count: 8)
      }
      lines.append(line(cells))
    }
    return lines.joined(separator: "\n")
  }

  private static func unpaired(_ seeds: UnpairedSeeds, reference: String) -> String {
    func list(_ seeds: [UInt64]) -> String { seeds.map(String.init).joined(separator: ", ") }
    let parts = [
      seeds.missing.isEmpty ? nil : "\(reference) alone has \(list(seeds.missing))",
      seeds.extra.isEmpty ? nil : "\(seeds.method) alone has \(list(seeds.extra))",
    ]
    return "- \(seeds.method): \(parts.compactMap { $0 }.joined(separator: "; "))"
  }

  // MARK: The verdict

  private static func verdict(_ verdict: TrainingVerdict, _ files: ComparisonFiles) -> [String] {
    var lines = heading([
      "part", "where", "verdict", "pairs", "difference in pass@1", "difference in pass@32", "level",
      "condition",
    ])
    for part in verdict.subVerdicts + verdict.controls {
      lines.append(
        line([
          part.estimator, part.population, part.ruling.rawValue,
          part.passAt1.map { "\($0.estimate.count)" } ?? "", difference(part.passAt1),
          difference(part.passAt32), part.passAt1.map { number($0.level) } ?? "", part.condition ?? "",
        ]))
    }
    return [
      "## Verdict: \(DynamoTrainsBetter.id)",
      "**\(verdict.verdict)**\(verdict.condition.map { ": \($0)" } ?? "")",
      DynamoTrainsBetter.statement,
      "Rule (\(files.registration.rawValue), sha256 \(DynamoTrainsBetter.specificationHash)): \(DynamoTrainsBetter.decisionRule)",
      "Control: \(DynamoTrainsBetter.controlStatement): \(verdict.controlRuling.rawValue).",
      "Differences in percentage points with the intervals that the rulings read, at the level of the row.",
      lines.joined(separator: "\n"),
    ]
  }

  private static func difference(_ difference: TrainingVerdict.Difference?) -> String {
    guard let difference else { return "" }
    return signed(difference.estimate.value) + range(difference.interval, signed)
  }

  // MARK: Pictures

  private static func pictures(_ plots: [PlotRenderer.Drawn]) -> [String] {
    let drawn = plots.compactMap { plot -> String? in
      guard let script = plot.script, plot.pictures[.svg] != nil else { return nil }
      return "![\(script.title)](plots/\(plot.name).svg)\n\n\(script.caption)"
    }
    let missing = plots.compactMap { plot in plot.missing.map { "- \(plot.name): \($0)" } }
    return (drawn.isEmpty ? [] : ["## Pictures"] + drawn)
      + (missing.isEmpty ? [] : ["## Missing pictures", missing.joined(separator: "\n")])
  }

  // MARK: Text

  private static func heading(_ names: [String]) -> [String] {
    [line(names), line([String](repeating: "---", count: names.count))]
  }
  private static func line(_ cells: [String]) -> String {
    "| " + cells.map { $0.replacing("|", with: "\\|").replacing("\n", with: " ") }.joined(separator: " | ")
      + " |"
  }
  /// An interval behind its value; nothing where one end is infinite.
  private static func range(_ interval: Interval, _ text: (Double) -> String) -> String {
    guard interval.lower.isFinite, interval.upper.isFinite else { return "" }
    return " [\(text(interval.lower)), \(text(interval.upper))]"
  }
  private static func percent(_ value: Double) -> String {
    value.isFinite ? String(format: "%.2f", 100 * value) : ""
  }
  private static func signed(_ value: Double) -> String {
    value.isFinite ? String(format: "%+.2f", 100 * value) : ""
  }
  private static func number(_ value: Double) -> String {
    value.isFinite ? String(format: "%.4g", value) : ""
  }
  private static func whole(_ value: Double) -> String { String(format: "%.0f", value) }
  private static func trimmed(_ text: String) -> String {
    text.trimmingCharacters(in: .newlines)
  }
}
