import Statistics

/// Roll out and verify: draws the responses of a step and judges them.
struct RolloutStage {
  var method: Method
  var configuration: RunConfiguration
  var vocabulary: CharacterVocabulary
  var pool: [Problem]
  var promptTokens: [[Int32]]
  var verifier: Verifier
  var settings: SamplingSettings
  var order: PromptOrder

  /// The rollouts of step `step`, with the prompts that `state.batchesTaken` points to.
  ///
  /// With dynamic sampling, prompts whose responses all agree are thrown away and further batches drawn, until m prompts are left or the most batches are taken; then whatever there is goes on.
  func judged(
    step: Int, state: TrainingState, sampler: Sampler, threads: Int
  ) throws(TrainingError) -> JudgedRollouts {
    let stage = AllocationStage(method: method)
    var kept: JudgedRollouts?
    let most = method.dynamicSampling?.maximumBatches ?? 1
    for attempt in 0..<most {
      let prompts = order.batch(state.batchesTaken + attempt)
      let counts = try stage.counts(prompts, history: state.history, configuration: configuration)
      let drawn = try judge(
        prompts, counts, step: step, attempt: attempt, state: state, sampler: sampler, threads: threads)
      guard method.dynamicSampling != nil else { return drawn }
      kept = merge(kept, drawn)
      if let kept, kept.prompts.count >= configuration.promptsPerStep { break }
    }
    guard let kept else { throw .invalid(name: "batches", value: "0", allowed: "be at least 1") }
    return kept
  }

  private func judge(
    _ prompts: [Int], _ counts: [Int], step: Int, attempt: Int, state: TrainingState, sampler: Sampler,
    threads: Int
  ) throws(TrainingError) -> JudgedRollouts {
    // The stream belongs to (step, prompt, rollout): a prompt's j-th response meets the same random numbers whatever the method and n_i are.
    // Further batches of dynamic sampling have streams of their own: they may meet a prompt of the same step again, whose rollouts would be copies.
    let claim = attempt == 0 ? "rollouts/\(step)" : "rollouts/\(step)/\(attempt)"
    let keys = prompts.map { prompt in
      StreamKey(seed: configuration.seed, claim: claim, designPoint: UInt64(prompt))
    }
    let batch = try sampler.sample(
      parameters: state.parameters, prompts: prompts.map { promptTokens[$0] }, counts: counts, keys: keys,
      settings: settings, threads: threads)
    let aligned = MetadataRows.aligned(counts: counts)
    let rows = method.rowsMisaligned ? MetadataRowsAsReleased.misaligned(counts: counts) : aligned
    var rewards: [Double] = []
    var isCorrect: [Bool] = []
    for rollout in 0..<batch.count {
      let response = vocabulary.decode(batch.tokens[batch.range(rollout)])
      // A response cut off at the length limit has given no answer: "42" may have been about to become "421".
      let ended = batch.isTerminated[rollout]
      let own =
        ended && verifier.accepts(response: response, answer: pool[prompts[aligned[rollout]]].answer)
      let judged =
        rows[rollout] == aligned[rollout]
        ? own
        : ended && verifier.accepts(response: response, answer: pool[prompts[rows[rollout]]].answer)
      isCorrect.append(own)
      rewards.append(judged ? 1 : 0)
    }
    return JudgedRollouts(
      prompts: prompts, counts: counts, batch: batch, rows: rows, rewards: rewards, isCorrect: isCorrect,
      drawnRollouts: batch.count, drawnTokens: batch.tokenCount, batchesTaken: 1,
      tallies: PromptTally.of(
        batch, prompts: prompts, rows: rows, rewards: rewards, isCorrect: isCorrect,
        scrambles: method.statisticsScrambled))
  }

  /// `kept` with those groups of `drawn` that hold both rewards, up to m groups; the costs add up.
  private func merge(_ kept: JudgedRollouts?, _ drawn: JudgedRollouts) -> JudgedRollouts {
    var result =
      kept
      ?? JudgedRollouts(
        prompts: [], counts: [], batch: RolloutBatch(prompts: []), rows: [], rewards: [], isCorrect: [],
        drawnRollouts: 0, drawnTokens: 0, batchesTaken: 0, tallies: [])
    result.drawnRollouts += drawn.drawnRollouts
    result.drawnTokens += drawn.drawnTokens
    result.batchesTaken += drawn.batchesTaken
    result.tallies += drawn.tallies
    for group in drawn.groups where result.prompts.count < configuration.promptsPerStep {
      guard DynamicSampling.keeps(rewards: group.rollouts.map { drawn.rewards[$0] }) else { continue }
      let place = result.prompts.count
      result.prompts.append(drawn.prompts[group.row])
      result.counts.append(group.rollouts.count)
      result.batch.prompts.append(drawn.batch.prompts[group.row])
      for rollout in group.rollouts {
        result.batch.append(drawn.batch, rollout: rollout, group: place)
        result.rows.append(place)
        result.rewards.append(drawn.rewards[rollout])
        result.isCorrect.append(drawn.isCorrect[rollout])
      }
    }
    return result
  }
}
