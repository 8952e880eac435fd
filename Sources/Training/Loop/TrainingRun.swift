import Allocation
import Statistics

/// A run: the state, and what turns it from one step to the next.
///
/// Reading and writing files is not its business; whoever drives it takes the records and the state.
public final class TrainingRun {
  /// What a call of `advance` did.
  public enum Event: Sendable {
    /// A supervised step, or several up to a probe: the loss of the last, and the pass rates of the probe where one was due.
    case warmUp(WarmUpRecord)
    /// A step of reinforcement.
    case step(StepRecord, JudgedRollouts)
  }

  /// The configuration as resolved.
  public let configuration: RunConfiguration
  /// The method with its overrides.
  public let method: Method
  /// The tasks.
  public let tasks: TaskSet
  /// The shape of the model.
  public let shape: ModelConfiguration
  /// Everything that changes.
  public private(set) var state: TrainingState
  /// The sampler, for evaluations between steps.
  public let sampler: Sampler

  private let trainer: TransformerTrainer
  private let warmUp: WarmUp
  private let rolloutStage: RolloutStage
  private var ruleStage: RuleStage { RuleStage(plain: rolloutStage) }

  /// A run from `state`, or from its beginning with `parameters` or random weights.
  ///
  /// `rule` stands in the place of the method's rollout rule; by default it is the one that the method names. Throws where the configuration contradicts itself.
  public init(
    configuration: RunConfiguration, tasks: TaskSet, shape: ModelConfiguration, parameters: [Float]? = nil,
    isWarm: Bool = false, state: TrainingState? = nil, rule: RolloutRule? = nil
  ) throws(TrainingError) {
    self.configuration = configuration
    self.tasks = tasks
    self.shape = shape
    method = try Method.resolved(configuration.method, overrides: configuration.overrides)
    try configuration.check(method: method, tasks: tasks, shape: shape)
    sampler = Sampler(configuration: shape)
    trainer = TransformerTrainer(configuration: shape)
    warmUp = WarmUp(configuration: configuration, tasks: tasks)
    var promptTokens: [[Int32]] = []
    for problem in tasks.pool { promptTokens.append(try tasks.vocabulary.encodePrompt(problem.prompt)) }
    rolloutStage = RolloutStage(
      method: method, configuration: configuration, vocabulary: tasks.vocabulary, pool: tasks.pool,
      promptTokens: promptTokens, verifier: tasks.verifier, settings: configuration.sampling(tasks),
      order: PromptOrder(
        seed: configuration.seed, poolSize: tasks.pool.count, batchSize: configuration.promptsPerStep))
    let named = try configuration.rolloutRule(method, tasks: tasks)
    let rule = try rule.map { rule throws(TrainingError) in try rule.over(tasks) } ?? named
    if let state {
      guard state.rule?.rule.name == rule?.name else {
        throw .invalid(
          name: "the state's rollout rule", value: "'\(state.rule?.rule.name ?? "none")'",
          allowed: "be '\(rule?.name ?? "none")'")
      }
      self.state = state
    } else {
      let weights =
        try parameters.map { parameters throws(TrainingError) in
          try Transformer(configuration: shape, parameters: parameters)
        } ?? Transformer(configuration: shape, seed: configuration.seed)
      self.state = TrainingState(
        parameters: weights.parameters, optimiser: configuration.optimiser(shape, isWarmUp: true),
        history: PromptHistory(
          promptCount: tasks.pool.count, decay: method.decay, refresh: method.refresh))
      self.state.rule = rule.map {
        RuleState(
          rule: $0, promptCount: tasks.pool.count, maximumLength: configuration.maximumTokens)
      }
      if isWarm || configuration.warmUpSteps == 0 { endWarmUp() }
    }
  }

  /// Whether nothing is left to do.
  public var isFinished: Bool {
    guard state.isWarm else { return false }
    if state.step >= configuration.steps { return true }
    let settled = state.settled(promptsPerStep: configuration.promptsPerStep)
    if configuration.rolloutBudget > 0, settled.rollouts >= configuration.rolloutBudget { return true }
    if configuration.tokenBudget > 0, settled.tokens >= configuration.tokenBudget { return true }
    return false
  }

  /// An evaluator of the splits with the run's sampling settings.
  public var evaluator: Evaluator {
    Evaluator(tasks: tasks, settings: configuration.sampling(tasks), seed: configuration.seed)
  }

  /// The next supervised steps up to a probe, or the next step of reinforcement.
  ///
  /// The state changes only as a whole: where an error is thrown it is as it was. A finished run may go on: budgets are the caller's to heed.
  public func advance(threads: Int) throws(TrainingError) -> Event {
    return state.isWarm ? try reinforce(threads: threads) : .warmUp(try supervise(threads: threads))
  }

  private func supervise(threads: Int) throws(TrainingError) -> WarmUpRecord {
    var next = state
    var loss = 0.0
    var count = 0
    repeat {
      loss += try warmUp.step(&next, trainer: trainer, threads: threads).loss
      count += 1
    } while !warmUp.isProbeDue(step: next.warmUpStep)
    let rates = try evaluator.poolRates(
      parameters: next.parameters, problems: WarmUp.probeProblems, samples: WarmUp.probeSamples,
      sampler: sampler, threads: threads)
    state = next
    let moments = Moments(rates)
    let mixed = Double(rates.count { $0 > 0 && $0 < 1 }) / Double(rates.count)
    let reached = warmUp.reachesTarget(passRate: moments.mean, mixedShare: mixed)
    if reached || state.warmUpStep >= configuration.warmUpSteps { endWarmUp() }
    return WarmUpRecord(
      step: next.warmUpStep, loss: loss / Double(count), passRate: moments.mean,
      passRateDeviation: moments.populationVariance.squareRoot(),
      mixedShare: mixed, isLast: state.isWarm,
      reachedTarget: reached)
  }

  private func endWarmUp() {
    state.isWarm = true
    state.optimiser = configuration.optimiser(shape, isWarmUp: false)
    if method.klPenalty != nil { state.reference = state.parameters }
  }

  private func reinforce(threads: Int) throws(TrainingError) -> Event {
    var next = state
    let judged: JudgedRollouts
    if state.rule != nil {
      let ruled = try ruleStage.judged(
        step: state.step, state: state, sampler: sampler, trainer: trainer, threads: threads)
      judged = ruled.judged
      next.rule = ruled.rule
    } else {
      judged = try rolloutStage.judged(
        step: state.step, state: state, sampler: sampler, threads: threads)
    }
    let outcome = try UpdateStage(method: method, configuration: configuration).run(
      judged, state: &next, trainer: trainer, threads: threads)
    remember(judged, in: &next)
    if var rule = next.rule {
      ruleStage.remember(judged, advantages: outcome.advantages, in: &rule)
      next.rule = rule
    }
    next.step += 1
    next.rollouts += judged.drawnRollouts
    next.tokens += judged.drawnTokens
    state = next
    return .step(LogStage.record(judged, outcome, state: next, configuration: configuration), judged)
  }

  /// Credits the step's rollouts to the prompts' history.
  private func remember(_ judged: JudgedRollouts, in next: inout TrainingState) {
    for tally in judged.tallies {
      next.history.add(
        prompt: tally.prompt, successes: tally.successes, samples: tally.samples,
        squaredScores: tally.squaredScores)
    }
    let order = rolloutStage.order
    let last = next.batchesTaken + judged.batchesTaken - 1
    let ends = judged.ruled?.endsEpoch ?? (next.batchesTaken...last).contains { order.endsEpoch($0) }
    next.batchesTaken = last + 1
    next.history.endStep(endsEpoch: ends)
  }
}
