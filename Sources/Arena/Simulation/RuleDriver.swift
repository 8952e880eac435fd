import Allocation
import Foundation
import Statistics

/// Drives a rollout rule through the steps of a simulated training run.
///
/// The random numbers of a round belong to (seed, world, prompt, visit, round): rules that visit a prompt as often meet the same luck there. A prompt that comes twice in one step, where a pass over the pool ends, is visited twice.
struct RuleDriver {
  /// Prompts m of a step, and mean rollouts n of a prompt.
  struct Setting: Sendable, Hashable {
    var promptsPerStep: Int
    var rolloutsPerPrompt: Int
    var bounds: AllocationBounds
  }

  let setting: Setting
  var rule: RolloutRule
  /// Whether the rule is shown the true success probabilities and moments in the place of counts.
  let knowsTruth: Bool
  /// What came back of the last step.
  private(set) var outcomes: [GroupOutcome] = []
  private var order: CandidateOrder
  /// Groups of former steps that wait to be trained on, as they were drawn: their part of the gradient is that of the policy that drew them, without the ratio that a trainer corrects it by.
  private var waiting = StepBatch()
  /// How often each prompt came in the present batch.
  private var met: [Int32]
  /// One more than each prompt's place in the step's gradient; 0 where it has none.
  private var placed: [Int32]
  private let key: UInt64
  private var selection: RandomStream

  init(
    _ contender: Contender, world: ArenaWorld, setting: Setting, seed: UInt64, replicate: Int = 0
  ) {
    precondition(setting.promptsPerStep > 0 && setting.rolloutsPerPrompt > 0, "\(setting)")
    rule = contender.rule
    knowsTruth = contender.knowsTruth
    self.setting = setting
    order = CandidateOrder(
      count: world.count, world: replicate == 0 ? world.name : "\(world.name)/\(replicate)", seed: seed)
    met = [Int32](repeating: 0, count: world.count)
    placed = met
    var keys = RandomStream(StreamKey(seed: seed, claim: "arena/rollouts/\(world.name)").replicate(replicate))
    key = keys.next()
    selection = RandomStream(
      StreamKey(seed: seed, claim: "arena/selection/\(world.name)").replicate(replicate))
  }

  /// A step's gradient and cost; the parameters stay as they are, what is known of prompts is brought up to date.
  mutating func step(_ state: inout ArenaState) throws(AllocationError) -> (ArenaGradient, StepCost) {
    var gradient = ArenaGradient()
    var cost = StepCost()
    var outcomes: [GroupOutcome] = []
    var missing = setting.promptsPerStep
    missing -= addWaiting(missing, to: &gradient, &cost)
    var batches = 0
    while missing > 0 && batches < max(1, rule.sampler.maximumBatches) {
      let batch = try draw(missing: missing, isFirst: batches == 0, so: cost, state: &state)
      cost += batch.cost
      let trained = trained(batch, count: missing)
      add(trained, of: batch, to: &gradient, &cost)
      learn(batch, trained: trained, state: &state, &outcomes)
      missing -= trained.count
      batches += 1
    }
    // The mean over the groups that are trained on, whose number is known only now.
    let share = 1 / Double(max(1, cost.trainedGroups))
    for place in gradient.values.indices { gradient.values[place] *= share }
    for prompt in gradient.prompts { placed[prompt] = 0 }
    gradient.across *= share * share
    self.outcomes = outcomes
    rule.observe(outcomes)
    return (gradient, cost)
  }

  /// The groups that wait.
  var waitingCount: Int { waiting.staged.count }

  /// Whether enough groups wait for a whole step, which costs nothing.
  var hasPaidStep: Bool { waitingCount >= setting.promptsPerStep }

  /// The groups of `batch` that are trained on now; what is over waits where the rule keeps it.
  private mutating func trained(_ batch: StepBatch, count: Int) -> [TrainedGroup] {
    let keeps = rule.sampler.keepsSurplus
    let ready = rule.sampler.training(batch.staged, count: keeps ? batch.staged.count : count)
    precondition(keeps || ready.count <= count, "\(ready.count) trained groups, \(count) wanted")
    // A head start or an abort belongs to its step, as in the trainer.
    for group in ready.dropFirst(count)
    where rule.abort == nil && batch.drawn[group.group].start == .beginning {
      waiting.staged.append(batch.staged[group.group])
      waiting.drawn.append(batch.drawn[group.group])
    }
    return Array(ready.prefix(count))
  }

  /// Adds the oldest groups that wait, at most `count`; they cost nothing now.
  private mutating func addWaiting(_ count: Int, to gradient: inout ArenaGradient, _ cost: inout StepCost)
    -> Int
  {
    guard !waiting.staged.isEmpty else { return 0 }
    var batch = StepBatch()
    batch.staged = Array(waiting.staged.prefix(count))
    batch.drawn = Array(waiting.drawn.prefix(count))
    waiting.staged.removeFirst(batch.staged.count)
    waiting.drawn.removeFirst(batch.drawn.count)
    let trained = rule.sampler.training(batch.staged, count: count)
    precondition(
      trained.count == batch.staged.count, "\(trained.count) of \(batch.staged.count) that waited are fit")
    add(trained, of: batch, to: &gradient, &cost)
    return trained.count
  }

  /// Selects prompts and draws their rounds.
  private mutating func draw(missing: Int, isFirst: Bool, so cost: StepCost, state: inout ArenaState)
    throws(AllocationError) -> StepBatch
  {
    let dead = cost.groups > 0 ? Double(cost.deadGroups) / Double(cost.groups) : nil
    let size = rule.selector.batchSize(
      remaining: missing, count: setting.promptsPerStep, deadShare: isFirst ? nil : dead)
    let count = max(1, size) * rule.sampler.promptsPerTrained
    let carried = isFirst ? Array(rule.starter.carriedOver().prefix(count)) : []
    var records = carried.map { state.record($0, knowsTruth: knowsTruth) }
    select(&records, count: count, state: &state)
    let starts = rule.starter.starts(records)
    var batch = StepBatch()
    batch.staged.reserveCapacity(records.count)
    batch.drawn.reserveCapacity(records.count)
    for (record, start) in zip(records, starts) {
      state.settle(record.prompt)
      batch.drawn.append(
        DrawnGroup(
          record, start: start, weight: record.weight, visit: record.visits + Int(met[record.prompt]),
          state: state))
      met[record.prompt] += 1
      batch.staged.append(StagedGroup(record))
    }
    try drawRounds(&batch, shared: state.world.shared)
    return batch
  }

  /// Adds selected prompts to `records` until there are `count`; a selector that leaves places free is offered further candidates, at most the pool once over.
  private mutating func select(_ records: inout [PromptRecord], count: Int, state: inout ArenaState) {
    var offered = 0
    while records.count < count, offered < state.world.count {
      let missing = count - records.count
      // No more than the pool: beyond it a candidate would only come again.
      let candidates = order.next(
        max(missing, min(missing * rule.selector.candidatesPerPrompt, state.world.count))
      ).map { state.record($0, knowsTruth: knowsTruth) }
      offered += candidates.count
      let places = rule.selector.select(candidates, count: missing, stream: &selection)
      for (place, weight) in zip(places, rule.selector.weights(places)) {
        records.append(candidates[place])
        records[records.count - 1].weight = weight
      }
    }
  }

  /// Draws round after round until the sampler asks for nothing more.
  private func drawRounds(_ batch: inout StepBatch, shared: ArenaWorld.Shared) throws(AllocationError) {
    guard !batch.staged.isEmpty else { return }
    let budget = batch.staged.count * setting.rolloutsPerPrompt
    let bounds = rule.bounds ?? setting.bounds
    var round = 0
    while true {
      let requests = try rule.sampler.requests(batch.staged, budget: budget, bounds: bounds)
      var asked = 0
      for (place, request) in requests.enumerated() where request > 0 {
        let successes = batch.drawn[place].draw(
          request, round: round, key: key, abort: rule.abort, shared: shared)
        batch.staged[place].rounds.append(PromptStatistics(successes: successes, samples: request))
        asked += request
      }
      guard asked > 0 else { break }
      batch.cost.rollouts += asked
      round += 1
      precondition(round < 10_000, "\(rule.name) never stops drawing")
    }
    for place in batch.staged.indices where batch.staged[place].samples > 0 {
      batch.cost.groups += 1
      batch.cost.tokens += batch.drawn[place].tokens
      if !batch.staged[place].isMixed { batch.cost.deadGroups += 1 }
    }
  }

  /// Adds the contributions of the groups that are trained on, weighted, without the share of their number.
  private mutating func add(
    _ trained: [TrainedGroup], of batch: StepBatch, to gradient: inout ArenaGradient, _ cost: inout StepCost
  ) {
    for group in trained {
      let part = batch.drawn[group.group].gradient(group, abort: rule.abort, key: key)
      let weight = batch.drawn[group.group].weight
      let prompt = batch.drawn[group.group].prompt
      if placed[prompt] > 0 {
        gradient.values[Int(placed[prompt]) - 1] += weight * part.along
      } else {
        gradient.prompts.append(prompt)
        gradient.values.append(weight * part.along)
        placed[prompt] = Int32(gradient.prompts.count)
      }
      gradient.across += weight * weight * part.across
      cost.useful += part.useful
    }
    cost.trainedGroups += trained.count
  }

  /// Brings the records up to date and says what came back.
  private mutating func learn(
    _ batch: StepBatch, trained: [TrainedGroup], state: inout ArenaState, _ outcomes: inout [GroupOutcome]
  ) {
    var isTrained = [Bool](repeating: false, count: batch.staged.count)
    for group in trained { isTrained[group.group] = true }
    for group in batch.drawn { met[group.prompt] = 0 }
    outcomes.reserveCapacity(outcomes.count + batch.staged.count)
    for place in batch.staged.indices {
      let (k, n) = (batch.staged[place].successes, batch.staged[place].samples)
      guard n > 0 else { continue }
      let i = batch.drawn[place].prompt
      batch.drawn[place].remember(successes: k, samples: n, &state.records[i], key: key)
      state.drawn[i] += n
      outcomes.append(
        GroupOutcome(
          prompt: i, successes: k, samples: n, tokens: batch.drawn[place].tokens,
          start: batch.drawn[place].start, isTrained: isTrained[place], weight: batch.drawn[place].weight))
    }
  }
}

/// The groups of one batch of a step.
struct StepBatch {
  /// What the rule sees.
  var staged: [StagedGroup] = []
  /// What the simulator knows beside it, group by group.
  var drawn: [DrawnGroup] = []
  /// What they cost.
  var cost = StepCost()
}
