import Allocation
import Testing

@testable import Training

/// Groups that a step draws and does not need.
@Suite struct WaitingGroupTests {
  private static let rule = RolloutRule("surplus", sampler: Surplus())

  @Test func theyAreTrainedOnLaterAsTheyWereDrawn() throws {
    let run = try RuleRunTests.run(Self.rule) { $0.steps = 4 }
    let outcome = try TinyRun.finish(run)
    #expect(outcome.rollouts.map(\.drawnRollouts) == [108, 0, 0, 108])
    #expect(outcome.rollouts.map(\.batch.count) == [36, 36, 36, 36])
    #expect(outcome.rollouts.map(\.batchesTaken) == [1, 0, 0, 1])
    let first = outcome.rollouts[0]
    var moved = 0
    let over = try #require(first.ruled?.untrained)
    #expect(over.batch.count == 72)
    for (step, judged) in outcome.rollouts[1...2].enumerated() {
      let ruled = try #require(judged.ruled)
      #expect(judged.drawnTokens == 0 && ruled.untrained.batch.count == 0)
      #expect(ruled.groups.allSatisfy(\.isStale) && ruled.isReplayed.allSatisfy { $0 })
      for rollout in 0..<36 {
        let old = 36 * step + rollout
        #expect(judged.batch.tokens[judged.batch.range(rollout)] == over.batch.tokens[over.batch.range(old)])
        // The old policy's, from which the ratio is taken.
        #expect(
          judged.batch.logProbabilities[judged.batch.range(rollout)]
            == over.batch.logProbabilities[over.batch.range(old)])
        #expect(judged.rewards[rollout] == over.rewards[old])
        #expect(
          judged.batch.prompts[judged.batch.groups[rollout]] == over.batch.prompts[over.batch.groups[old]])
      }
      // Counted when they were drawn, and not again.
      #expect(judged.tallies.allSatisfy { $0.samples == 0 && $0.drawn == 0 })
      let record = outcome.records[step + 1]
      #expect(record["rollouts/waited"] == 36 && record["rollouts/replayed"] == 36)
      #expect(record["sampled/rollouts"] == 108)
      // They move the weights as others do, where a group is mixed.
      let mixed = judged.groups.count { Set($0.rollouts.map { judged.rewards[$0] }).count == 2 }
      #expect(((record["grad_norm"] ?? .nan) > 0) == (mixed > 0))
      moved += mixed
    }
    #expect(moved > 0)
    let state = run.state
    #expect(state.rollouts == 216 && state.rule?.waiting.count == 12)
    #expect(state.history.current.samples.reduce(0, +) == 216)
    #expect(state.rule?.prompts.reduce(0) { $0 + $1.responses } == 216)
  }

  /// One update a step clips nothing on what it has just drawn; on what waited through two bold steps the ratio is far from 1.
  @Test func theirRatioIsThatOfTheOldPolicy() throws {
    let outcome = try TinyRun.finish(
      try RuleRunTests.run(Self.rule) {
        $0.steps = 6
        $0.learningRate = 3e-2
      })
    for (record, judged) in zip(outcome.records, outcome.rollouts) where judged.drawnRollouts > 0 {
      #expect(record["clip_ratio/region_mean"] == 0)
    }
    let waited = zip(outcome.records, outcome.rollouts).filter { $0.1.drawnRollouts == 0 }
    #expect(waited.count == 4 && waited.contains { ($0.0["clip_ratio/region_mean"] ?? 0) > 0 })
  }

  @Test func aRunThatIsTakenUpWhileGroupsWaitIsTheSameRun() throws {
    let whole = try RuleRunTests.run(Self.rule) { $0.steps = 5 }
    let expected = try TinyRun.finish(whole)
    var run = try RuleRunTests.run(Self.rule) { $0.steps = 5 }
    var outcome = TinyRun.Outcome()
    var waited = 0
    while !run.isFinished {
      let part = try TinyRun.finish(run, steps: 1)
      outcome.records += part.records
      outcome.rollouts += part.rollouts
      var state = run.state
      waited += state.rule?.waiting.count ?? 0
      let bytes = try #require(state.rule?.encoded)
      state.rule = try RuleState(rule: Self.rule, promptCount: 40, maximumLength: 4).restored(
        bytes, vocabularySize: CharacterVocabulary.arithmetic.count)
      #expect(state == run.state)
      run = try TrainingRun(
        configuration: run.configuration, tasks: run.tasks, shape: run.shape, state: state, rule: Self.rule)
    }
    #expect(outcome == expected && run.state == whole.state && waited == 12 + 6 + 0 + 12 + 6)
  }

  @Test func aRuleThatKeepsNothingDropsThem() throws {
    let run = try RuleRunTests.run(RolloutRule("drop", sampler: Surplus(keepsSurplus: false)))
    let outcome = try TinyRun.finish(run)
    #expect(outcome.rollouts.map(\.drawnRollouts) == [108, 108, 108])
    #expect(run.state.rule?.waiting.isEmpty == true)
  }

  /// Two prompts are drawn for each place and two of three are fit: steps train on what waited and on what they draw.
  @Test func stepsMixWhatWaitedWithWhatIsDrawn() throws {
    let rule = RolloutRule("choosy", sampler: Surplus(promptsPerTrained: 2, isChoosy: true))
    let run = try RuleRunTests.run(rule) { $0.steps = 8 }
    let outcome = try TinyRun.finish(run)
    let tasks = try TinyRun.tasks.get()
    var (mixed, waiting) = (0, 0)
    for (record, judged) in zip(outcome.records, outcome.rollouts) {
      let ruled = try #require(judged.ruled)
      let (stale, fresh) = (ruled.groups.filter(\.isStale), ruled.groups.filter { !$0.isStale })
      #expect(ruled.groups.prefix(stale.count).allSatisfy { $0.isStale })
      #expect(stale.count == min(6, waiting))
      // Drawn, counted and credited are the fresh ones.
      #expect(judged.drawnRollouts == fresh.reduce(0) { $0 + $1.samples })
      #expect(judged.drawnTokens == fresh.reduce(0) { $0 + $1.tokens })
      #expect(judged.tallies.map(\.samples) == stale.map { _ in 0 } + fresh.map(\.samples))
      #expect(judged.tallies.map(\.correct) == stale.map { _ in 0 } + fresh.map(\.successes))
      // Trained on are the stale groups and then fit fresh ones; the rest of what was drawn is there too.
      let trained = ruled.sources.map { ruled.groups[$0] }
      #expect(trained.prefix(stale.count).allSatisfy { $0.isStale })
      #expect(trained.allSatisfy { $0.prompt % 3 > 0 })
      #expect(judged.prompts == trained.map(\.prompt) && judged.counts == trained.map(\.samples))
      let own = judged.batch.count - 6 * stale.count
      #expect(ruled.untrained.batch.count == judged.drawnRollouts - own)
      for rollout in 0..<judged.batch.count {
        let row = judged.batch.groups[rollout]
        #expect(judged.rows[rollout] == row && ruled.isReplayed[rollout] == (row < stale.count))
        // The response is one to its row's prompt: the verifier says the same of it again.
        let response = tasks.vocabulary.decode(Array(judged.batch.tokens[judged.batch.range(rollout)]))
        let isRight =
          judged.batch.isTerminated[rollout]
          && tasks.verifier.accepts(response: response, answer: tasks.pool[judged.prompts[row]].answer)
        #expect(isRight == (judged.rewards[rollout] == 1))
      }
      for (row, group) in trained.enumerated() {
        let rewards = judged.groups.first { $0.row == row }.map { $0.rollouts.map { judged.rewards[$0] } }
        #expect(rewards?.reduce(0, +) == Double(group.successes))
      }
      #expect(record["rollouts/waited"] == Double(6 * stale.count))
      #expect((record["variance_proxy/expected_w"] == nil) == !stale.isEmpty)
      if !stale.isEmpty, trained.count > stale.count { mixed += 1 }
      waiting += fresh.count { $0.prompt % 3 > 0 } - trained.count
    }
    #expect(mixed > 1 && run.state.rule?.waiting.count == waiting)
  }

  /// What a draw cost is settled when fewer of its groups wait than a step takes; so the settled budget only grows, and is that of the last draw's end.
  @Test func aDrawIsSettledWhenItHasHadItsTurn() throws {
    let run = try RuleRunTests.run(Self.rule) { $0.steps = 7 }
    var settled: [Int] = []
    while !run.isFinished {
      _ = try TinyRun.finish(run, steps: 1)
      let now = run.state.settled(promptsPerStep: 6)
      settled.append(now.rollouts)
      #expect(now.tokens <= run.state.tokens && (now.rollouts == 0) == (now.tokens == 0))
      // A checkpoint knows it too.
      var copy = run.state
      let bytes = try #require(copy.rule?.encoded)
      copy.rule = try RuleState(rule: Self.rule, promptCount: 40, maximumLength: 4).restored(bytes)
      #expect(copy.settled(promptsPerStep: 6) == now)
    }
    #expect(settled == [0, 0, 108, 108, 108, 216, 216])
  }

  /// A budget that is spent with a whole step waiting is not over before that step.
  @Test func whatWasPaidForIsUsedBeforeTheRunEnds() throws {
    let run = try RuleRunTests.run(Self.rule) {
      $0.steps = 40
      $0.rolloutBudget = 200
    }
    let outcome = try TinyRun.finish(run)
    #expect(outcome.rollouts.map(\.drawnRollouts) == [108, 0, 0, 108, 0, 0])
    #expect(run.state.rule?.waiting.isEmpty == true && run.state.rollouts == 216)
  }
}
