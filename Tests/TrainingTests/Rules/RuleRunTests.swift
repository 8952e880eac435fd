import Allocation
import Statistics
import Testing

@testable import Training

/// Runs with rollout rules: what is drawn, counted, remembered and trained on.
@Suite struct RuleRunTests {
  static func run(
    _ rule: RolloutRule, _ change: (inout RunConfiguration) -> Void = { _ in }
  ) throws -> TrainingRun {
    try TrainingRun(
      configuration: TinyRun.configuration(change), tasks: try TinyRun.tasks.get(), shape: TinyRun.shape,
      parameters: try TinyRun.warmParameters.get(), isWarm: true, rule: rule)
  }

  /// Passes of the pool, streams, order and update are those of a run without a rule, over the end of a pass and with rollouts that depend on what came before.
  @Test(arguments: [("uniform", "rloo"), ("root-jeffreys", "allot")])
  func aRuleThatAllocatesAlikeIsTheSameRun(rule: String, method: String) throws {
    let first = try TinyRun.warm {
      $0.steps = 9
      $0.method = rule
    }
    let second = try TinyRun.warm {
      $0.steps = 9
      $0.method = method
    }
    let ruled = try TinyRun.finish(first)
    let plain = try TinyRun.finish(second)
    #expect(RuledMetricsTests.plain(ruled.records) == plain.records)
    #expect(ruled.rollouts.map(\.batch) == plain.rollouts.map(\.batch))
    #expect(ruled.rollouts.map(\.counts) == plain.rollouts.map(\.counts))
    var state = first.state
    state.rule = nil
    #expect(state == second.state)
    if rule == "root-jeffreys" {
      #expect(plain.rollouts.contains { Set($0.counts).count > 1 })
    }
  }

  @Test(arguments: [1, 2, 8]) func resultsAreTheSameOnAnyNumberOfThreads(threads: Int) throws {
    let rule = RolloutRule("until-both", sampler: UntilBoth(), starter: AfterSuccess(fraction: 0.5))
    let one = try Self.run(rule) { $0.miniBatches = 2 }
    let other = try Self.run(rule) { $0.miniBatches = 2 }
    #expect(try TinyRun.finish(one, threads: 1) == TinyRun.finish(other, threads: threads))
    #expect(one.state == other.state)
  }

  /// Two rollouts at a time are the rollouts that are drawn at once.
  @Test func roundsDrawWhatOneRoundDraws() throws {
    let staged = try TinyRun.finish(try Self.run(RolloutRule("pairs", sampler: Pairs())), steps: 1)
    let whole = try TinyRun.finish(try TinyRun.warm(), steps: 1)
    #expect(staged.rollouts[0].batch == whole.rollouts[0].batch)
    #expect(staged.rollouts[0].ruled?.groups.allSatisfy { $0.rounds.count == 3 } == true)
    #expect(RuledMetricsTests.plain(staged.records) == whole.records)
  }

  @Test func everythingDrawnIsCounted() throws {
    let run = try Self.run(RolloutRule("until-both", sampler: UntilBoth()))
    let outcome = try TinyRun.finish(run)
    var unequal = false
    for judged in outcome.rollouts {
      let groups = try #require(judged.ruled?.groups)
      #expect(judged.drawnRollouts == groups.reduce(0) { $0 + $1.samples })
      #expect(judged.drawnTokens == groups.reduce(0) { $0 + $1.tokens })
      // One of each kind is trained on, of all that were drawn.
      for group in judged.groups {
        #expect(group.rollouts.map { judged.rewards[$0] }.sorted() == [0, 1])
      }
      #expect(judged.batch.count < judged.drawnRollouts)
      #expect(judged.tallies.reduce(0) { $0 + $1.samples } == judged.drawnRollouts)
      if Set(groups.map(\.samples)).count > 1 { unequal = true }
      // A prompt leaves as soon as it has both, and at the latest after four rounds.
      for group in groups { #expect(group.rounds.count <= 4 && group.samples == 3 * group.rounds.count) }
    }
    #expect(unequal)
    #expect(run.state.rollouts == outcome.rollouts.reduce(0) { $0 + $1.drawnRollouts })
    #expect(run.state.tokens == outcome.rollouts.reduce(0) { $0 + $1.drawnTokens })
    let seen = run.state.history.current.samples.reduce(0, +)
    #expect(seen == Double(run.state.rollouts))
  }

  @Test func batchesAreRefilledUntilEnoughAreTrainedOn() throws {
    let run = try Self.run(RolloutRule("mixed", sampler: Mixed(maximumBatches: 30)))
    let plain = try TinyRun.warm { $0.overrides = ["dynamic_sampling": "30"] }
    let outcome = try TinyRun.finish(run)
    let expected = try TinyRun.finish(plain)
    for (judged, wanted) in zip(outcome.rollouts, expected.rollouts) {
      #expect(judged.batchesTaken == wanted.batchesTaken)
      #expect(judged.prompts == wanted.prompts && judged.batch == wanted.batch)
    }
    // Groups that were thrown away are told of only under the rule; the update is the same.
    let same = [
      "reward", "pass@1", "actor/pg_loss", "grad_norm", "entropy", "sampled/tokens", "sampled/rollouts",
      "rollout_allocation/batches", "response_length/mean", "variance_proxy/proxy2_total_power",
    ]
    for (record, wanted) in zip(outcome.records, expected.records) {
      for name in same { #expect(record[name] == wanted[name], "\(name)") }
    }
    #expect(outcome.rollouts.contains { $0.batchesTaken > 1 })
    let one = try TinyRun.finish(try Self.run(RolloutRule("mixed", sampler: Mixed(maximumBatches: 1))))
    #expect(one.rollouts.allSatisfy { $0.batchesTaken == 1 })
    #expect(one.rollouts.contains { $0.prompts.count < 6 })
  }

  @Test func aSelectorChoosesAmongItsCandidates() throws {
    let run = try Self.run(
      RolloutRule("even", selector: EvenPrompts(), sampler: SingleRound(AllocationRule.uniform)))
    let outcome = try TinyRun.finish(run)
    for judged in outcome.rollouts {
      #expect(judged.prompts.count <= 6 && judged.prompts.allSatisfy { $0.isMultiple(of: 2) })
      #expect(judged.drawnRollouts == 6 * judged.prompts.count)
    }
    // 18 candidates a step: the third step begins the second pass.
    #expect(run.state.rule?.cursor.pass == 1 && run.state.rule?.cursor.place == 18)
  }

  @Test func aRuleSeesWhatCameBack() throws {
    let run = try Self.run(RolloutRule("learner", allocator: Learner()))
    let outcome = try TinyRun.finish(run)
    let sampler = try #require(run.state.rule?.rule.sampler as? SingleRound<Learner>)
    let groups = outcome.rollouts.flatMap { $0.ruled?.groups ?? [] }
    #expect(sampler.allocator.samples == groups.reduce(0) { $0 + $1.samples })
    #expect(sampler.allocator.successes == groups.reduce(0) { $0 + $1.successes })
    #expect(sampler.allocator.tokens == run.state.tokens)
  }

  @Test func theCentringOfARuleIsTheAdvantage() throws {
    let run = try Self.run(RolloutRule("centred", sampler: Centred(baseline: 0.25, scale: 3)))
    let stage = UpdateStage(method: run.method, configuration: run.configuration)
    let judged = try TinyRun.finish(run, steps: 1).rollouts[0]
    let advantages = try stage.advantages(judged, nil)
    #expect(Set(judged.rewards).count == 2)
    for (advantage, reward) in zip(advantages, judged.rewards) { #expect(advantage == 3 * (reward - 0.25)) }
  }

  @Test func rulesExcludeWhatTheyReplace() throws {
    for overrides in [["allocation": "root"], ["dynamic_sampling": "3"], ["rows_misaligned": "true"]] {
      var all = overrides
      all["rollout_rule"] = "uniform"
      #expect(throws: TrainingError.self) { try Method.resolved("rloo", overrides: all) }
    }
    #expect(throws: TrainingError.self) { try Method.resolved("rloo", overrides: ["rollout_rule": "none?"]) }
    #expect(
      try Method.resolved("uniform", overrides: ["rollout_rule": "none"])
        == Method.rloo.with("uniform") { _ in })
    let state = try TinyRun.warm().state
    #expect(throws: TrainingError.self) {
      try TrainingRun(
        configuration: TinyRun.configuration { $0.method = "uniform" }, tasks: try TinyRun.tasks.get(),
        shape: TinyRun.shape, state: state)
    }
  }

  /// VIP's process over the prompts' tokens: after a step every prompt of the pool has moved from the prior, those rolled out to what was seen, the others to what a process of the same features says.
  @Test func theGaussianProcessLearnsOfPromptsThatWereNotRolledOut() throws {
    let run = try TinyRun.warm { $0.method = "vip-features" }
    let outcome = try TinyRun.finish(run, steps: 1)
    let groups = try #require(outcome.rollouts[0].ruled?.groups)
    let tasks = try TinyRun.tasks.get()
    var process = try GaussianProcessPassRates(
      features: try tasks.pool.map { problem in
        // Counted anew: a token and how often it occurs, over the root of the sum of squares.
        let tokens = try tasks.vocabulary.encodePrompt(problem.prompt)
        let counts = (0..<tasks.vocabulary.count).map { id in Double(tokens.count { Int($0) == id }) }
        let length = counts.reduce(0) { $0 + $1 * $1 }.squareRoot()
        return counts.map { $0 / length }
      })
    try process.observe(
      groups.map(\.prompt), passRates: groups.map { Double($0.successes) / Double($0.samples) })
    let sampler = try #require(
      run.state.rule?.rule.sampler as? SingleRound<VariancePredictiveAllocation>)
    let learnt = try #require(sampler.allocator.predictor)
    #expect(learnt.logOdds == process.logOdds)
    #expect(groups.count < tasks.pool.count && learnt.logOdds.allSatisfy { $0 != 0 })
  }
}
