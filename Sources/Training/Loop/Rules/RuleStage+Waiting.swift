import Allocation

extension RuleStage {
  /// Takes the oldest `count` groups that wait into the step, and says how they are trained on.
  ///
  /// They come before anything that is drawn, so that their rollouts are the first of the step's.
  func resumed(_ ruleState: inout RuleState, count: Int, _ draws: inout Draws) -> [TrainedGroup] {
    let groups = ruleState.waiting.prefix(count)
    guard !groups.isEmpty else { return [] }
    for waiting in groups {
      let record = waiting.staged.record
      var group = Group(record, start: .beginning, prompt: plain.promptTokens[record.prompt], replayed: [])
      group.staged = waiting.staged
      group.drawn.rounds = waiting.staged.rounds
      group.drawn.isStale = true
      var next = draws.batch.count
      for round in waiting.staged.rounds {
        group.rounds.append(Array(next..<next + round.samples))
        next += round.samples
      }
      for rollout in 0..<waiting.batch.count {
        draws.batch.append(waiting.batch, rollout: rollout, group: draws.groups.count)
      }
      draws.rewards += waiting.rewards
      draws.fates += waiting.rewards.map { _ in .unflagged }
      draws.groups.append(group)
    }
    draws.stale = draws.batch.count
    ruleState.waiting.removeFirst(groups.count)
    let trained = ruleState.rule.sampler.training(draws.groups.map(\.staged), count: count)
    precondition(trained.count == groups.count, "\(trained.count) of \(groups.count) that waited are fit")
    return trained
  }

  /// Of the groups from `first` on those that are trained on now, at most `count`; what is over waits where the rule keeps it.
  ///
  /// Groups with a head start or under an abort are not kept: what their rollouts stand for belongs to their step.
  func trainedGroups(_ first: Int, count: Int, _ draws: Draws, _ ruleState: inout RuleState)
    -> [TrainedGroup]
  {
    let sampler = ruleState.rule.sampler
    let staged = draws.groups[first...].map(\.staged)
    let keeps = sampler.keepsSurplus && ruleState.rule.abort == nil
    var ready = sampler.training(staged, count: keeps ? staged.count : count)
    precondition(
      keeps || ready.count <= count, "\(ready.count) groups are trained on, \(count) were asked for")
    for index in ready.indices { ready[index].group += first }
    for chosen in ready.dropFirst(count) where draws.groups[chosen.group].drawn.start == .beginning {
      let group = draws.groups[chosen.group]
      var waiting = WaitingGroup(staged: group.staged, batch: RolloutBatch(prompts: []), rewards: [])
      for place in group.rounds.joined() {
        waiting.batch.append(draws.batch, rollout: place, group: 0)
        waiting.rewards.append(draws.rewards[place])
      }
      ruleState.waiting.append(waiting)
    }
    return Array(ready.prefix(count))
  }
}
