import Claims
import Interchange
import Training

/// Turns a comparison of trained methods into the files of its directory.
public struct ComparisonFiles: Sendable {
  /// The comparison.
  public let comparison: Comparison
  /// The runs it was made from.
  public let runs: [ComparisonRun]
  /// What was measured along them.
  public let curves: [LearningPoint]
  /// What the comparison says of `dynamo-trains-better`.
  public let verdict: TrainingVerdict
  /// Model, tasks and budget in a few words.
  public let setting: String
  /// The tool.
  public let tool: ToolDescription
  /// The settings of the runs as text, as a run file would have them.
  public let configurationText: String
  /// How the rule of the verdict stands to the lock.
  public let registration: Registration
  /// The wall-clock seconds that the runs took; nil where they are not known.
  public let seconds: Double?
  /// Every CSV table.
  public let tables: [TidyTable]
  /// The plots, drawn or missing; empty before `drawPlots`.
  public private(set) var plots: [PlotRenderer.Drawn] = []

  /// Prepares the tables.
  public init(
    comparison: Comparison, runs: [ComparisonRun], curves: [LearningPoint], verdict: TrainingVerdict,
    setting: String, tool: ToolDescription, configurationText: String,
    registration: Registration = .exploratory, seconds: Double? = nil
  ) {
    self.comparison = comparison
    self.runs = runs
    self.curves = curves
    self.verdict = verdict
    self.setting = setting
    self.tool = tool
    self.configurationText = configurationText
    self.registration = registration
    self.seconds = seconds
    tables = [
      ComparisonTables.comparison(comparison), ComparisonTables.runs(runs), ComparisonTables.curves(curves),
      ComparisonTables.verdict(verdict),
    ]
  }

  /// Draws the plots with gnuplot, `threads` at a time.
  public mutating func drawPlots(threads: Int, isCancelled: @escaping @Sendable () -> Bool = { false }) async
  {
    plots = await PlotRenderer.draw(
      ComparisonPlots.planned(comparison, curves: curves), threads: threads, isCancelled: isCancelled)
  }

  /// The plots that are missing, each with its reason.
  public var missingPlots: [(name: String, reason: String)] { plots.missing }

  /// The cells of all tables that were left empty because their number was not finite.
  public var nonFiniteCount: Int { tables.reduce(0) { $0 + $1.nonFiniteCount } }

  /// The text of `comparison.json`.
  public var documentText: String { ComparisonDocument.json(self).text(pretty: true) + "\n" }

  /// The text of `report.md`.
  public var reportText: String { ComparisonReport.text(self) }

  /// Every file of the directory but those of the runs themselves.
  ///
  /// `others` are paths inside the directory that the caller writes; they enter the manifest, so that a later comparison may replace them.
  public func files(others: [String] = []) -> [RunFile] {
    var files = [RunFile(path: ComparisonDocument.fileName, text: documentText)]
    files += tables.map(\.file)
    files += plots.flatMap(\.files)
    files.append(RunFile(path: ComparisonReport.fileName, text: reportText))
    let package = DataPackage.json(
      kind: .compare, title: "allot compare: \(setting)", tables: tables, files: files.map(\.path) + others)
    files.append(RunFile(path: RunManifest.fileName, text: package.text(pretty: true) + "\n"))
    return files
  }
}
