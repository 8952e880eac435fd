import Claims
import Interchange

/// Turns the outcomes of a verification into the files of a run directory.
public struct RunWriter: Sendable {
  /// The outcomes, in the register's order.
  public let outcomes: [ClaimOutcome]
  /// What they ran under.
  public let run: RunInformation
  /// Every CSV table.
  public let tables: [TidyTable]
  /// The plots, drawn or missing; empty before `drawPlots`.
  public private(set) var plots: [PlotRenderer.Drawn] = []

  /// Prepares the tables of `outcomes`.
  public init(outcomes: [ClaimOutcome], run: RunInformation) {
    self.outcomes = outcomes
    self.run = run
    tables = outcomes.flatMap { outcome in
      [TidyTable.estimates(of: outcome, seed: run.seed)]
        + outcome.evidence.allPointTables.map { TidyTable.points($0, prefix: outcome.specification.id) }
    }
  }

  /// Draws the plots with gnuplot, `threads` at a time.
  public mutating func drawPlots(threads: Int, isCancelled: @escaping @Sendable () -> Bool = { false }) async
  {
    plots = await PlotRenderer.draw(
      outcomes.flatMap { ClaimPlots.planned(for: $0) }, threads: threads, isCancelled: isCancelled)
  }

  /// The text of `verdicts.json`.
  public var verdictsText: String {
    VerdictsDocument.json(outcomes: outcomes, run: run).text(pretty: true) + "\n"
  }

  /// The plots that are missing, each with its reason.
  public var missingPlots: [(name: String, reason: String)] { plots.missing }

  /// The cells of all tables that were left empty because their number was not finite.
  public var nonFiniteCount: Int { tables.reduce(0) { $0 + $1.nonFiniteCount } }

  /// Every file of the run directory.
  public func files() throws -> [RunFile] {
    var files = [RunFile(path: VerdictsDocument.fileName, text: verdictsText)]
    files += tables.map(\.file)
    files += plots.flatMap(\.files)
    files.append(
      RunFile(
        path: ValidatedParameters.fileName, text: ValidatedParameters.json(outcomes).text(pretty: true) + "\n"
      ))
    files.append(
      RunFile(
        path: VerificationReport.fileName,
        text: try VerificationReport(outcomes: outcomes, run: run, tables: tables, plots: plots).html()))
    let package = DataPackage.json(
      kind: .verify, title: "allot verify: seed \(run.seed), preset \(run.preset.rawValue)", tables: tables,
      files: files.map(\.path))
    files.append(RunFile(path: RunManifest.fileName, text: package.text(pretty: true) + "\n"))
    return files
  }
}
