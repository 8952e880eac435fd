import Allocation
import Foundation
import Statistics
import Testing

@testable import Training

/// Responses of former steps: replayed whole, compared with, or gone on from.
@Suite struct ReplayTests {
  /// Twelve steps on twelve prompts, so that prompts come again; those with a replayed response.
  private func replays(carriesGradient: Bool) throws -> (TrainingRun, [JudgedRollouts], [TrainingState]) {
    let run = try RuleRunTests.run(
      RolloutRule("replaying", sampler: Replaying(carriesGradient: carriesGradient))
    ) {
      $0.steps = 40
      $0.learningRate = 1e-3
    }
    var judged: [JudgedRollouts] = []
    var states: [TrainingState] = []
    for _ in 0..<40 {
      let before = run.state
      guard case .step(_, let rollouts) = try run.advance(threads: 2) else { continue }
      judged.append(rollouts)
      states.append(before)
    }
    return (run, judged, states)
  }

  @Test func aReplayedResponseHasTheLogProbabilitiesOfThePresentPolicy() throws {
    let (run, steps, states) = try replays(carriesGradient: true)
    let trainer = TransformerTrainer(configuration: TinyRun.shape)
    var found = 0
    for (judged, before) in zip(steps, states) {
      let ruled = try #require(judged.ruled)
      #expect(ruled.compared.isEmpty)
      for rollout in ruled.isReplayed.indices where ruled.isReplayed[rollout] {
        found += 1
        let group = judged.batch.groups[rollout]
        let tokens = Array(judged.batch.tokens[judged.batch.range(rollout)])
        #expect(judged.rewards[rollout] == 1)
        #expect(before.rule?.prompts[judged.prompts[group]].successes.last == tokens)
        // It takes the place of a failure, and was not drawn.
        #expect(judged.counts[group] == 6 && ruled.groups[ruled.sources[group]].samples == 6)
        #expect(judged.drawnRollouts == 36)
        var sequences = ScoredSequences()
        sequences.append(prompt: judged.batch.prompts[group], response: tokens[...])
        let own = trainer.statistics(
          parameters: before.parameters, sequences: sequences.sequences, scored: sequences.scored,
          actions: sequences.actions, threads: 1)
        // Other sequences share the chunk: the sums are rounded alike or off by some u = 6e-8 of logits of order ten.
        for (stated, wanted) in zip(
          judged.batch.logProbabilities[judged.batch.range(rollout)], own.logProbabilities)
        {
          #expect(abs(stated - wanted) < 1e-5)
        }
      }
      let advantages = try UpdateStage(method: run.method, configuration: run.configuration)
        .advantages(judged, nil)
      // A lone success among six: 1 less the mean of the others, 0.
      for rollout in ruled.isReplayed.indices where ruled.isReplayed[rollout] {
        #expect(advantages[rollout] == 1)
      }
    }
    #expect(found >= 5, "\(found)")
  }

  @Test func aResponseThatIsOnlyComparedWithCarriesNoGradient() throws {
    let (run, steps, _) = try replays(carriesGradient: false)
    var found = 0
    for judged in steps {
      let ruled = try #require(judged.ruled)
      #expect(!ruled.isReplayed.contains(true))
      let advantages = try UpdateStage(method: run.method, configuration: run.configuration)
        .advantages(judged, nil)
      for compared in ruled.compared {
        found += 1
        let own = judged.rows.indices.filter { judged.rows[$0] == compared.row }
        #expect(own.count == 5)
        // RLOO over six, of which the success is left out: a failure less the mean 1/5 of the others.
        for rollout in own { #expect(abs(advantages[rollout] + 0.2) < 1e-12) }
      }
    }
    #expect(found >= 5, "\(found)")
  }

  @Test func aHeadStartIsMaskedAndNotCounted() throws {
    let run = try RuleRunTests.run(
      RolloutRule("head-start", sampler: FixedGroups(each: 6), starter: AfterSuccess(fraction: 0.5))
    ) {
      $0.steps = 20
      // Stored responses of one token leave none to replay: the answers are two digits or more with their end.
      $0.maximumTokens = 4
    }
    var started = 0
    while !run.isFinished {
      let before = run.state
      guard case .step(_, let judged) = try run.advance(threads: 2) else { continue }
      let ruled = try #require(judged.ruled)
      for (row, source) in ruled.sources.enumerated() {
        let group = ruled.groups[source]
        let prompt = try run.tasks.vocabulary.encodePrompt(run.tasks.pool[group.prompt].prompt)
        let own = judged.rows.indices.filter { judged.rows[$0] == row }
        guard group.start != .beginning else {
          #expect(judged.batch.prompts[row] == prompt)
          continue
        }
        let stored = try #require(before.rule?.prompts[group.prompt].successes.last)
        let prefix = stored.prefix(stored.count / 2)
        #expect(group.replayedTokens == prefix.count)
        if !prefix.isEmpty { started += 1 }
        // What is replayed belongs to what the model reads, not to what it is trained on.
        #expect(judged.batch.prompts[row] == prompt + prefix)
        for rollout in own {
          let drawn = judged.batch.tokens[judged.batch.range(rollout)]
          #expect(drawn.count <= 4 - prefix.count)
          let response = run.tasks.vocabulary.decode(prefix + drawn)
          let right =
            judged.batch.isTerminated[rollout]
            && run.tasks.verifier.accepts(
              response: response, answer: run.tasks.pool[group.prompt].answer)
          #expect(judged.rewards[rollout] == (right ? 1 : 0))
        }
        // Its pass rate is not the prompt's.
        let place = group.prompt
        #expect(run.state.history.current.samples[place] == before.history.current.samples[place])
        #expect(run.state.rule?.prompts[place] == before.rule?.prompts[place])
      }
      #expect(judged.drawnTokens == judged.batch.tokenCount)
    }
    #expect(started >= 10, "\(started)")
  }

  @Test func promptsThatAreCarriedOverComeFirst() throws {
    let run = try RuleRunTests.run(
      RolloutRule("head-start", sampler: FixedGroups(each: 6), starter: AfterSuccess(fraction: 0.5))
    ) { $0.steps = 8 }
    var carried = 0
    while !run.isFinished {
      let wanted = run.state.rule?.rule.starter.carriedOver() ?? []
      guard case .step(_, let judged) = try run.advance(threads: 1) else { continue }
      #expect(Array(judged.prompts.prefix(wanted.count)) == wanted)
      #expect(Set(judged.prompts).count == 6)
      carried += wanted.count
    }
    #expect(carried > 5)
  }
}
