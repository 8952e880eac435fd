import ArgumentParser
import Claims
import Foundation
import Interchange
import Reporting

extension Preset: ExpressibleByArgument {}

/// `allot verify`: examines the claims and writes the report.
struct VerifyCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify",
    abstract: "Examine the claims and write verdicts, tables, plots and a report.",
    discussion: """
      Each claim is examined exactly where its world can be enumerated, by simulation elsewhere, and by a search for counterexamples where \
      it is universal. With --rollouts, the claims about tokens are also asked of the logged ones: lines as `allot audit` reads them, with the \
      arrays token_ids, logprobs, entropy and sum_sq_probability, as far as they are there; of each log the first \(RealTokens.mostTokens) \
      tokens at most. A verdict is a result, not an error: the exit code is 0 whatever the verdicts are, unless --strict is given.
      """)

  @Option(
    name: .customLong("claim"),
    help: ArgumentHelp("Examine this claim only; may be given several times.", valueName: "id"))
  var claimNames: [String] = []

  @Option(help: "How much simulation to spend.")
  var preset: Preset = .standard

  @Option(help: ArgumentHelp("The directory to write; an earlier run there is replaced.", valueName: "dir"))
  var output = "out"

  @Flag(help: "Leave with code 1 if a verdict differs from the one in the lock.")
  var strict = false

  @Option(
    help: ArgumentHelp(
      "The lock of the specifications (default: claims.lock if there is one).", valueName: "file"))
  var lock: String?

  @Option(
    help: ArgumentHelp(
      "A log of rollouts to ask the claims of; may be given several times; '-' is standard input.",
      valueName: "file"))
  var rollouts: [String] = []

  @Option(
    help: ArgumentHelp(
      "The tokens of the vocabulary of --rollouts, where known: it bounds entropies and score norms.",
      valueName: "K"))
  var vocabulary: Int?

  @OptionGroup var options: GlobalOptions

  func run() async throws {
    let claims = try checkOptions()
    let lock = try LockFile.read(lock)
    if strict, lock == nil {
      throw CommandFailure(
        .inputMissing,
        "--strict compares with a lock, and there is no '\(LockFile.defaultName)' here; give --lock")
    }

    let interruption = Interruption()
    let tokens = try realTokens()
    let directory = try OutputDirectory(output, kind: .verify, interruption)
    // Does nothing once committed.
    defer { directory.discard() }
    let outcomes = try examine(claims, lock: lock, tokens, interruption)
    let threads = options.threadCount()
    var writer = RunWriter(
      outcomes: outcomes,
      run: RunInformation(seed: options.seed, preset: preset, tool: .current(version: ToolVersion.current)))
    await writer.drawPlots(threads: threads) { interruption.isRequested }
    try interruption.throwIfRequested()
    try directory.commit(try writer.files())
    try summarise(writer, directory)
    if strict, let lock { try compare(outcomes, with: lock) }
  }

  /// The claims to examine, after all options were checked.
  private func checkOptions() throws(CommandFailure) -> [any Claim] {
    var errors = OptionErrors()
    options.check(&errors)
    let claims = ClaimSelection.select(claimNames, from: allClaims, &errors)
    errors.require(
      rollouts.count { $0 == "-" } <= 1,
      "The value '-' is given more than once for '--rollouts <file>': standard input can be read once.")
    if let vocabulary {
      errors.require(
        vocabulary >= 1,
        "The value '\(vocabulary)' is invalid for '--vocabulary <K>': it must be positive.")
      errors.require(!rollouts.isEmpty, "'--vocabulary' belongs to '--rollouts', which is not given.")
    }
    try errors.throwIfAny()
    return claims
  }

  /// The tokens of `--rollouts`; nil without the option, and where the logs have none.
  private func realTokens() throws(CommandFailure) -> RealTokens? {
    guard !rollouts.isEmpty else { return nil }
    do throws(InterchangeError) {
      let tokens = try RealTokens(paths: rollouts, vocabulary: vocabulary)
      for warning in tokens.warnings { StandardError.write("Warning: \(warning)\n") }
      return tokens
    } catch {
      throw CommandFailure(error)
    }
  }

  private func examine(
    _ claims: [any Claim], lock: ClaimLock?, _ tokens: RealTokens?, _ interruption: Interruption
  ) throws -> [ClaimOutcome] {
    let progress = ProgressLine()
    defer { progress.finish() }
    let quiet = options.quiet
    do {
      return try Verification.run(
        claims, seed: options.seed, preset: preset, threads: options.threadCount(), lock: lock,
        log: tokens?.log, missingLogField: tokens?.missingField, isCancelled: { interruption.isRequested },
        progress: { if !quiet { progress.show($0) } })
    } catch is CancellationError {
      progress.finish()
      try interruption.throwIfRequested()
      throw CommandFailure(.internal, "the examination stopped without being asked to")
    } catch {
      throw CommandFailure(.internal, "a claim could not be examined: \(error)")
    }
  }

  private func summarise(_ writer: RunWriter, _ directory: OutputDirectory) throws {
    StandardError.write(missingPlots: writer.missingPlots)
    if writer.nonFiniteCount > 0 {
      StandardError.write(
        "Warning: \(writer.nonFiniteCount) cells of the tables had no finite value and are empty\n")
    }
    if options.json {
      try StandardOutput.write(writer.verdictsText)
    } else if !options.quiet {
      try StandardOutput.write(VerdictTable.text(writer.outcomes))
      try StandardOutput.write("\nReport: \(output)/\(VerificationReport.fileName)\n")
    }
  }

  /// Leaves with code 1 if a verdict is not the recorded one; claims without a recorded verdict are named and pass.
  private func compare(_ outcomes: [ClaimOutcome], with lock: ClaimLock) throws {
    var changes: [String] = []
    for outcome in outcomes {
      let id = outcome.specification.id
      guard let recorded = lock.entries.first(where: { $0.id == id })?.verdict else {
        StandardError.write("Warning: the lock records no verdict of '\(id)'\n")
        continue
      }
      if recorded != outcome.verdict {
        changes.append("\(id) is \(outcome.verdict.rawValue), the lock has \(recorded.rawValue)")
      }
    }
    if !changes.isEmpty { throw CommandFailure(.strictVerdictChange, changes.joined(separator: "\n       ")) }
  }
}
