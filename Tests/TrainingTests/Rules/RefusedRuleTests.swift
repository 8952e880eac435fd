import Allocation
import Testing

@testable import Training

/// Rules that cannot be, and keys that they would not read.
@Suite struct RefusedRuleTests {
  private func refusal(_ rule: String, _ overrides: [String: String] = [:], each: Int = 6) throws
    -> TrainingError?
  {
    let configuration = TinyRun.configuration {
      $0.overrides = overrides
      $0.overrides["rollout_rule"] = rule
      $0.rolloutsPerPrompt = each
    }
    let method = try Method.resolved("rloo", overrides: configuration.overrides)
    do throws(TrainingError) {
      try configuration.check(method: method, tasks: try tasks(), shape: TinyRun.shape)
      return nil
    } catch { return error }
  }

  private func tasks() throws(TrainingError) -> TaskSet {
    try TaskSet(builtIn: [.addition1], seed: 5, poolSize: 40, problemsPerSplit: 8, verifier: .exact)
  }

  @Test(
    arguments: [
      ("vip", [:], 1, "rollouts_per_prompt is 1"),
      ("duet", [:], 40, "rollouts_per_prompt is 40"),
      ("hora", ["maximum_rollouts": "1"], 8, "maximum_rollouts is 1"),
      ("vip", ["minimum_rollouts": "9"], 8, "minimum_rollouts is 9"),
      // Both are at fault, neither alone can be blamed: what is left is the number of rollouts.
      ("vip", ["minimum_rollouts": "9", "maximum_rollouts": "9"], 8, "minimum_rollouts is 9"),
    ] as [(String, [String: String], Int, String)])
  func anImpossibleRuleIsRefusedByTheKeyThatMakesItSo(
    rule: String, overrides: [String: String], each: Int, start: String
  ) throws {
    let error = try #require(try refusal(rule, overrides, each: each))
    #expect(error.description.hasPrefix(start), "\(error)")
    #expect(error.description.contains("'\(rule)'"))
  }

  @Test func everyNamedRuleIsPossibleAtTheUsualNumbers() throws {
    for rule in RolloutRule.names {
      for each in [4, 8, 16] { #expect(try refusal(rule, each: each) == nil, "\(rule), \(each)") }
    }
  }

  @Test(arguments: ["minimum_rollouts", "maximum_rollouts"])
  func boundsThatARuleDoesNotReadAreRefused(key: String) throws {
    let reading: Set = [
      "dynamo", "dynamo-as-released", "root-jeffreys", "score-aware", "knapsack", "hora", "coba-rl", "vip",
      "vip-features",
      "duet", "duet-abort", "allot-two-stage", "allot-two-stage-tokens", "allot-steered",
      "allot-steered-tokens",
    ]
    for rule in RolloutRule.names {
      let overrides = ["rollout_rule": rule, key: "4"]
      if reading.contains(rule) {
        _ = try Method.resolved("rloo", overrides: overrides)
      } else {
        let error = #expect(throws: TrainingError.self) { try Method.resolved("rloo", overrides: overrides) }
        let text = error?.description ?? ""
        #expect(text.contains(key) && text.contains("'\(rule)'"), "\(text)")
      }
    }
  }

  /// What says that it reads the bounds does, and what says that it does not draws the same under any that it admits.
  @Test func whetherARuleReadsBoundsIsTrue() throws {
    for name in RolloutRule.names {
      var rule = try #require(RolloutRule.named(name, each: 8)).over(TinyRun.tasks.get())
      if name == "vip-features" {
        // What its process predicts of all prompts is the same until it has seen some.
        rule.observe((0..<6).map { GroupOutcome(prompt: $0, successes: $0, samples: 8) })
      }
      let groups = (0..<6).map { prompt in
        var record = PromptRecord(
          prompt: prompt, visits: 1, statistics: PromptStatistics(successes: prompt, samples: 8))
        record.latest = record.statistics
        record.signal = Double(prompt)
        record.meanLength = 5
        record.weight = Double(1 + prompt)
        return StagedGroup(record)
      }
      func requests(_ bounds: AllocationBounds, _ groups: [StagedGroup]) throws -> [Int] {
        try rule.sampler.requests(groups, budget: 48, bounds: bounds)
      }
      let wide = AllocationBounds(minimum: 2, maximum: 32)
      let narrow = AllocationBounds(minimum: 8, maximum: 8)
      var first = try requests(wide, groups)
      var second = try requests(narrow, groups)
      if name == "hora" {
        // The pilots are alike; the bounds bind the round after them.
        let staged = groups.map { group in
          var group = group
          group.rounds = [PromptStatistics(successes: group.record.prompt % 3, samples: 2)]
          return group
        }
        first = try requests(wide, staged)
        second = try requests(narrow, staged)
      }
      #expect((first != second) == rule.sampler.readsBounds, "\(name): \(first), \(second)")
    }
  }

  /// Only rules that read it have it computed.
  @Test func thePromptsLogProbabilityIsComputedWhereItIsRead() throws {
    for (name, reads) in [("duet", true), ("duet-abort", true), ("uniform", false), ("greso", false)] {
      let rule = try #require(RolloutRule.named(name, each: 6))
      #expect(rule.sampler.readsPromptLogProbability == reads)
      let run = try RuleRunTests.run(rule)
      let tasks = try TinyRun.tasks.get()
      let configuration = run.configuration
      var promptTokens: [[Int32]] = []
      for problem in tasks.pool { promptTokens.append(try tasks.vocabulary.encodePrompt(problem.prompt)) }
      let stage = RuleStage(
        plain: RolloutStage(
          method: run.method, configuration: configuration, vocabulary: tasks.vocabulary, pool: tasks.pool,
          promptTokens: promptTokens, verifier: tasks.verifier, settings: configuration.sampling(tasks),
          order: PromptOrder(seed: 5, poolSize: 40, batchSize: 6)))
      let records = try stage.records(
        [0, 3], run.state, try #require(run.state.rule),
        trainer: TransformerTrainer(configuration: TinyRun.shape), threads: 1)
      #expect(records.allSatisfy { ($0.promptLogProbability != nil) == reads }, "\(name)")
    }
  }
}
