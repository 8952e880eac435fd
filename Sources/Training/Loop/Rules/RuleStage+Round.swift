import Allocation
import Statistics

extension RuleStage {
  /// Draws and judges one round for the groups `own`.
  func round(
    _ requests: [Int], _ own: Range<Int>, step: Int, attempt: Int, _ draws: inout Draws,
    _ state: TrainingState, sampler: Sampler, threads: Int
  ) throws(TrainingError) {
    let active = own.filter { requests[$0 - own.lowerBound] > 0 }
    // The same claim as without a rule: the same prompt's j-th response is the same.
    let claim = attempt == 0 ? "rollouts/\(step)" : "rollouts/\(step)/\(attempt)"
    func key(_ claim: String, _ group: Int) -> StreamKey {
      StreamKey(
        seed: configuration.seed, claim: claim, designPoint: UInt64(draws.groups[group].drawn.prompt))
    }
    var settings = plain.settings
    settings.recordsMargins = active.contains { draws.groups[$0].watch != nil }
    let drawn = try sampler.sample(
      parameters: state.parameters, prompts: active.map { draws.groups[$0].tokens },
      counts: active.map { requests[$0 - own.lowerBound] }, keys: active.map { key(claim, $0) },
      earlier: active.map { draws.groups[$0].drawn.samples },
      // What is replayed is part of the response, whose length is limited as a whole.
      limits: active.map { settings.maximumTokens - draws.groups[$0].drawn.replayedTokens },
      settings: settings, threads: threads)
    var rollout = 0
    for group in active {
      let earlier = draws.groups[group].drawn.samples
      var places: [Int] = []
      for number in 0..<requests[group - own.lowerBound] {
        let ending = draws.groups[group].watch.map {
          var stream = RandomStream(key("abort/\(claim)", group).replicate(earlier + number))
          return $0.ending(drawn, rollout: rollout, stream: &stream)
        }
        places.append(draws.batch.count)
        add(drawn, rollout: rollout, group: group, ending: ending, &draws)
        rollout += 1
      }
      let statistics = PromptStatistics(
        successes: places.count { draws.rewards[$0] > 0 }, samples: places.count)
      draws.groups[group].rounds.append(places)
      draws.groups[group].staged.rounds.append(statistics)
      draws.groups[group].drawn.rounds.append(statistics)
    }
  }

  /// Judges a rollout and adds it to those of the step.
  private func add(
    _ drawn: RolloutBatch, rollout: Int, group: Int, ending: RolloutWatch.Ending?, _ draws: inout Draws
  ) {
    let fate = ending?.fate ?? .unflagged
    draws.batch.append(drawn, rollout: rollout, group: group, length: ending?.length ?? .max)
    let place = draws.batch.count - 1
    let range = draws.batch.range(place)
    let replayed = draws.groups[group].tokens.suffix(draws.groups[group].drawn.replayedTokens)
    let response = Array(replayed) + draws.batch.tokens[range]
    // A response cut off at the length limit has given no answer, nor has one that was given up; one that was stopped because its answer was decided is judged as it stands.
    let isCorrect =
      fate != .aborted && (draws.batch.isTerminated[place] || ending?.isStopped ?? false)
      && plain.verifier.accepts(
        response: plain.vocabulary.decode(response),
        answer: plain.pool[draws.groups[group].drawn.prompt].answer)
    draws.rewards.append(isCorrect ? 1 : 0)
    draws.fates.append(fate)
    draws.groups[group].drawn.tokens += range.count
    if fate == .aborted {
      draws.groups[group].drawn.aborted += 1
      return
    }
    draws.groups[group].drawn.lengths.append(range.count)
    if isCorrect {
      draws.groups[group].drawn.acceptedNormSum += VarianceProxy.squaredScore(draws.batch, rollout: place)
        .squareRoot()
      if draws.groups[group].drawn.success == nil { draws.groups[group].drawn.success = response }
    } else if draws.groups[group].drawn.failure == nil {
      draws.groups[group].drawn.failure = response
    }
  }
}
