import Arena
import Interchange
import Statistics

/// Turns a contest of rollout rules into the files of its directory.
public struct ArenaFiles: Sendable {
  /// Every method in every world.
  public let results: [ContestResult]
  /// The ranks, world by world.
  public let ranks: [ContestRank]
  /// The rules that were shown the truth.
  public let oracles: Set<String>
  /// The rules that keep the objective by construction.
  public let keepers: Set<String>
  /// The worlds with one sentence each, in their order.
  public let summaries: [(world: String, summary: String)]
  /// Budget, sizes and seeds in a few words.
  public let setting: String
  /// The confidence level of every interval.
  public let level: Double
  /// The tool.
  public let tool: ToolDescription
  /// Every CSV table.
  public let tables: [TidyTable]
  /// The plots, drawn or missing; empty before `drawPlots`.
  public private(set) var plots: [PlotRenderer.Drawn] = []

  /// The rule that others are compared with.
  let reference = "uniform"

  /// Prepares ranks and tables.
  public init(
    results: [ContestResult], oracles: Set<String>, keepers: Set<String>,
    summaries: [(world: String, summary: String)],
    setting: String, seed: UInt64, tool: ToolDescription, level: Double = 0.95
  ) {
    self.results = results
    self.oracles = oracles
    self.keepers = keepers
    self.summaries = summaries
    self.setting = setting
    self.level = level
    self.tool = tool
    var ranks: [ContestRank] = []
    for budget in ContestResult.Budget.allCases {
      for (world, _) in summaries {
        ranks += Ranking.ranks(
          results.filter { $0.world == world && $0.budget == budget }, oracles: oracles, level: level,
          seed: seed)
      }
    }
    self.ranks = ranks
    tables = [
      ArenaTables.measures(results, level: level), ArenaTables.ranks(ranks),
      ArenaTables.curves(results, level: level),
    ]
  }

  /// The budgets that were contested.
  var budgets: [ContestResult.Budget] {
    ContestResult.Budget.allCases.filter { budget in results.contains { $0.budget == budget } }
  }
  /// The worlds in their order.
  var worlds: [String] { summaries.map(\.world) }
  /// The methods in their order, oracles last.
  var methods: [String] {
    var names: [String] = []
    for result in results where !names.contains(result.method) { names.append(result.method) }
    return names
  }

  /// The result of one method in one world.
  func result(_ method: String, _ world: String, _ budget: ContestResult.Budget) -> ContestResult? {
    results.first { $0.method == method && $0.world == world && $0.budget == budget }
  }

  /// Draws the plots with gnuplot, `threads` at a time.
  public mutating func drawPlots(threads: Int, isCancelled: @escaping @Sendable () -> Bool = { false }) async
  {
    plots = await PlotRenderer.draw(
      ArenaPlots.planned(self), threads: threads, isCancelled: isCancelled)
  }

  /// The plots that are missing, each with its reason.
  public var missingPlots: [(name: String, reason: String)] { plots.missing }

  /// The text of `report.md`.
  public var reportText: String { ArenaReport.text(self) }

  /// Every file of the directory.
  public func files() -> [RunFile] {
    var files = tables.map(\.file)
    files += plots.flatMap(\.files)
    files.append(RunFile(path: "arena.json", text: ArenaDocument.json(self).text(pretty: true) + "\n"))
    files.append(RunFile(path: "report.md", text: reportText))
    let package = DataPackage.json(
      kind: .arena, title: "allot arena: \(setting)", tables: tables, files: files.map(\.path))
    files.append(RunFile(path: RunManifest.fileName, text: package.text(pretty: true) + "\n"))
    return files
  }

  /// The text of `arena.json`.
  public var documentText: String { ArenaDocument.json(self).text(pretty: true) + "\n" }
}
