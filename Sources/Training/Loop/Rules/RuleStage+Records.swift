import Allocation
import Statistics

extension RuleStage {
  /// What a rule may know of `prompts` before anything is drawn.
  func records(
    _ prompts: [Int], _ state: TrainingState, _ ruleState: RuleState, trainer: TransformerTrainer,
    threads: Int
  ) throws(TrainingError) -> [PromptRecord] {
    let statistics = state.history.statistics(prompts)
    let means =
      ruleState.rule.sampler.readsPromptLogProbability
      ? promptLogProbabilities(prompts, state, trainer: trainer, threads: threads) : prompts.map { _ in nil }
    return prompts.indices.map { index in
      let prompt = prompts[index]
      var record = PromptRecord(
        prompt: prompt, statistics: statistics[index],
        features: PromptFeatures.tokenCounts(
          plain.promptTokens[prompt], vocabularySize: plain.vocabulary.count))
      record.discountedSuccesses = state.history.snapshot.successes[prompt]
      record.discountedSamples = state.history.snapshot.samples[prompt]
      record.promptLogProbability = means[index]
      ruleState.prompts[prompt].fill(&record)
      return record
    }
  }

  /// The mean of log π over the tokens of each prompt after the first; nil for a prompt that has no other.
  private func promptLogProbabilities(
    _ prompts: [Int], _ state: TrainingState, trainer: TransformerTrainer, threads: Int
  ) -> [Double?] {
    let read = prompts.filter { plain.promptTokens[$0].count > 1 }
    var sequences = ScoredSequences()
    for prompt in read {
      let tokens = plain.promptTokens[prompt]
      sequences.append(prompt: [tokens[0]], response: tokens.dropFirst())
    }
    var means: [Int: Double] = [:]
    if !read.isEmpty {
      let logProbabilities = trainer.statistics(
        parameters: state.parameters, sequences: sequences.sequences, scored: sequences.scored,
        actions: sequences.actions, threads: threads
      ).logProbabilities
      for (index, prompt) in read.enumerated() {
        let own = logProbabilities[sequences.starts[index]..<sequences.starts[index + 1]]
        means[prompt] = own.reduce(0.0) { $0 + Double($1) } / Double(own.count)
      }
    }
    return prompts.map { means[$0] }
  }

  /// The rule's state after a step: everything drawn is remembered, and the rule has seen it.
  func remember(_ judged: JudgedRollouts, advantages: [Double], in state: inout RuleState) {
    guard let ruled = judged.ruled else { return }
    var signals: [Int: Double] = [:]
    for (row, source) in ruled.sources.enumerated() {
      signals[source] = signal(judged, ruled, row: row, advantages: advantages)
    }
    for (index, group) in ruled.groups.enumerated() where !group.isStale {
      state.prompts[group.prompt].add(group, signal: signals[index])
    }
    if judged.drawnRollouts > 0 {
      state.lastDraw = RuleState.Draw(rollouts: judged.drawnRollouts, tokens: judged.drawnTokens)
    }
    let fresh = ruled.groups.filter { !$0.isStale }
    state.landmarks?.observe(lengths: fresh.flatMap(\.lengths))
    state.rule.observe(fresh.filter { $0.samples > 0 }.map(\.outcome))
  }

  /// The deviation of `A_j Σ_t log π` over a group's own rollouts; nil for fewer than two.
  private func signal(_ judged: JudgedRollouts, _ ruled: RuledRollouts, row: Int, advantages: [Double])
    -> Double?
  {
    let values = judged.rows.indices.filter { judged.rows[$0] == row && !ruled.isReplayed[$0] }.map {
      rollout in
      advantages[rollout]
        * judged.batch.range(rollout).reduce(0.0) { $0 + Double(judged.batch.logProbabilities[$1]) }
    }
    return values.count > 1 ? Moments(values).variance.squareRoot() : nil
  }
}
