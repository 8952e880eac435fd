import Claims
import Foundation
import Interchange
import Mustache

/// `report.html` of `allot verify`: one self-contained page that needs no network and no script.
public struct VerificationReport {
  /// The file's name inside a run directory.
  public static let fileName = "report.html"
  /// The rows of an estimate table that the page shows; the CSV has all.
  static let mostEstimates = 40
  /// The counterexamples that are open from the start.
  static let mostOpenExamples = 2
  /// Sub-verdict tables up to this length are open from the start.
  static let mostOpenParts = 8

  /// The characters of a condition that the first table shows.
  static let mostConditionCharacters = 120

  let outcomes: [ClaimOutcome]
  let run: RunInformation
  let tables: [TidyTable]
  let plots: [PlotRenderer.Drawn]

  /// Collects what the page shows.
  public init(outcomes: [ClaimOutcome], run: RunInformation, tables: [TidyTable], plots: [PlotRenderer.Drawn])
  {
    self.outcomes = outcomes
    self.run = run
    self.tables = tables
    self.plots = plots
  }

  /// The page.
  public func html() throws -> String {
    let missing = plots.compactMap { plot in plot.missing.map { ["name": plot.name, "reason": $0] } }
    let nonFinite = tables.reduce(0) { $0 + $1.nonFiniteCount }
    let tool = run.tool
    let commit = tool.commit.map { ", commit \($0.prefix(12))" } ?? ""
    let content: [String: Any] = [
      "title": "The theory of rollout allocation, examined",
      "style": ReportStyle.css,
      "summary": summary,
      "run":
        "Run of allot \(tool.version)\(commit): seed \(run.seed), preset \(run.preset.rawValue). \(tool.compiler), "
        + "GSL \(tool.gsl)\(tool.cpu.map { ", \($0)" } ?? "").",
      "claims": outcomes.map(claim),
      "hasLog": outcomes.contains { $0.evidence.log != nil },
      "log": outcomes.compactMap { outcome in
        RealTokensSection.content(
          outcome,
          figures: plots.filter { RealTokensSection.owns($0, of: outcome.specification.id) }
            .compactMap { figure($0, outcome) })
      },
      "hasMissing": !missing.isEmpty,
      "missing": missing,
      "hasNonFinite": nonFinite > 0,
      "nonFinite": "Cells without a finite value, left empty in the tables: \(nonFinite).",
      "familyError": ReportNumber.text(Judgement.familyError),
      "command": "allot verify --preset \(run.preset.rawValue) --seed \(run.seed)",
    ]
    return try MustacheTemplate(string: VerificationTemplate.text).render(content)
  }

  private var summary: String {
    let parts = Verdict.allCases.compactMap { verdict -> String? in
      let count = outcomes.count { $0.verdict == verdict }
      return count == 0 ? nil : "\(count) \(verdict.rawValue)"
    }
    return
      "\(outcomes.count) \(outcomes.count == 1 ? "claim" : "claims") examined: \(parts.joined(separator: ", "))."
  }

  private func claim(_ outcome: ClaimOutcome) -> [String: Any] {
    let specification = outcome.specification
    let id = specification.id
    let own = tables.filter { $0.path == "tables/\(id).csv" || $0.path.hasPrefix("tables/\(id)-") }
    let estimates = outcome.evidence.estimates
    let parts = outcome.subVerdicts
    let names = Set(ClaimPlots.planned(for: outcome).map(\.name))
    var content: [String: Any] = [
      "id": id, "statement": specification.statement, "formula": specification.formula,
      "source": specification.source,
      "verdict": outcome.verdict.rawValue, "symbol": outcome.verdict.symbol,
      "condition": outcome.condition ?? "",
      "shortCondition": Self.shortened(outcome.condition ?? ""), "hasCondition": outcome.condition != nil,
      "registration": outcome.registration.rawValue,
      "control": outcome.controlVerdict.rawValue,
      "controlSymbol": outcome.controlVerdict == .refuted ? "✓" : outcome.controlVerdict.symbol,
      "controlStatement": specification.negativeControl,
      // A refuted control is good news: it wears the colour of a success.
      "controlClass": outcome.controlVerdict == .refuted ? "supported" : "inconclusive",
      "hash": specification.sha256, "margin": ReportNumber.text(specification.margin),
      "explanation": outcome.evidence.explanation, "table": "tables/\(id).csv",
    ]
    let examples = outcome.evidence.counterexamples.map(Self.example)
    content["examples"] = Array(examples.prefix(Self.mostOpenExamples))
    content["moreExamples"] = Array(examples.dropFirst(Self.mostOpenExamples))
    content["hasMore"] = examples.count > Self.mostOpenExamples
    content["moreTitle"] = "\(examples.count - Self.mostOpenExamples) more counterexamples"
    content["figures"] = plots.filter { names.contains($0.name) && !RealTokensSection.owns($0, of: id) }
      .compactMap { figure($0, outcome) }
    content["hasParts"] = parts.count > 1
    content["open"] = parts.count <= Self.mostOpenParts
    content["partsTitle"] = "\(parts.count) sub-verdicts"
    content["parts"] = parts.map { part in
      [
        "estimator": part.estimator, "population": part.population, "verdict": part.verdict.rawValue,
        "symbol": part.verdict.symbol, "condition": part.condition ?? "",
      ]
    }
    let shown = estimates.prefix(Self.mostEstimates)
    content["hasEstimates"] = !estimates.isEmpty
    content["estimatesTitle"] =
      shown.count == estimates.count
      ? "\(estimates.count) estimates" : "\(estimates.count) estimates, the first \(shown.count) shown"
    content["estimates"] = shown.enumerated().map { Self.estimate($0.element, index: $0.offset, id: id) }
    content["hasRest"] = shown.count < estimates.count
    content["rest"] =
      shown.count == estimates.count ? "" : "The other \(estimates.count - shown.count) rows are in"
    content["tables"] = own.map { ["path": $0.path, "rows": String($0.rowCount)] }
    return content
  }

  /// The beginning of a long condition, cut between words; the claim's own section has all of it.
  private static func shortened(_ condition: String) -> String {
    let lines = AlignedText.wrap(condition, width: mostConditionCharacters)
    return lines.count > 1 ? lines[0] + " …" : condition
  }

  private func figure(_ plot: PlotRenderer.Drawn, _ outcome: ClaimOutcome) -> [String: Any]? {
    guard let script = plot.script, let source = ReportPicture.dataURI(plot) else { return nil }
    let id = outcome.specification.id
    let table =
      outcome.evidence.allPointTables.first { plot.name.hasPrefix("\(id)-\($0.name)") }
      ?? outcome.evidence.allPointTables.first
    return [
      "name": plot.name, "title": script.title, "caption": script.caption, "source": source,
      "height": String(PlotLayout(script).height),
      "table": table.map { "tables/\(id)-\($0.name).csv" } ?? "tables/\(id).csv",
    ]
  }

  static func estimate(_ row: EstimateRow, index: Int, id: String) -> [String: Any] {
    var interval = ""
    if let lower = row.lower, let upper = row.upper {
      interval = "[\(ReportNumber.text(lower)), \(ReportNumber.text(upper))]"
    }
    // RFC 7111 names rows of a CSV file from 1; the header is row 1.
    return [
      "design": row.design, "method": row.method, "stat": row.stat, "est": ReportNumber.text(row.estimate),
      "mcse": row.standardError.map(ReportNumber.text) ?? "", "interval": interval,
      "exact": row.exact.map(ReportNumber.text) ?? "", "n": row.count == 0 ? "exact" : String(row.count),
      "row": String(index + 2), "link": "tables/\(id).csv#row=\(index + 2)",
    ]
  }

  private static func example(_ example: Counterexample) -> [String: Any] {
    let many = example.worlds.count > 1
    let worlds = example.worlds.enumerated().map { index, world in
      [
        "label": (many ? "World \(index + 1)" : "World")
          + ", as `allot variance` reads it where it is one policy:",
        "json": JSONValue(world).shortText,
      ]
    }
    return [
      "title": example.title, "explanation": example.explanation, "worlds": worlds,
      "values": example.values.map {
        ["name": $0.name, "exact": $0.exact ?? "", "decimal": ReportNumber.text($0.value)]
      },
    ]
  }
}

extension PlannedPlot {
  /// The stem of the plot's files.
  public var name: String {
    switch self {
    case .script(let script): script.name
    case .unavailable(let name, _): name
    }
  }
}

extension Verdict {
  /// A sign that carries the verdict without colour.
  var symbol: String {
    switch self {
    case .supported: "✓"
    case .supportedWhen: "◐"
    case .refuted: "✗"
    case .inconclusive: "?"
    case .notTestable: "–"
    }
  }
}
