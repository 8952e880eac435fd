import Allocation

extension RuleStage {
  /// The rollouts that are trained on, group by group, with what the stages after this one need to know of the rule.
  func assembled(
    _ trained: [TrainedGroup], _ draws: Draws, state: TrainingState, _ ruleState: RuleState,
    trainer: TransformerTrainer, threads: Int
  ) -> JudgedRollouts {
    var draws = draws
    draws.batch.margins = []
    let isCorrect = draws.rewards.map { $0 > 0 }
    var tallies = PromptTally.of(
      draws.batch, prompts: draws.groups.map(\.drawn.prompt), rows: draws.batch.groups,
      rewards: draws.rewards, isCorrect: isCorrect, scrambles: false)
    // Rollouts with a head start say nothing of the prompt's own pass rate; those that waited have been counted.
    for (index, group) in draws.groups.enumerated()
    where group.drawn.start != .beginning || group.drawn.isStale {
      tallies[index] = PromptTally(prompt: group.drawn.prompt)
    }
    var result = JudgedRollouts(
      prompts: [], counts: [], batch: RolloutBatch(prompts: []), rows: [], rewards: [], isCorrect: [],
      drawnRollouts: draws.batch.count - draws.stale,
      drawnTokens: draws.batch.tokenCount - draws.batch.starts[draws.stale], batchesTaken: 0,
      tallies: tallies)
    var ruled = RuledRollouts()
    ruled.groups = draws.groups.map(\.drawn)
    precondition(
      Set(trained.map(\.group)).count == trained.count, "a group is trained on twice: \(trained.map(\.group))"
    )
    var isTaken = [Bool](repeating: false, count: draws.batch.count)
    for chosen in trained {
      let group = draws.groups[chosen.group]
      let row = result.prompts.count
      let picks = picked(chosen, group, draws)
      for place in picks {
        isTaken[place] = true
        result.batch.append(draws.batch, rollout: place, group: row)
        result.rewards.append(draws.rewards[place])
        ruled.weights.append(group.drawn.weight * weight(draws.fates[place], group, draws, ruleState.rule))
        ruled.isReplayed.append(group.drawn.isStale)
      }
      let replays = replays(chosen, group, ruleState)
      if chosen.replayedCarryGradient {
        append(replays, group: row, prompt: group.tokens, &result, state, trainer: trainer, threads: threads)
        ruled.weights += replays.map { _ in group.drawn.weight }
        ruled.isReplayed += replays.map { _ in true }
      } else {
        ruled.compared += replays.map { RuledRollouts.Compared(row: row, reward: 1, length: $0.count) }
      }
      let count = result.batch.count - result.rows.count
      result.rows += Array(repeating: row, count: count)
      result.prompts.append(group.drawn.prompt)
      result.batch.prompts.append(group.tokens)
      result.counts.append(count)
      ruled.centrings.append(chosen.centring)
      ruled.sources.append(chosen.group)
      ruled.groups[chosen.group].isTrained = count > 0
    }
    ruled.untrained.batch.prompts = draws.groups.map(\.tokens)
    for place in isTaken.indices.dropFirst(draws.stale) where !isTaken[place] {
      ruled.untrained.batch.append(draws.batch, rollout: place, group: draws.batch.groups[place])
      ruled.untrained.rewards.append(draws.rewards[place])
    }
    result.isCorrect = result.rewards.map { $0 > 0 }
    result.ruled = ruled
    return result
  }

  /// What a rollout counts for: 1, 0 where it was given up, the inverse probability where it went on although flagged.
  ///
  /// Where the loss weighs a prompt by its rollouts, what the prompt was given is undone too, as the authors do it; with prompts equal the aggregation has done that.
  private func weight(_ fate: EarlyAbort.Fate, _ group: Group, _ draws: Draws, _ rule: RolloutRule) -> Double
  {
    guard let abort = rule.abort else { return 1 }
    if method.aggregation == .promptEqual { return abort.weight(fate) }
    return abort.weight(
      fate, rollouts: group.drawn.samples, mean: Double(draws.batch.count) / Double(draws.groups.count))
  }

  /// The places of the rollouts that are taken, in the order drawn: the first ones of either reward after the rounds that are left out.
  private func picked(_ chosen: TrainedGroup, _ group: Group, _ draws: Draws) -> [Int] {
    let places = group.rounds.dropFirst(chosen.skippedRounds).flatMap { $0 }
    let successes = places.filter { draws.rewards[$0] > 0 }.prefix(chosen.successes)
    let failures = places.filter { draws.rewards[$0] == 0 }.prefix(chosen.failures)
    precondition(
      successes.count == chosen.successes && failures.count == chosen.failures,
      "\(chosen.successes) successes and \(chosen.failures) failures of a group with \(group.staged.rounds)")
    return (successes + failures).sorted()
  }

  /// The newest stored correct responses that take part.
  private func replays(_ chosen: TrainedGroup, _ group: Group, _ ruleState: RuleState) -> [[Int32]] {
    guard chosen.replayed > 0 else { return [] }
    let stored = ruleState.prompts[group.drawn.prompt].successes
    precondition(
      chosen.replayed <= stored.count && group.drawn.start == .beginning,
      "\(chosen.replayed) responses are replayed of \(stored.count) stored, from \(group.drawn.start)")
    return stored.suffix(chosen.replayed)
  }

  /// Adds stored correct responses as if the present policy had drawn them: its log-probabilities are the old ones, so that the ratio starts at 1.
  private func append(
    _ responses: [[Int32]], group: Int, prompt: [Int32], _ result: inout JudgedRollouts,
    _ state: TrainingState, trainer: TransformerTrainer, threads: Int
  ) {
    guard !responses.isEmpty else { return }
    var sequences = ScoredSequences()
    for response in responses { sequences.append(prompt: prompt, response: response[...]) }
    let statistics = trainer.statistics(
      parameters: state.parameters, sequences: sequences.sequences, scored: sequences.scored,
      actions: sequences.actions, temperature: Float(configuration.temperature), threads: threads)
    for response in responses {
      result.batch.groups.append(group)
      result.batch.tokens += response
      result.batch.starts.append(result.batch.tokens.count)
      result.batch.isTerminated.append(true)
      result.rewards.append(1)
    }
    result.batch.logProbabilities += statistics.logProbabilities
    result.batch.entropies += statistics.entropies
    result.batch.sumsOfSquares += statistics.sumsOfSquares
    result.batch.squaredLogarithmSums += statistics.squaredLogarithmSums
  }
}
