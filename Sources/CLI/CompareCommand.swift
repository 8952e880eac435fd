import ArgumentParser
import Foundation
import Interchange
import Reporting
import Statistics
import Training

/// `allot compare`: several methods over several seeds at equal budgets.
struct CompareCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "compare",
    abstract:
      "Train several methods over several seeds at equal rollouts and at equal tokens, and compare them.",
    usage:
      "allot compare [--methods <names>] [--seeds <n>] [--config <file>] [--output <dir>] [--key <value> ...]",
    discussion: """
      For each seed one warm model is trained; every method starts from it, meets the same prompts in the same order, and draws with the same random \
      numbers. Each run is evaluated where it has drawn the rollouts of the budget, and where it has drawn the tokens that as many right answers \
      would take on average. Methods are compared as they were published (table 'own'), and those of --crossed under prompt-equal and \
      rollout-mean aggregation as well: from these comes the verdict of dynamo-trains-better. The same command goes on with a comparison that was \
      interrupted. Methods that no claim backs are trained too: finding out is the purpose.

      Every key of a run file is a flag here as well, see `allot train --help`; steps is taken as the budget in steps of m·n rollouts.
      """)

  @Option(help: ArgumentHelp("The methods of the main table, separated by commas.", valueName: "names"))
  var methods = ComparisonPlan.methods.joined(separator: ",")

  @Option(
    help: ArgumentHelp(
      "The methods that are also run under both aggregations; the verdict comes from these.",
      valueName: "names"))
  var crossed = ComparisonPlan.crossed.joined(separator: ",")

  /// The method that the others are held against; the verdict's rule names it.
  private var reference: String { DynamoTrainsBetter.reference }

  @Option(help: ArgumentHelp("Seeds, counted up from --seed.", valueName: "n"))
  var seeds = 10

  @Option(help: ArgumentHelp("A YAML file of run keys.", valueName: "file"))
  var config: String?

  @Option(help: ArgumentHelp("The directory of the comparison.", valueName: "dir"))
  var output = "out-compare"

  @Option(
    help: ArgumentHelp("Runs at a time (default: the processors of this machine).", valueName: "n"))
  var threads: Int?

  @Flag(help: "Print machine-readable JSON to standard output.")
  var json = false

  @Flag(help: "Print no progress and no summary.")
  var quiet = false

  @Argument(parsing: .allUnrecognized, help: .hidden)
  var keys: [String] = []

  func run() async throws {
    let plan = try plan()
    let blas = BLAS.start()
    if let warning = blas.warning { StandardError.write("Warning: \(warning)\n") }
    let interruption = Interruption(
      failure: CommandFailure(.interrupted, "interrupted; the same command goes on from here"))
    let clock = RunClock()
    let quiet = quiet
    let runner = ComparisonRunner(
      plan: plan, threads: threads ?? ProcessInfo.processInfo.activeProcessorCount,
      isInterrupted: { interruption.isRequested },
      report: { done, all, name in
        guard !quiet else { return }
        let seconds = clock.seconds
        let left = ProgressLine.duration(seconds / Double(done) * Double(all - done))
        StandardError.write(
          "[\(done)/\(all)] \(name), \(ProgressLine.duration(seconds)), about \(left) left\n")
      })
    try runner.run()
    try interruption.throwIfRequested()
    try await conclude(plan, blas, interruption)
  }

  private func plan() throws -> ComparisonPlan {
    var errors = OptionErrors()
    errors.require(
      (2...10_000).contains(seeds),
      "The value '\(seeds)' is invalid for '--seeds <n>': it must lie in 2...10000.")
    if let threads {
      errors.require(
        (1...1024).contains(threads),
        "The value '\(threads)' is invalid for '--threads <n>': it must lie in 1...1024.")
    }
    let main = Self.list(methods)
    let both = Self.list(crossed)
    errors.require(!main.isEmpty, "'--methods' names no method.")
    errors.require(!both.isEmpty, "'--crossed' names no method.")
    for (option, names) in [("--methods", main), ("--crossed", both)] {
      errors.require(Set(names).count == names.count, "'\(option)' names a method twice.")
      for name in names where Method.named(name) == nil {
        let hint = NearestName.suggestion(for: name, among: Method.all.map(\.name)).map {
          "; did you mean '\($0)'?"
        }
        errors.require(false, "'\(option)': there is no method '\(name)'\(hint ?? ".")")
      }
      errors.require(
        names.isEmpty || names.contains(reference),
        "'\(option)' lacks the reference '\(reference)', which the others are held against.")
    }
    var base = try RunSettings.configuration(file: config, arguments: keys, &errors)
    errors.require(base.steps > 0, "'--steps' is 0: nothing would be trained.")
    errors.require(
      base.finalSamples >= 32, "'--final-samples' is \(base.finalSamples): pass@32 needs at least 32.")
    errors.require(
      base.method == RunConfiguration().method && base.overrides.isEmpty && base.initialCheckpoint.isEmpty,
      "method, its parts and initial_checkpoint are chosen by the comparison: give them neither in the file nor as flags."
    )
    try errors.throwIfAny()
    let budget = base.steps * base.promptsPerStep * base.rolloutsPerPrompt
    base.rolloutBudget = 0
    base.tokenBudget = 0
    do throws(TrainingError) {
      return ComparisonPlan(
        rows: try ComparedRow.rows(methods: main, crossed: both, aggregations: ComparisonPlan.aggregations),
        seeds: (0..<UInt64(seeds)).map { base.seed &+ $0 }, base: base, rolloutBudget: budget,
        directory: output)
    } catch { throw CommandFailure(error) }
  }

  private static func list(_ text: String) -> [String] { text.split(separator: ",").map(String.init) }

  private func conclude(_ plan: ComparisonPlan, _ blas: BLAS, _ interruption: Interruption) async throws {
    let tasks = try ComparisonResults.tasks(plan)
    let (runs, makers) = try ComparisonResults.runs(plan, tasks)
    let curves = try ComparisonResults.curves(plan, tasks)
    if makers != [RunIdentity.maker] {
      StandardError.write(
        "Warning: the runs were made by \(makers.joined(separator: "; ")), the comparison by \(RunIdentity.maker)\n"
      )
    }
    let comparison: Comparison
    do throws(TrainingError) {
      comparison = try Comparison(
        runs: runs, settings: plan.settings,
        threads: threads ?? ProcessInfo.processInfo.activeProcessorCount)
    } catch { throw CommandFailure(error) }
    // The claim is about the two aggregations that theory tells apart; the main table mixes them.
    let judged = try judgedPart(runs, plan)
    let setting =
      "\(plan.base.model), \(plan.base.taskFile.isEmpty ? "built-in arithmetic" : plan.base.taskFile), \(plan.rolloutBudget) rollouts, \(plan.seeds.count) seeds"
    let verdict = DynamoTrainsBetter.verdict(judged, setting: setting)
    for group in comparison.groups {
      if !quiet, !json {
        try StandardOutput.write(
          "Equal \(group.budget.rawValue), aggregation \(group.aggregation):\n\n"
            + ComparisonText.markdown(group, splits: comparison.splits) + "\n")
      }
    }
    var files = ComparisonFiles(
      comparison: comparison, runs: runs, curves: curves, verdict: verdict, setting: setting,
      tool: ToolDescription.current(version: ToolVersion.current),
      configurationText: RunSettings.text(plan.base),
      registration: DynamoTrainsBetter.registration(try LockFile.read(nil)))
    await files.drawPlots(threads: threads ?? ProcessInfo.processInfo.activeProcessorCount) {
      interruption.isRequested
    }
    try interruption.throwIfRequested()
    try write(files)
    if json {
      try StandardOutput.write(files.documentText)
    } else if !quiet {
      try StandardOutput.write(
        "\(DynamoTrainsBetter.id): \(verdict.verdict)\(verdict.condition.map { " (\($0))" } ?? "")\n\(output): report.md, comparison.json, tables, plots\n"
      )
    }
  }

  private func judgedPart(_ runs: [ComparisonRun], _ plan: ComparisonPlan) throws(CommandFailure)
    -> Comparison
  {
    let names = ComparisonPlan.aggregations.map(\.rawValue)
    let crossed = runs.filter { names.contains($0.aggregation) }
    do throws(TrainingError) {
      return try Comparison(
        runs: crossed,
        settings: plan.settings,
        threads: threads ?? ProcessInfo.processInfo.activeProcessorCount)
    } catch { throw CommandFailure(error) }
  }
}
