import ArgumentParser
import CNumerics
import Foundation
import Interchange
import Reporting
import Statistics
import Training

/// `allot train`: a small language model learns verifiable arithmetic by reinforcement.
struct TrainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "train",
    abstract: "Train a small language model by reinforcement learning with verifiable rewards.",
    usage: "allot train [--config <file>] [--method <name>] [--output <dir>] [--resume] [--key <value> ...]",
    discussion: """
      Without options: RLOO with uniform allocation, which is what needs no claim, on built-in arithmetic tasks, in a few minutes. Every key of a run \
      file is also a flag. A method whose allocation or modulation no settled claim backs is refused unless --allow-unvalidated is given.

      \(RunSettings.help())
      """)

  @Option(help: ArgumentHelp("A YAML file of run keys.", valueName: "file"))
  var config: String?

  @Option(help: ArgumentHelp("The directory of the run.", valueName: "dir"))
  var output = "out-train"

  @Flag(help: "Go on with the run in the output directory from its last good checkpoint.")
  var resume = false

  @Option(
    help: ArgumentHelp(
      "The validated-parameters.json of a run of `allot verify` (default: that of the reference run).",
      valueName: "file"))
  var parameters: String?

  @Flag(help: "Train with parameters that no settled claim backs; the run's metadata say so.")
  var allowUnvalidated = false

  @Option(
    help: ArgumentHelp("Threads to compute on (default: the processors of this machine).", valueName: "n"))
  var threads: Int?

  @Flag(help: "Print machine-readable JSON to standard output.")
  var json = false

  @Flag(help: "Print no progress and no summary.")
  var quiet = false

  @Argument(parsing: .allUnrecognized, help: .hidden)
  var keys: [String] = []

  func run() throws {
    let configuration = try resolved()
    let method: Method
    do throws(TrainingError) {
      method = try Method.resolved(configuration.method, overrides: configuration.overrides)
    } catch { throw CommandFailure(error) }
    let choice = try ValidatedChoice(method, path: parameters)
    // A run that was begun with the flag goes on with it.
    var allows = allowUnvalidated
    if resume, !allows { allows = try wasAllowed() }
    try choice.check(method: configuration.method, allowsUnvalidated: allows)
    let blas = BLAS.start()
    if let warning = blas.warning { StandardError.write("Warning: \(warning)\n") }
    if !quiet {
      StandardError.write("matrix products: \(blas.name)\n")
      for need in choice.refused {
        StandardError.write("Warning: \(need.name) = \(need.value) is not validated: \(need.refusal ?? "")\n")
      }
    }
    let preparation = try RunPreparation(configuration)
    do throws(TrainingError) {
      try configuration.check(method: method, tasks: preparation.tasks, shape: preparation.shape)
    } catch { throw CommandFailure(error) }
    if preparation.tasks.splits.isEmpty {
      StandardError.write("Warning: the tasks have no evaluation split: nothing will be evaluated\n")
    }
    let lock = try prepareDirectory(configuration, choice, blas)
    defer { withExtendedLifetime(lock) {} }
    // An interrupted run keeps what it has: the directory is not guarded, it is meant to be taken up again.
    let interruption = Interruption(
      failure: CommandFailure(
        .interrupted,
        "interrupted; `--resume` goes on from the last checkpoint, or from the beginning where there is none yet"
      ))
    let line = TrainingLine()
    let quiet = quiet
    var driver = TrainingDriver(
      configuration: configuration, preparation: preparation, directory: output,
      threads: threads ?? ProcessInfo.processInfo.activeProcessorCount)
    driver.isInterrupted = { interruption.isRequested }
    driver.report = { if !quiet { line.show($0) } }
    driver.warn = { StandardError.write("Warning: \($0)\n") }
    defer { line.finish() }
    let results = try driver.run(resumes: resume)
    line.finish()
    try summarise(results, configuration)
  }

  /// Whether `run.json` says that the run may use parameters that are not validated.
  private func wasAllowed() throws(CommandFailure) -> Bool {
    let path = output + "/" + TrainingDirectory.informationName
    guard let data = FileManager.default.contents(atPath: path),
      let document = try? JSONValue(parsing: data, file: path)
    else { return false }
    return document["allow_unvalidated"]?.boolValue ?? false
  }

  private func resolved() throws -> RunConfiguration {
    var errors = OptionErrors()
    if let threads {
      errors.require(
        (1...1024).contains(threads),
        "The value '\(threads)' is invalid for '--threads <n>': it must lie in 1...1024.")
    }
    var file = config
    let own = output + "/" + TrainingDirectory.configurationName
    if resume {
      errors.require(
        config == nil && keys.isEmpty,
        "'--resume' takes the settings of the run itself: give neither '--config' nor keys with it.")
      file = own
      if !FileManager.default.fileExists(atPath: own) {
        throw CommandFailure(
          .inputMissing, "there is no run in '\(output)' to go on with: '\(own)' does not exist")
      }
    }
    let configuration = try RunSettings.configuration(file: file, arguments: keys, &errors)
    try errors.throwIfAny()
    return configuration
  }

  /// Makes the directory of a new run with its settings, or looks that a run is there to go on with; returns the lock that keeps it to this process.
  private func prepareDirectory(_ configuration: RunConfiguration, _ choice: ValidatedChoice, _ blas: BLAS)
    throws(CommandFailure) -> DirectoryLock
  {
    func lock() throws(CommandFailure) -> DirectoryLock {
      try CommandFailure.reporting { () throws(ReportingError) in try DirectoryLock(output) }
    }
    if resume {
      let lock = try lock()
      // A process that was killed in its first moments may have left the settings alone.
      let path = output + "/" + TrainingDirectory.informationName
      if !FileManager.default.fileExists(atPath: path) { try writeInformation(configuration, choice, blas) }
      return lock
    }
    if mkdir(output, 0o777) != 0, errno != EEXIST {
      throw CommandFailure(.cannotCreate, "cannot create '\(output)': \(String(cString: strerror(errno)))")
    }
    var isDirectory: ObjCBool = false
    if FileManager.default.fileExists(atPath: output, isDirectory: &isDirectory), !isDirectory.boolValue {
      throw CommandFailure(.cannotCreate, "cannot create '\(output)': there is a file of that name")
    }
    let lock = try lock()
    let present = (try? FileManager.default.contentsOfDirectory(atPath: output))?
      .filter { !$0.contains(".partial-") }
    if let present, !present.isEmpty {
      throw CommandFailure(
        .cannotCreate,
        present.contains(TrainingDirectory.configurationName)
          ? "there is a run in '\(output)'; give --resume to go on with it, or --output for another place"
          : "'\(output)' is not empty; name a new or empty directory")
    }
    try OutputFile.write(
      RunSettings.text(configuration), to: output + "/" + TrainingDirectory.configurationName)
    try writeInformation(configuration, choice, blas)
    return lock
  }

  private func writeInformation(
    _ configuration: RunConfiguration, _ choice: ValidatedChoice, _ blas: BLAS
  ) throws(CommandFailure) {
    let tool = ToolDescription.current(version: ToolVersion.current)
    let information = JSONValue.object([
      ("schema", .string("allot-training-run/1")), ("method", .string(configuration.method)),
      ("allow_unvalidated", .bool(allowUnvalidated)), ("validation", choice.json),
      (
        "tool",
        .object([
          ("version", .string(tool.version)), ("commit", tool.commit.map { .string($0) } ?? .null),
          ("compiler", .string(tool.compiler)), ("gsl", .string(tool.gsl)),
          ("cpu", tool.cpu.map { .string($0) } ?? .null), ("blas", .string(blas.name)),
        ])
      ),
    ])
    try OutputFile.write(
      information.text(pretty: true) + "\n", to: output + "/" + TrainingDirectory.informationName)
  }

  private func summarise(_ results: [SplitResult], _ configuration: RunConfiguration) throws {
    if json {
      let document = EvaluationDocument.json(results, ks: [1, 32], seed: configuration.seed)
      try StandardOutput.write(document.text(pretty: true) + "\n")
    } else if !quiet {
      try StandardOutput.write(
        EvaluationText.table(results, seed: configuration.seed)
          + "\n\(output): metrics.csv, metrics.jsonl, evaluation.json, checkpoints\n")
    }
  }
}

/// The library that computes matrix products.
struct BLAS {
  /// `OpenBLAS, kernel SkylakeX` or `plain loops`.
  var name: String
  /// What went wrong on the way to it.
  var warning: String?

  /// Loads it; the first call in a process chooses.
  static func start() -> BLAS {
    guard let description = numerics_blas_start() else { return BLAS(name: "plain loops") }
    let core = withUnsafeBytes(of: description.pointee.core) {
      String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
    }
    let warning = withUnsafeBytes(of: description.pointee.warning) {
      String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
    }
    return BLAS(
      name: description.pointee.is_openblas == 1 ? "OpenBLAS, kernel \(core)" : "plain loops",
      warning: warning.isEmpty ? nil : warning)
  }
}
