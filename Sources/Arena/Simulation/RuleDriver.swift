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
  /// How often each prompt was drawn in the present step.
  private var met: [Int32]
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
    var keys = RandomStream(StreamKey(seed: seed, claim: "arena/rollouts/\(world.name)").replicate(replicate))
    key = keys.next()
    selection = RandomStream(
      StreamKey(seed: seed, claim: "arena/selection/\(world.name)").replicate(replicate))
  }

  /// A step's gradient and cost; the parameters stay as they are, what is known of prompts is brought up to date.
  mutating func step(_ state: inout ArenaState) throws(AllocationError) -> (ArenaGradient, StepCost) {
    var batch = StepBatch()
    var missing = setting.promptsPerStep
    var batches = 0
    repeat {
      let before = batch.groups.count
      try draw(&batch, missing: missing, isFirst: batches == 0, state: &state)
      let fresh = Array(batch.groups[before...])
      let trained = rule.sampler.training(fresh.map(\.staged), count: missing)
      precondition(trained.count <= missing, "\(trained.count) trained groups, \(missing) wanted")
      for var group in trained {
        group.group += before
        batch.trained.append(group)
      }
      missing -= trained.count
      batches += 1
    } while missing > 0 && batches < rule.sampler.maximumBatches
    let gradient = gradient(&batch, state: state)
    learn(batch, state: &state)
    return (gradient, batch.cost)
  }

  /// Selects prompts and draws their rounds.
  private mutating func draw(
    _ batch: inout StepBatch, missing: Int, isFirst: Bool, state: inout ArenaState
  ) throws(AllocationError) {
    let dead = batch.cost.groups > 0 ? Double(batch.cost.deadGroups) / Double(batch.cost.groups) : nil
    let size = rule.selector.batchSize(
      remaining: missing, count: setting.promptsPerStep, deadShare: isFirst ? nil : dead)
    let count = max(1, size) * rule.sampler.promptsPerTrained
    let carried = isFirst ? Array(rule.starter.carriedOver().prefix(count)) : []
    let candidates = order.next(max(0, count - carried.count) * rule.selector.candidatesPerPrompt)
    var chosen = carried
    var weights = carried.map { _ in 1.0 }
    if count > carried.count {
      let places = rule.selector.select(
        candidates.map { state.record($0, knowsTruth: knowsTruth) }, count: count - carried.count,
        stream: &selection)
      chosen += places.map { candidates[$0] }
      weights += rule.selector.weights(places)
    }
    var records = chosen.map { state.record($0, knowsTruth: knowsTruth) }
    for place in records.indices { records[place].weight = weights[place] }
    let starts = rule.starter.starts(records)
    for (place, i) in chosen.enumerated() {
      state.settle(i)
      batch.groups.append(
        DrawnGroup(
          staged: StagedGroup(records[place]), start: starts[place], weight: weights[place],
          probability: state.probability(i), visit: records[place].visits + Int(met[i]), world: state.world))
      met[i] += 1
    }
    try rounds(&batch, from: batch.groups.count - chosen.count, state: state)
  }

  /// Draws round after round for the groups from `first` on.
  private func rounds(_ batch: inout StepBatch, from first: Int, state: ArenaState) throws(AllocationError) {
    let count = batch.groups.count - first
    guard count > 0 else { return }
    let budget = count * setting.rolloutsPerPrompt
    let bounds = rule.bounds ?? setting.bounds
    var round = 0
    while true {
      let requests = try rule.sampler.requests(
        batch.groups[first...].map(\.staged), budget: budget, bounds: bounds)
      guard requests.contains(where: { $0 > 0 }) else { break }
      for (place, request) in requests.enumerated() where request > 0 {
        batch.groups[first + place].draw(
          request, round: round, key: key, abort: rule.abort, world: state.world)
      }
      round += 1
      precondition(round < 10_000, "\(rule.name) never stops drawing")
    }
    for group in batch.groups[first...] where group.staged.samples > 0 {
      batch.cost.groups += 1
      batch.cost.rollouts += group.staged.samples
      batch.cost.tokens += group.tokens
      if !group.staged.isMixed { batch.cost.deadGroups += 1 }
    }
  }

  /// The weighted mean over the trained groups.
  private func gradient(_ batch: inout StepBatch, state: ArenaState) -> ArenaGradient {
    var gradient = ArenaGradient()
    let share = 1 / Double(max(1, batch.trained.count))
    for trained in batch.trained {
      let group = batch.groups[trained.group]
      let part = group.gradient(trained, abort: rule.abort, key: key)
      let weight = share * group.weight
      let prompt = group.staged.record.prompt
      if met[prompt] > 1, let place = gradient.prompts.firstIndex(of: prompt) {
        gradient.values[place] += weight * part.along
      } else {
        gradient.prompts.append(prompt)
        gradient.values.append(weight * part.along)
      }
      gradient.across += weight * weight * part.across
      batch.cost.useful += part.useful
    }
    batch.cost.trainedGroups = batch.trained.count
    return gradient
  }

  /// Brings the records and the rule's memory up to date.
  private mutating func learn(_ batch: StepBatch, state: inout ArenaState) {
    var isTrained = [Bool](repeating: false, count: batch.groups.count)
    for trained in batch.trained { isTrained[trained.group] = true }
    for group in batch.groups { met[group.staged.record.prompt] = 0 }
    var outcomes: [GroupOutcome] = []
    outcomes.reserveCapacity(batch.groups.count)
    for (place, group) in batch.groups.enumerated() where group.staged.samples > 0 {
      let i = group.staged.record.prompt
      group.remember(&state.records[i], key: key)
      state.drawn[i] += group.staged.samples
      outcomes.append(
        GroupOutcome(
          prompt: i, successes: group.staged.successes, samples: group.staged.samples, tokens: group.tokens,
          start: group.start, isTrained: isTrained[place], weight: group.weight))
    }
    self.outcomes = outcomes
    rule.observe(outcomes)
  }
}

/// The groups of a step as they come in.
struct StepBatch {
  var groups: [DrawnGroup] = []
  var trained: [TrainedGroup] = []
  var cost = StepCost()
}
