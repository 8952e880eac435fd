import ArgumentParser
import Foundation
import Interchange
import Reporting
import Training

/// `allot evaluate`: how often a model's answers are right on problems that it was not trained on.
struct EvaluateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "evaluate",
    abstract: "Measure pass@1 and pass@32 of a trained model on the evaluation splits.",
    discussion: """
      Takes a checkpoint, a run of `allot train` (then its newest checkpoint), or a model directory with config.json, model.safetensors \
      and vocabulary.json. A checkpoint is evaluated on the tasks, the seed and the sampling settings of its run, unless options say \
      otherwise: the problems, and the random numbers of the answers, are then those of the run's own evaluation.

      Prints for every split and for their average the unbiased pass@1 and pass@32 with 95 % bootstrap intervals over problems.
      """)

  @Argument(help: ArgumentHelp("A checkpoint, a run, or a model directory.", valueName: "checkpoint"))
  var checkpoint: String

  @Option(help: ArgumentHelp("Problems of each split (default: as in the run, else 64).", valueName: "n"))
  var problems: String?

  @Option(
    help: ArgumentHelp(
      "Answers to each problem; pass@32 needs 32 (default: as in the run, else 64).", valueName: "n"))
  var samples: String?

  @Option(help: ArgumentHelp("Tiers of the built-in tasks, separated by commas.", valueName: "names"))
  var tiers: String?

  @Option(
    help: ArgumentHelp("A JSONL file of problems in place of the built-in tasks.", valueName: "file"))
  var taskFile: String?

  @Option(help: ArgumentHelp("How answers are judged.", valueName: "name"))
  var verifier: String?

  @Option(help: ArgumentHelp("Sampling temperature (default: as in the run, else 1).", valueName: "T"))
  var temperature: String?

  @Option(help: ArgumentHelp("Draw from the k likeliest tokens only; 0 for all.", valueName: "k"))
  var topK: String?

  @Option(
    help: ArgumentHelp("Draw from the likeliest tokens of this joint probability only.", valueName: "p"))
  var topP: String?

  @Option(help: ArgumentHelp("The longest answer, in tokens.", valueName: "n"))
  var maximumTokens: String?

  @Option(help: ArgumentHelp("Write the JSON document to this file, too.", valueName: "file"))
  var output: String?

  @Option(
    help: ArgumentHelp(
      "The root seed (default: as in the run, else \(RunConfiguration().seed)).", valueName: "n"))
  var seed: String?

  @Option(
    help: ArgumentHelp("Threads to compute on (default: the processors of this machine).", valueName: "n"))
  var threads: Int?

  @Flag(help: "Print machine-readable JSON to standard output.")
  var json = false

  @Flag(help: "Print no summary.")
  var quiet = false

  func run() throws {
    var errors = OptionErrors()
    if let threads {
      errors.require(
        (1...1024).contains(threads),
        "The value '\(threads)' is invalid for '--threads <n>': it must lie in 1...1024.")
    }
    // The options are read before the model, so that wrong ones are known at once, and again on top of the run's settings.
    var unused = RunConfiguration()
    apply(to: &unused, &errors)
    try errors.throwIfAny()
    let model = try EvaluatedModel(checkpoint)
    let configuration = try resolved(model)
    let preparation = try RunPreparation(configuration)
    guard let parameters = preparation.parameters else {
      throw CommandFailure(.inputMissing, "there are no weights in '\(model.directory)'")
    }
    let blas = BLAS.start()
    if let warning = blas.warning { StandardError.write("Warning: \(warning)\n") }
    let interruption = Interruption()
    let results: [SplitResult]
    do throws(TrainingError) {
      try configuration.checkEvaluation(tasks: preparation.tasks, shape: preparation.shape)
      results = try Evaluator(
        tasks: preparation.tasks, settings: configuration.sampling(preparation.tasks),
        seed: configuration.seed
      ).counts(
        parameters: parameters, problems: configuration.finalProblems, samples: configuration.finalSamples,
        sampler: Sampler(configuration: preparation.shape),
        threads: threads ?? ProcessInfo.processInfo.activeProcessorCount)
    } catch {
      throw CommandFailure(error)
    }
    try interruption.throwIfRequested()
    guard !results.isEmpty else {
      throw CommandFailure(.inputData, "the tasks have no evaluation split")
    }
    try write(results, model, configuration, preparation)
  }

  /// The run's settings with the options on top.
  private func resolved(_ model: EvaluatedModel) throws(CommandFailure) -> RunConfiguration {
    var configuration = RunConfiguration()
    if let settings = model.settings { try RunSettings.read(settings, into: &configuration) }
    var errors = OptionErrors()
    apply(to: &configuration, &errors)
    try errors.throwIfAny()
    if tiers != nil, taskFile == nil { configuration.taskFile = "" }
    configuration.initialCheckpoint = model.directory
    // The pool is not used, and other tiers may have fewer problems than the run's pool.
    configuration.poolSize = 1
    return configuration
  }

  private func apply(to configuration: inout RunConfiguration, _ errors: inout OptionErrors) {
    let given = [
      ("problems", "final_problems", problems), ("samples", "final_samples", samples),
      ("tiers", "tiers", tiers), ("task-file", "task_file", taskFile), ("verifier", "verifier", verifier),
      ("temperature", "temperature", temperature), ("top-k", "top_k", topK), ("top-p", "top_p", topP),
      ("maximum-tokens", "maximum_tokens", maximumTokens), ("seed", "seed", seed),
    ]
    for (option, name, value) in given {
      guard let value, let key = RunKey.named(name) else { continue }
      do throws(TrainingError) { try key.set(&configuration, [value]) } catch {
        errors.require(false, "'--\(option)': \(error.description).")
      }
    }
  }

  private func write(
    _ results: [SplitResult], _ model: EvaluatedModel, _ configuration: RunConfiguration,
    _ preparation: RunPreparation
  ) throws(CommandFailure) {
    let document = EvaluationDocument.json(
      results, ks: [1, 32], seed: configuration.seed,
      extra: [
        ("checkpoint", .string(model.directory)), ("step", .optional(model.step)),
        ("seed", .string("\(configuration.seed)")),
        ("task_file", configuration.taskFile.isEmpty ? .null : .string(configuration.taskFile)),
        ("verifier", .string(preparation.tasks.verifier.rawValue)),
        ("temperature", .number(configuration.temperature)), ("top_k", .integer(configuration.topK)),
        ("top_p", .number(configuration.topP)), ("maximum_tokens", .integer(configuration.maximumTokens)),
      ]
    ).text(pretty: true)
    if let output { try OutputFile.write(document + "\n", to: output) }
    if json {
      try StandardOutput.write(document + "\n")
    } else if !quiet {
      try StandardOutput.write(EvaluationText.table(results, seed: configuration.seed) + "\n")
    }
  }
}
