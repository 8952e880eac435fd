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
    /// What watches its rollouts; nil where none is given up.
    var watch: RolloutWatch?

    init(_ record: PromptRecord, start: TrajectoryStart, prompt: [Int32], replayed: ArraySlice<Int32>) {
      staged = StagedGroup(record)
      drawn = DrawnGroup(prompt: record.prompt, start: start, replayedTokens: replayed.count)
      drawn.weight = record.weight
      tokens = prompt + replayed
    }
  }

  /// Everything drawn in a step so far.
  struct Draws {
    var groups: [Group] = []
    var batch = RolloutBatch(prompts: [])
    var rewards: [Double] = []
    var fates: [EarlyAbort.Fate] = []
    /// Of these the rollouts that waited, the first ones.
    var stale = 0
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
    var trained = resumed(&ruleState, count: count, &draws)
    var taken = 0
    var endsEpoch = false
    while trained.count < count && taken < most {
      let first = draws.groups.count
      let missing = count - trained.count
      let before = ruleState.cursor
      let prompts = try prompts(
        step: step, attempt: taken, missing: missing, draws, state, &ruleState, trainer: trainer,
        threads: threads)
      let isNew = ruleState.cursor.pass > before.pass && !before.isAtEnd(of: plain.order)
      endsEpoch = endsEpoch || isNew || ruleState.cursor.isAtEnd(of: plain.order)
      try draw(
        prompts, step: step, attempt: taken, &draws, ruleState, state, sampler: sampler, threads: threads)
      trained += trainedGroups(first, count: missing, draws, &ruleState)
      taken += 1
    }
    var result = assembled(trained, draws, state: state, ruleState, trainer: trainer, threads: threads)
    result.batchesTaken = taken
    result.ruled?.endsEpoch = endsEpoch
    return (result, ruleState)
  }

  /// The records of the prompts that the next batch takes, those that are carried over first.
  ///
  /// A selector that leaves places free is shown further candidates, as many as the pool has at most: what it skips costs nothing.
  private func prompts(
    step: Int, attempt: Int, missing: Int, _ draws: Draws, _ state: TrainingState,
    _ ruleState: inout RuleState, trainer: TransformerTrainer, threads: Int
  ) throws(TrainingError) -> [PromptRecord] {
    let fresh = draws.groups.filter { !$0.drawn.isStale }
    let dead = fresh.count { !$0.staged.isMixed }
    let share = fresh.isEmpty ? nil : Double(dead) / Double(fresh.count)
    let size = ruleState.rule.selector.batchSize(
      remaining: missing, count: configuration.promptsPerStep, deadShare: share)
    let wanted = max(1, size) * ruleState.rule.sampler.promptsPerTrained
    var carried: [Int] = []
    if attempt == 0 {
      for prompt in ruleState.rule.starter.carriedOver() where carried.count < wanted {
        if !carried.contains(prompt) { carried.append(prompt) }
      }
    }
    var chosen = try records(carried, state, ruleState, trainer: trainer, threads: threads)
    var stream = RandomStream(
      StreamKey(seed: configuration.seed, claim: "rule-selection/\(step)", designPoint: UInt64(attempt)))
    var seen = 0
    while chosen.count < wanted, seen < plain.order.poolSize {
      let rest = wanted - chosen.count
      let candidates = ruleState.cursor.next(
        rest * ruleState.rule.selector.candidatesPerPrompt, of: plain.order,
        excluding: Set(chosen.map(\.prompt)))
      if candidates.isEmpty { break }
      seen += candidates.count
      let offered = try records(candidates, state, ruleState, trainer: trainer, threads: threads)
      let places = ruleState.rule.selector.select(offered, count: rest, stream: &stream)
      precondition(
        places.count <= rest && Set(places).count == places.count
          && places.allSatisfy(offered.indices.contains), "\(places) of \(offered.count) candidates")
      for (place, weight) in zip(places, ruleState.rule.selector.weights(places)) {
        chosen.append(offered[place])
        chosen[chosen.count - 1].weight = weight
      }
    }
    return chosen
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
    if let abort = rule.abort, let landmarks = ruleState.landmarks {
      let watches = try RolloutWatch.each(
        records, abort: abort, landmarks: landmarks, maximumLength: plain.settings.maximumTokens)
      for (index, watch) in watches.enumerated() { draws.groups[first + index].watch = watch }
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
        requests, own, step: step, attempt: attempt, &draws, state, sampler: sampler, threads: threads)
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
