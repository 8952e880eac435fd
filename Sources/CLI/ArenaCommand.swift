import Allocation
import Arena
import ArgumentParser
import Foundation
import Interchange
import Reporting

/// `allot arena`: rollout rules against each other on simulated populations and on those of real logs.
struct ArenaCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "arena",
    abstract: "Run allocation and selection rules against each other at equal rollouts and at equal tokens.",
    discussion: """
      A simulator of training with verifiable rewards: every rule meets the same worlds, prompts and random numbers, takes the step that would be best for the true mean and noise of its gradient on a function of one curvature, and \
      spends the same budget; what it draws and throws away is counted. Prints a table for each world and, with --output, writes tables, plots and a report.

      \(text("Worlds", ArenaWorld.named))

      \(text("Held out, looked at once while our own rules were built, before their last change", ArenaWorld.heldOut))

      \(text("Fresh, drawn up after allot-two-stage and allot-steered had their last change, before their -tokens forms", ArenaWorld.fresh))

      Methods: \(Contender.all(each: 8).map(\.name).joined(separator: ", ")). The oracles \(Contender.oracles.map(\.name).joined(separator: ", ")) run beside them.
      """)

  private static func text(_ title: String, _ recipes: [ArenaWorld.Recipe]) -> String {
    title + ":\n" + recipes.map { "  \($0.name): \($0.summary)" }.joined(separator: "\n")
  }

  @Option(
    help: ArgumentHelp(
      "The worlds, separated by commas, or all (default: neither held-out nor fresh ones).",
      valueName: "names")
  )
  var world: String?

  @Option(
    help: ArgumentHelp(
      "A rollout log to take pass rates, score moments and lengths from, as `allot audit` reads it, or a table of counts for pass rates alone; may be given several times.",
      valueName: "file"))
  var from: [String] = []

  @Option(
    help: ArgumentHelp("Count rewards of at least this in the logs as successes.", valueName: "r"))
  var threshold: Double?

  @Option(help: ArgumentHelp("The largest share of damaged lines of a log to pass over.", valueName: "share"))
  var maxBad = 0.001

  @Option(help: ArgumentHelp("The rules, separated by commas (default: all).", valueName: "names"))
  var methods: String?

  @Option(parsing: .unconditional, help: ArgumentHelp("Rollouts of a run.", valueName: "n"))
  var budget = 400_000

  @Option(
    help: ArgumentHelp("Response tokens of a run, for a second contest at equal tokens.", valueName: "n"))
  var tokens: Int?

  @Flag(
    help: "A second contest at equal tokens, world by world as many as the rollouts would take at the start.")
  var equalTokens = false

  @Flag(help: "Rollouts do not tell their score norms, which score-aware, gvm and our own rules read.")
  var withoutScores = false

  @Option(
    help: ArgumentHelp(
      "The curvature that steps are made for (default: 0.3): a smaller one makes every rule's steps bolder.",
      valueName: "x"))
  var stiffness: Double?

  @Option(help: ArgumentHelp("Seeds, counted up from --seed.", valueName: "n"))
  var seeds = 10

  @Option(help: ArgumentHelp("Prompts of a world.", valueName: "n"))
  var prompts = 1024

  @Option(help: ArgumentHelp("Prompts of a step.", valueName: "m"))
  var promptsPerStep = 64

  @Option(help: ArgumentHelp("Mean rollouts of a prompt.", valueName: "n"))
  var rolloutsPerPrompt = 8

  @Option(
    help: ArgumentHelp(
      "Replicates of the step whose variance is measured; 0 for none.", valueName: "n"))
  var replicates = 100

  @Option(
    help: ArgumentHelp(
      "Write tables, plots and a report into this directory, in one step; an earlier contest there is replaced.",
      valueName: "dir"))
  var output: String?

  @OptionGroup var global: GlobalOptions

  func run() async throws {
    let contest = try contest()
    let stages = try stages()
    let interruption = Interruption()
    let directory = try output.map { try OutputDirectory($0, kind: .arena, interruption) }
    // Does nothing once committed.
    defer { directory?.discard() }
    var results: [ContestResult] = []
    let clock = RunClock()
    for (index, stage) in stages.enumerated() {
      results += contest.results(stage.stage, threads: global.threadCount()) { interruption.isRequested }
      try interruption.throwIfRequested()
      if !global.quiet {
        let left = clock.seconds / Double(index + 1) * Double(stages.count - index - 1)
        StandardError.write(
          "[\(index + 1)/\(stages.count)] \(stage.stage.name), \(ProgressLine.duration(clock.seconds)), about \(ProgressLine.duration(left)) left\n"
        )
      }
    }
    var files = ArenaFiles(
      results: results, oracles: Set(contest.oracles.map(\.name)),
      keepers: Set(contest.contenders.filter(\.rule.keepsObjective).map(\.name)),
      summaries: stages.map { ($0.stage.name, $0.summary) }, setting: settingText, seed: global.seed,
      tool: ToolDescription.current(version: ToolVersion.current))
    if let directory { try await write(&files, to: directory, interruption) }
    if global.json {
      try StandardOutput.write(files.documentText)
    } else if !global.quiet {
      try StandardOutput.write(
        output == nil ? files.reportText : "\(output ?? ""): report.md, arena.json, tables, plots\n")
    }
  }

  private var settingText: String {
    "\(prompts) prompts, \(promptsPerStep) × \(rolloutsPerPrompt) rollouts a step, \(budget) rollouts"
      + (tokens.map { " or \($0) tokens" }
        ?? (equalTokens ? " or as many tokens as they take at the start" : ""))
      + ", \(seeds) seed\(seeds == 1 ? "" : "s") from \(global.seed)"
  }

  private func write(
    _ files: inout ArenaFiles, to directory: OutputDirectory, _ interruption: Interruption
  ) async throws {
    await files.drawPlots(threads: global.threadCount()) { interruption.isRequested }
    StandardError.write(missingPlots: files.missingPlots)
    try directory.commit(files.files())
  }
}
