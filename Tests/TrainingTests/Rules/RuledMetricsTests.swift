import Allocation
import Testing

@testable import Training

/// What a step under a rule reports.
@Suite struct RuledMetricsTests {
  /// A record without the metrics that only ruled steps have.
  static func plain(_ records: [StepRecord]) -> [StepRecord] {
    records.map { record in
      StepRecord(
        step: record.step, metrics: record.metrics.filter { !LogStage.ruledNames.contains($0.name) })
    }
  }

  @Test func onlyRuledStepsHaveTheMetricsOfRules() throws {
    let ruled = try TinyRun.finish(try RuleRunTests.run(RolloutRule("pairs", sampler: Pairs())), steps: 1)
    #expect(ruled.records[0].metrics.map(\.name) == LogStage.names + LogStage.ruledNames)
    let plain = try TinyRun.finish(try TinyRun.warm(), steps: 1)
    #expect(plain.records[0].metrics.map(\.name) == LogStage.names)
  }

  /// Groups are told as they were drawn, though one success and one failure of each are trained on.
  @Test func groupsAreToldAsTheyWereDrawn() throws {
    let outcome = try TinyRun.finish(try RuleRunTests.run(RolloutRule("until-both", sampler: UntilBoth())))
    var dead = 0
    for (record, judged) in zip(outcome.records, outcome.rollouts) {
      let ruled = try #require(judged.ruled)
      let sizes = ruled.groups.map(\.samples)
      #expect(record["rollout_allocation/min"] == sizes.min().map(Double.init))
      #expect(record["rollout_allocation/max"] == sizes.max().map(Double.init))
      let mute = ruled.groups.count { $0.successes == 0 || $0.successes == $0.samples }
      dead += mute
      #expect(record["frac_reward_zero_std"] == Double(mute) / Double(ruled.groups.count))
      #expect(
        record["all_zero_ratio"] == Double(ruled.groups.count { $0.successes == 0 }) / Double(sizes.count))
      // Everything drawn is at hand: what is trained on and what is not.
      #expect(ruled.untrained.batch.count + judged.batch.count == judged.drawnRollouts)
      let right = ruled.untrained.rewards.count { $0 > 0 } + judged.rewards.count { $0 > 0 }
      #expect(right == ruled.groups.reduce(0) { $0 + $1.successes })
      for rollout in 0..<ruled.untrained.batch.count {
        let group = ruled.groups[ruled.untrained.batch.groups[rollout]]
        let prompt = try TinyRun.tasks.get().pool[group.prompt].prompt
        #expect(
          try ruled.untrained.batch.prompts[ruled.untrained.batch.groups[rollout]]
            == TinyRun.tasks.get().vocabulary.encodePrompt(prompt))
      }
    }
    #expect(dead > 0)
  }

  @Test func responsesOfFormerStepsAndHeadStartsAreLeftOutAndCounted() throws {
    let replaying = try TinyRun.finish(
      try RuleRunTests.run(RolloutRule("replaying", sampler: Replaying(carriesGradient: true))) {
        $0.steps = 40
      })
    var replayed = 0
    for (record, judged) in zip(replaying.records, replaying.rollouts) {
      let ruled = try #require(judged.ruled)
      let own = judged.rewards.indices.filter { !ruled.isReplayed[$0] }
      replayed += judged.rewards.count - own.count
      #expect(record["rollouts/replayed"] == Double(judged.rewards.count - own.count))
      #expect(record["rollouts/head_start"] == 0 && record["rollouts/aborted"] == 0)
      let lengths = own.map { Double(judged.batch.range($0).count) }
      let mean = own.reduce(0) { $0 + judged.rewards[$1] } / Double(own.count)
      // The same sums in another order.
      #expect(abs((record["reward"] ?? .nan) - mean) < 1e-12)
      #expect(
        abs((record["completions/mean_length"] ?? .nan) - lengths.reduce(0, +) / Double(own.count)) < 1e-12)
    }
    #expect(replayed >= 5)
    let started = try TinyRun.finish(
      try RuleRunTests.run(
        RolloutRule("head-start", sampler: FixedGroups(each: 6), starter: AfterSuccess(fraction: 0.5))
      ) { $0.steps = 10 })
    var heads = 0.0
    for (record, judged) in zip(started.records, started.rollouts) {
      let ruled = try #require(judged.ruled)
      let own = judged.rewards.indices.filter {
        ruled.groups[ruled.sources[judged.batch.groups[$0]]].start == .beginning
      }
      heads += record["rollouts/head_start"] ?? .nan
      #expect(record["rollouts/head_start"] == Double(judged.rewards.count - own.count))
      let mean = own.reduce(0) { $0 + judged.rewards[$1] } / Double(own.count)
      if own.isEmpty {
        #expect(record["reward"] == nil)
      } else {
        #expect(abs((record["reward"] ?? .nan) - mean) < 1e-12)
      }
    }
    #expect(heads > 0)
  }

  @Test func abortedRolloutsAreCounted() throws {
    let rule = RolloutRule("abort", sampler: FixedGroups(each: 6), abort: EarlyAbort(exploration: 0.3))
    let outcome = try TinyRun.finish(try RuleRunTests.run(rule) { $0.maximumTokens = 2 }, steps: 1)
    let ruled = try #require(outcome.rollouts[0].ruled)
    #expect(
      outcome.records[0]["rollouts/aborted"] == Double(ruled.groups.reduce(0) { $0 + $1.aborted }))
  }

  /// The proxy is about log π(y | x).
  @Test func theVarianceProxyHasNoValueWhileThePromptIsRemoved() throws {
    let outcome = try TinyRun.finish(
      try TinyRun.warm {
        $0.method = "dsrl"
        $0.overrides = ["switch_step": "2"]
        $0.steps = 3
      })
    let names = LogStage.names.filter { $0.hasPrefix("variance_proxy/") }
    #expect(names.count == 5)
    for name in names {
      #expect(outcome.records.map { $0[name] == nil } == [true, true, false], "\(name)")
    }
  }
}
