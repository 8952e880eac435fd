import ArgumentParser
import Foundation
import Interchange
import Reporting

/// `allot audit`: what each allocation rule would have done to the gradient variance of logged rollouts.
struct AuditCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "audit",
    abstract: "Judge allocation rules on real rollouts.",
    discussion: """
      Reads rollout logs (JSON lines with prompt_id and reward; verl's dump with input, score, uid and acc; CSV with \
      prompt_id,reward[,step][,score_sqnorm]), Gram matrices of score vectors (JSON lines with gram) and prompt counts (CSV with \
      screen_samples,screen_successes). Files of one call belong together and are told apart by their fields, not their names.

      Prints, for each allocation rule, the total variance at the same budget relative to uniform. The counts that choose an \
      allocation never judge it: screening counts choose if every prompt has them, else one half of each prompt's rollouts \
      chooses and the other judges, in turn.

      Where rollouts have per-token arrays (entropy, with logprobs, sum_sq_probability and old_logprobs if there are any; also under \
      names of verl and TRL), it also prints what advantage modulation would do to the tokens, and entropy by position. Files are then \
      read twice: first for the extremes that factors are relative to, which are kept by prompt and step (200 bytes, and 8 for each \
      position of the longest response, up to 1024), then for the factors, of which histograms are kept. Memory does not grow with \
      the number of tokens, and lines may come in any order; standard input and pipes can be read once and give no factors.
      """)

  @Argument(help: ArgumentHelp("The logs to read; '-' is standard input.", valueName: "file"))
  var files: [String]

  @Option(
    help: ArgumentHelp(
      "Count rewards of at least this as successes (without it rewards must be 0 or 1).", valueName: "r"))
  var threshold: Double?

  @Option(help: ArgumentHelp("The largest share of damaged lines to pass over.", valueName: "share"))
  var maxBad = 0.001

  @Option(help: ArgumentHelp("Rollouts per prompt on average.", valueName: "n"))
  var budgetPerPrompt = 16

  @Option(
    help: ArgumentHelp(
      "The least rollouts of a prompt; with --max it replaces the three standard pairs of bounds.",
      valueName: "n"))
  var min: Int?

  @Option(help: ArgumentHelp("The most rollouts of a prompt (default with --min: no limit).", valueName: "n"))
  var max: Int?

  @Option(help: ArgumentHelp("Resamples of the bootstrap over prompts.", valueName: "n"))
  var resamples = 2000

  @Flag(help: "Pass over the per-token arrays.")
  var ignoreTokens = false

  @Option(
    help: ArgumentHelp(
      "Write tables, plots and a report into this directory, in one step; an earlier audit there is replaced.",
      valueName: "dir"))
  var output: String?

  @OptionGroup var global: GlobalOptions

  func run() async throws {
    try checkOptions()
    // The target is checked before the work: a run of hours must not end in a refusal.
    let interruption = output == nil ? nil : Interruption()
    let directory = try interruption.flatMap { interruption in
      try output.map { try OutputDirectory($0, kind: .audit, interruption) }
    }
    // Does nothing once committed.
    defer { directory?.discard() }
    let result = try audit()
    if let directory, let interruption { try await write(result, to: directory, interruption) }
    if global.json {
      try StandardOutput.write(result.json.text(pretty: true) + "\n")
    } else if !global.quiet {
      try StandardOutput.write(result.summary)
    }
  }

  private func write(_ result: AuditResult, to directory: OutputDirectory, _ interruption: Interruption)
    async throws
  {
    let plots = await PlotRenderer.draw(
      AuditPlots.planned(for: result.tables), threads: global.threadCount(),
      isCancelled: { interruption.isRequested })
    StandardError.write(missingPlots: plots.missing)
    try directory.commit(AuditReport(result: result, plots: plots).files)
  }

  /// Reads the files and computes the audit.
  func audit() throws -> AuditResult {
    let log: AuditLog
    let tokens: TokenAudit?
    do throws(InterchangeError) {
      let rule = SuccessRule(threshold: threshold)
      log = try AuditLog(paths: files, rule: rule, allowedDamage: maxBad, readsTokens: !ignoreTokens)
      tokens = try TokenAudit(log, paths: files, rule: rule)
    } catch {
      throw CommandFailure(error)
    }
    var result = try Audit.result(of: log, settings)
    result.tokens = tokens
    return result
  }

  /// The settings that the options give.
  var settings: AuditSettings {
    var settings = AuditSettings()
    settings.budgetPerPrompt = budgetPerPrompt
    settings.bounds =
      min == nil && max == nil
      ? RolloutBounds.standard(budgetPerPrompt: budgetPerPrompt)
      : [RolloutBounds(minimum: min ?? 1, maximum: max)]
    settings.resamples = resamples
    settings.seed = global.seed
    settings.threads = global.threadCount()
    return settings
  }

  private func checkOptions() throws {
    var errors = OptionErrors()
    global.check(&errors)
    if let threshold {
      errors.require(
        threshold.isFinite,
        "The value '\(threshold)' is invalid for '--threshold <r>': it must be a finite number.")
    }
    errors.require(
      (0...1).contains(maxBad),
      "The value '\(maxBad)' is invalid for '--max-bad <share>': it must lie in 0...1.")
    errors.require(
      (1...1_000_000).contains(budgetPerPrompt),
      "The value '\(budgetPerPrompt)' is invalid for '--budget-per-prompt <n>': it must lie in 1...1000000.")
    if let min {
      errors.require(
        (0...Swift.max(0, budgetPerPrompt)).contains(min),
        "The value '\(min)' is invalid for '--min <n>': it must lie in 0...\(budgetPerPrompt), the budget per prompt."
      )
    }
    if let max {
      errors.require(
        max >= budgetPerPrompt,
        "The value '\(max)' is invalid for '--max <n>': it must be at least \(budgetPerPrompt), the budget per prompt."
      )
    }
    errors.require(
      (2000...1_000_000).contains(resamples),
      "The value '\(resamples)' is invalid for '--resamples <n>': it must lie in 2000...1000000.")
    errors.require(
      files.count { $0 == "-" } <= 1,
      "The argument '-' is given more than once: standard input can be read once.")
    try errors.throwIfAny()
  }
}

extension CommandFailure {
  /// The failure that bad or missing input data ends a command with.
  init(_ error: InterchangeError) {
    switch error {
    case .missing, .unreadable: self.init(.inputMissing, error.description)
    case .unwritable: self.init(.cannotCreate, error.description)
    case .tooManyDamaged:
      self.init(.inputData, error.description + "\n  (raise the allowed share with --max-bad <share>)")
    default: self.init(.inputData, error.description)
    }
  }
}
