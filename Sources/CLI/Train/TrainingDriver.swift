import Foundation
import Interchange
import Reporting
import Statistics
import Training

/// Drives a run from step to step and keeps its directory: what `allot train` and `allot compare` have in common.
///
/// After every checkpoint the directory can be taken up again with the same results, bit for bit, whatever killed the process in between.
struct TrainingDriver {
  /// A point of the run at which its model is evaluated in full.
  struct Milestone: Sendable, Hashable {
    /// The evaluation's file in the run's directory, without its extension.
    var name: String
    /// Reached once so many rollouts were drawn; nil for no such condition.
    var rollouts: Int?
    /// Reached once so many response tokens were drawn; nil for no such condition.
    var tokens: Int?

    /// Whether `state` is at or past it: as much was drawn, and has had its turn in steps of so many prompts.
    func isReached(_ state: TrainingState, promptsPerStep: Int) -> Bool {
      let settled = state.settled(promptsPerStep: promptsPerStep)
      return (rollouts.map { settled.rollouts >= $0 } ?? true)
        && (tokens.map { settled.tokens >= $0 } ?? true)
    }
  }

  var configuration: RunConfiguration
  var preparation: RunPreparation
  var directory: String
  var threads: Int
  /// With milestones a run ends when all of them are reached, whatever its number of steps.
  var milestones: [Milestone]
  /// Whether work should stop; polled between steps.
  var isInterrupted: @Sendable () -> Bool = { false }
  /// Hears of every event.
  var report: (TrainingProgress) -> Void = { _ in }
  /// Hears of what a user should know.
  var warn: (String) -> Void = { _ in }

  /// What the run's checkpoints and evaluations are marked with.
  let digest: String

  /// A driver of the run in `directory`.
  init(
    configuration: RunConfiguration, preparation: RunPreparation, directory: String, threads: Int,
    milestones: [Milestone] = []
  ) {
    self.configuration = configuration
    self.preparation = preparation
    self.directory = directory
    self.threads = threads
    self.milestones = milestones
    digest = RunIdentity.digest(configuration, preparation.tasks)
  }

  /// Runs to the end, from the last good checkpoint where `resumes`; returns the last evaluation.
  func run(resumes: Bool) throws -> [SplitResult] {
    let start = try beginning(resumes: resumes)
    let run = start.run
    let files = start.files
    var clock = RunClock()
    // Time left is told from the steps of this call alone: neither the warm-up nor an earlier call's steps cost it.
    var stepClock: (clock: RunClock, done: Double)?
    while !isFinished(run) {
      if isInterrupted() {
        try checkpoint(run, files)
        throw CommandFailure(
          .interrupted,
          "interrupted after step \(run.state.step); `--resume` goes on from there")
      }
      if run.state.isWarm, stepClock == nil { stepClock = (RunClock(), progress(run)) }
      _ = clock.lap()
      switch try advance(run) {
      case .warmUp(let record):
        try reporting { () throws(ReportingError) in try files.append(record) }
        report(.warmUp(record, limit: configuration.warmUpSteps, seconds: clock.seconds))
        if record.isLast, !record.reachedTarget {
          warn(
            "the warm-up ended after \(record.step) steps at a pass rate of \(EvaluationText.short(record.passRate)) with \(EvaluationText.short(record.mixedShare)) of prompts mixed, below warm_up_target \(configuration.warmUpTarget) or warm_up_spread \(configuration.warmUpSpread)"
          )
        }
        try checkpoint(run, files)
      case .step(var record, let judged):
        let seconds = clock.lap()
        try complete(&record, judged, run, files, start.diagnostics)
        try reporting { () throws(ReportingError) in
          try files.append(record)
          try files.appendTiming(
            step: record.step, seconds: seconds, tokensPerSecond: Double(judged.drawnTokens) / seconds)
        }
        for milestone in milestones
        where milestone.isReached(run.state, promptsPerStep: configuration.promptsPerStep) {
          try evaluateOnce(milestone.name, run, files)
        }
        report(
          .step(
            record, left: timeLeft(stepClock, progress(run)), seconds: clock.seconds,
            tokensPerSecond: Double(judged.drawnTokens) / seconds))
        if record.step % configuration.checkpointInterval == 0 { try checkpoint(run, files) }
      }
    }
    try checkpoint(run, files)
    if files.nonFiniteCount > 0 {
      warn("\(files.nonFiniteCount) metrics had no finite value and are null or empty")
    }
    return milestones.isEmpty ? try evaluateOnce("evaluation", run, files) : []
  }

  // MARK: Beginning

  private struct Beginning {
    var run: TrainingRun
    var files: TrainingDirectory
    var diagnostics: ScoreDiagnostics?
  }

  /// Seconds until the end, if the steps to come cost what those since `start` did; nil before one was made.
  private func timeLeft(_ start: (clock: RunClock, done: Double)?, _ done: Double) -> Double? {
    guard let start, done > start.done else { return nil }
    return start.clock.seconds / (done - start.done) * (1 - done)
  }

  private func beginning(resumes: Bool) throws -> Beginning {
    var lengths: [String: Int] = [:]
    var state: TrainingState?
    if resumes, let contents = try lastGoodCheckpoint() {
      if let lost = milestones.first(where: {
        $0.isReached(contents.state, promptsPerStep: configuration.promptsPerStep)
          && evaluation($0.name) == nil
      }) {
        // The model of that moment is gone: evaluating a later one would not be at an equal budget.
        warn("'\(lost.name).json' is lost and its moment has passed: the run begins again")
        for name in TrainingDirectory.checkpointNames(directory) {
          try? FileManager.default.removeItem(atPath: directory + "/checkpoints/" + name)
        }
      } else {
        lengths = contents.lengths
        state = contents.state
      }
    }
    let run = try training { () throws(TrainingError) in
      try TrainingRun(
        configuration: configuration, tasks: preparation.tasks, shape: preparation.shape,
        parameters: preparation.parameters, isWarm: preparation.isWarm, state: state)
    }
    let files = try reporting { () throws(ReportingError) in
      try TrainingDirectory(path: directory, columns: columns, lengths: lengths)
    }
    files.removeLeftovers(after: run.state.step)
    let diagnostics = configuration.diagnosticsInterval > 0 ? ScoreDiagnostics(preparation.shape) : nil
    return Beginning(run: run, files: files, diagnostics: diagnostics)
  }

  /// Whether the run has a rollout rule.
  private var isRuled: Bool {
    (try? Method.resolved(configuration.method, overrides: configuration.overrides))?.rolloutRule != nil
  }

  private var columns: [String] {
    LogStage.names + (isRuled ? LogStage.ruledNames : [])
      + EvaluationMetrics.names(preparation.tasks, samples: configuration.evaluationSamples)
      + (configuration.diagnosticsInterval > 0 ? MeasuredVariance.metricNames : [])
  }

  // MARK: One step

  private func advance(_ run: TrainingRun) throws -> TrainingRun.Event {
    try training { () throws(TrainingError) in try run.advance(threads: threads) }
  }

  private func isFinished(_ run: TrainingRun) -> Bool {
    guard !milestones.isEmpty else { return run.isFinished }
    return run.state.isWarm
      && milestones.allSatisfy { $0.isReached(run.state, promptsPerStep: configuration.promptsPerStep) }
  }

  /// The share of the run that is done, by its number of steps or by the budget that is nearest to its end.
  private func progress(_ run: TrainingRun) -> Double {
    let state = run.state
    func share(_ done: Int, _ all: Int) -> Double { all > 0 ? Double(done) / Double(all) : 0 }
    if !milestones.isEmpty {
      return milestones.map {
        min(
          $0.rollouts.map { share(state.rollouts, $0) } ?? 1, $0.tokens.map { share(state.tokens, $0) } ?? 1)
      }.min() ?? 1
    }
    return max(
      share(state.step, configuration.steps), share(state.rollouts, configuration.rolloutBudget),
      share(state.tokens, configuration.tokenBudget))
  }

  /// Adds evaluations and measurements that are due, and writes dumps.
  private func complete(
    _ record: inout StepRecord, _ judged: JudgedRollouts, _ run: TrainingRun, _ files: TrainingDirectory,
    _ diagnostics: ScoreDiagnostics?
  ) throws {
    let step = record.step
    func isDue(_ interval: Int) -> Bool { interval > 0 && step % interval == 0 }
    if isDue(configuration.evaluationInterval) {
      let results = try training { () throws(TrainingError) in
        try run.evaluator.counts(
          parameters: run.state.parameters, problems: configuration.evaluationProblems,
          samples: configuration.evaluationSamples, sampler: run.sampler, threads: threads)
      }
      record.metrics += EvaluationMetrics.metrics(results, samples: configuration.evaluationSamples)
    }
    if isDue(configuration.diagnosticsInterval), let diagnostics {
      let scores = try training { () throws(TrainingError) in try diagnostics.measure(run, threads: threads) }
      let rows = MeasuredVariance.rows(scores, step: step, tasks: run.tasks)
      record.metrics += MeasuredVariance.metrics(rows)
      try reporting { () throws(ReportingError) in
        try files.append(rows)
        try files.write(RolloutDump.text(scores, step: step, tasks: run.tasks), to: "gram/\(step).jsonl")
      }
    }
    if isDue(configuration.dumpInterval) {
      try reporting { () throws(ReportingError) in
        try files.write(RolloutDump.text(judged, step: step, tasks: run.tasks), to: "rollouts/\(step).jsonl")
      }
    }
  }

  /// The full evaluation under a name, unless an earlier part of this run has made it.
  @discardableResult
  private func evaluateOnce(_ name: String, _ run: TrainingRun, _ files: TrainingDirectory) throws
    -> [SplitResult]
  {
    if let present = evaluation(name) { return present }
    let results = try training { () throws(TrainingError) in
      try run.evaluator.counts(
        parameters: run.state.parameters, problems: configuration.finalProblems,
        samples: configuration.finalSamples, sampler: run.sampler, threads: threads)
    }
    let document = EvaluationDocument.json(
      results, ks: [1, 32], seed: configuration.seed,
      extra: [
        ("configuration_sha256", .string(digest)), ("maker", .string(RunIdentity.maker)),
        ("step", .integer(run.state.step)),
        ("rollouts", .integer(run.state.rollouts)), ("tokens", .integer(run.state.tokens)),
      ])
    try reporting { () throws(ReportingError) in
      try files.write(document.text(pretty: true) + "\n", to: "\(name).json")
    }
    return results
  }

  /// An evaluation of this run under a name; nil where there is none.
  private func evaluation(_ name: String) -> [SplitResult]? {
    ComparisonResults.evaluation(directory, name, digest: digest)?.results
  }

  private func checkpoint(_ run: TrainingRun, _ files: TrainingDirectory) throws {
    // A step that has its checkpoint keeps it: replacing a good one by an equal one could only lose it.
    let name = TrainingDirectory.checkpointName(
      warmUpStep: run.state.warmUpStep, step: run.state.step, isWarm: run.state.isWarm)
    if files.hasWritten(checkpoint: name) { return }
    try reporting { () throws(ReportingError) in
      try files.write(
        Checkpoint.Contents(
          state: run.state, shape: run.shape, vocabulary: run.tasks.vocabulary, lengths: try files.lengths(),
          configuration: digest), kept: configuration.checkpointsKept)
    }
  }

  // MARK: Errors

  func reporting<Value>(_ body: () throws(ReportingError) -> Value) throws(CommandFailure) -> Value {
    do throws(ReportingError) { return try body() } catch { throw CommandFailure(error) }
  }

  func training<Value>(_ body: () throws(TrainingError) -> Value) throws(CommandFailure) -> Value {
    do throws(TrainingError) { return try body() } catch { throw CommandFailure(error) }
  }
}
