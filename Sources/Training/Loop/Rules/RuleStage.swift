import Allocation
import Statistics

/// Roll out and verify under a rollout rule: which prompts, how many responses in which rounds, from where, and which of them are trained on.
///
/// The stream of a response belongs to (step, batch, prompt, number of the response): drawing in rounds gives the responses of drawing at once, and a rule that asks for the same gets the same as any other method.
struct RuleStage {
  var plain: RolloutStage

  var method: Method { plain.method }
  var configuration: RunConfiguration { plain.configuration }

  /// A group while its rounds are drawn.
  struct Group {
    var staged: StagedGroup
    var drawn: DrawnGroup
    /// The tokens that each response goes on from: the prompt, and what is replayed.
    var tokens: [Int32]
    /// The places of its rollouts among those of the step, round by round.
    var rounds: [[Int]] = []

    init(_ record: PromptRecord, start: TrajectoryStart, prompt: [Int32], replayed: ArraySlice<Int32>) {
      staged = StagedGroup(record)
      drawn = DrawnGroup(prompt: record.prompt, start: start, replayedTokens: replayed.count)
      tokens = prompt + replayed
    }
  }

  /// Everything drawn in a step so far.
  struct Draws {
    var groups: [Group] = []
    var batch = RolloutBatch(prompts: [])
    var rewards: [Double] = []
    var weights: [Double] = []
  }

  /// The rollouts of step `step`, and the rule's state after its choice of prompts.
  ///
  /// Further batches of prompts are drawn until the sampler trains on m prompts or has taken its most batches; then whatever there is goes on.
  func judged(
    step: Int, state: TrainingState, sampler: Sampler, trainer: TransformerTrainer, threads: Int
  ) throws(TrainingError) -> (judged: JudgedRollouts, rule: RuleState) {
    guard var ruleState = state.rule else {
      throw .invalid(name: "the state", value: "without a rollout rule's", allowed: "have it")
    }
    let most = max(1, ruleState.rule.sampler.maximumBatches)
    let count = configuration.promptsPerStep
    var draws = Draws()
    var trained: [TrainedGroup] = []
    var taken = 0
    var endsEpoch = false
    for attempt in 0..<most {
      let prompts = try prompts(
        step: step, attempt: attempt, trained: trained.count, draws, state, &ruleState, trainer: trainer,
        threads: threads)
      taken += 1
      if ruleState.cursor.isAtEnd(of: plain.order) { endsEpoch = true }
      try draw(
        prompts, step: step, attempt: attempt, &draws, ruleState, state, sampler: sampler, threads: threads)
      trained = ruleState.rule.sampler.training(draws.groups.map(\.staged), count: count)
      if trained.count >= count { break }
    }
    precondition(
      trained.count <= count, "\(trained.count) groups are trained on, \(count) were asked for")
    var result = assembled(trained, draws, state: state, ruleState, trainer: trainer, threads: threads)
    result.batchesTaken = taken
    result.ruled?.endsEpoch = endsEpoch
    return (result, ruleState)
  }

  /// The records of the prompts that the next batch takes, those that are carried over first.
  private func prompts(
    step: Int, attempt: Int, trained: Int, _ draws: Draws, _ state: TrainingState,
    _ ruleState: inout RuleState, trainer: TransformerTrainer, threads: Int
  ) throws(TrainingError) -> [PromptRecord] {
    let count = configuration.promptsPerStep
    let selector = ruleState.rule.selector
    let dead = draws.groups.count { !$0.staged.isMixed }
    let share = draws.groups.isEmpty ? nil : Double(dead) / Double(draws.groups.count)
    let wanted =
      max(1, selector.batchSize(remaining: count - trained, count: count, deadShare: share))
      * ruleState.rule.sampler.promptsPerTrained
    let carried = attempt == 0 ? Array(ruleState.rule.starter.carriedOver().prefix(wanted)) : []
    let rest = wanted - carried.count
    let candidates = ruleState.cursor.next(
      rest * selector.candidatesPerPrompt, of: plain.order, excluding: Set(carried))
    let records = try records(
      carried + candidates, state, ruleState, trainer: trainer, threads: threads)
    let offered = Array(records.dropFirst(carried.count))
    var stream = RandomStream(
      StreamKey(
        seed: configuration.seed, claim: "rule-selection/\(step)", designPoint: UInt64(attempt)))
    let chosen = ruleState.rule.selector.select(offered, count: rest, stream: &stream)
    precondition(
      chosen.count <= max(0, rest) && Set(chosen).count == chosen.count
        && chosen.allSatisfy(offered.indices.contains), "\(chosen) of \(offered.count) candidates")
    return Array(records.prefix(carried.count)) + chosen.map { offered[$0] }
  }

  /// Draws rounds until none is asked for.
  private func draw(
    _ records: [PromptRecord], step: Int, attempt: Int, _ draws: inout Draws, _ ruleState: RuleState,
    _ state: TrainingState, sampler: Sampler, threads: Int
  ) throws(TrainingError) {
    let rule = ruleState.rule
    guard !records.isEmpty else { return }
    let first = draws.groups.count
    for (record, start) in zip(records, rule.starter.starts(records)) {
      draws.groups.append(
        Group(
          record, start: start, prompt: plain.promptTokens[record.prompt],
          replayed: replayed(start, of: record.prompt, ruleState)))
    }
    let own = first..<draws.groups.count
    let budget = own.count * configuration.rolloutsPerPrompt
    let bounds = method.limits(budget: budget, promptCount: own.count, own: rule.bounds)
    while true {
      let requests: [Int]
      do throws(AllocationError) {
        requests = try rule.sampler.requests(draws.groups[own].map(\.staged), budget: budget, bounds: bounds)
      } catch {
        throw .invalid(name: "rollout_rule", value: "'\(rule.name)'", allowed: "be possible: \(error)")
      }
      precondition(requests.count == own.count, "\(requests.count) requests for \(own.count) prompts")
      if requests.allSatisfy({ $0 == 0 }) { return }
      try round(
        requests, own, step: step, attempt: attempt, &draws, abort: rule.abort, state, sampler: sampler,
        threads: threads)
    }
  }

  /// The part of a stored response that a start replays.
  private func replayed(_ start: TrajectoryStart, of prompt: Int, _ ruleState: RuleState) -> ArraySlice<Int32>
  {
    let memory = ruleState.prompts[prompt]
    let stored: [Int32]?
    switch start {
    case .beginning: return []
    case .afterSuccess: stored = memory.successes.last
    case .afterFailure: stored = memory.failures.last
    }
    guard let stored else { preconditionFailure("prompt \(prompt) has no response for the start \(start)") }
    let count = ruleState.rule.starter.replayedTokens(start, length: stored.count)
    precondition((0..<stored.count).contains(count), "\(count) of \(stored.count) tokens are replayed")
    return stored.prefix(count)
  }
}
