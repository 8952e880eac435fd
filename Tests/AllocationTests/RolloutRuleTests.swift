import Allocation
import Statistics
import Testing

/// What whoever drives a rule relies on, for every rule of this file's list, on populations of every kind.
@Suite struct RolloutRuleTests {
  static func rules(each: Int) -> [RolloutRule] {
    [
      .reinforceAdaBalanced(each: each), .reinforceAdaPositive(each: each), .stagedReuse(each: each),
      .stagedReuseWithGradient(each: each), .screenedSampling(each: each), .mixedGroups(each: each),
      .skippedZeroVariance(each: each), .curriculum(each: each), .learnability(each: each),
      .difficultyBand(each: each), .prefixSampling(each: each), .prefixController(each: each),
    ]
  }

  @Test func rulesHaveTheirNames() {
    #expect(
      Self.rules(each: 8).map(\.name) == [
        "reinforce-ada-balanced", "reinforce-ada-positive", "ar3po", "ar3po-reuse-gradient", "speed-rl",
        "dapo",
        "greso", "pcl", "lilo", "difficulty-band", "prefix-sampling", "prefix-controller",
      ])
  }

  /// METHODS A4, A5 and A7a: 8 and 4 of Reinforce-Ada at 8, 2·4 of AR3PO at 8, 4 and 12 of SPEED-RL at 16.
  @Test func publishedNumbersAreMetAtThePublishedSize() {
    #expect(RolloutRule.reinforceAdaBalanced(each: 8).sampler as? ReinforceAda == ReinforceAda())
    #expect(RolloutRule.stagedReuse(each: 8).sampler as? StagedReuse == StagedReuse())
    #expect(RolloutRule.screenedSampling(each: 16).sampler as? ScreenedSampling == ScreenedSampling())
    #expect(RolloutRule.mixedGroups(each: 16).sampler as? MixedGroupSampling == MixedGroupSampling())
    #expect(RolloutRule.learnability(each: 8).sampler as? LearnabilitySelection == LearnabilitySelection())
    let small = RolloutRule.screenedSampling(each: 8).sampler as? ScreenedSampling
    #expect(small == ScreenedSampling(screen: 4, more: 4))
  }

  /// A pool under one rule for some steps, with everything checked that a driver relies on.
  struct Drive {
    var rule: RolloutRule
    var pool: [PromptRecord]
    var stream: RandomStream
    var drawn = 0
    var reported = 0
    var trained = 0

    mutating func step(_ passRates: [Double], count: Int) throws {
      let candidates = min(
        pool.count, count * rule.sampler.promptsPerTrained * rule.selector.candidatesPerPrompt)
      let first = candidates == 0 ? 0 : stream.index(below: pool.count)
      let offered = (0..<candidates).map { pool[(first + $0) % pool.count] }
      let places = rule.selector.select(
        offered, count: count * rule.sampler.promptsPerTrained, stream: &stream)
      #expect(places == Set(places).sorted() && places.allSatisfy { offered.indices.contains($0) })
      #expect(places.count <= count * rule.sampler.promptsPerTrained)
      var prompts = places.map { offered[$0] }
      for again in rule.starter.carriedOver() where !prompts.contains(where: { $0.prompt == again }) {
        prompts.append(pool[again])
      }
      let starts = rule.starter.starts(prompts)
      #expect(starts.count == prompts.count)
      for (start, prompt) in zip(starts, prompts) {
        switch start {
        case .beginning: break
        case .afterSuccess: #expect(prompt.storedSuccesses > 0)
        case .afterFailure: #expect(prompt.storedFailures > 0)
        }
        #expect((0..<100).contains(rule.starter.replayedTokens(start, length: 100)))
      }
      var groups = prompts.map { StagedGroup($0) }
      let bounds = rule.bounds ?? .none
      while true {
        let requests = try rule.sampler.requests(groups, budget: 8 * groups.count, bounds: bounds)
        #expect(requests.count == groups.count && requests.allSatisfy { $0 >= 0 })
        if requests.allSatisfy({ $0 == 0 }) { break }
        drawn += requests.reduce(0, +)
        for index in groups.indices where requests[index] > 0 {
          let p = passRates[groups[index].record.prompt]
          let successes = (0..<requests[index]).count { _ in stream.uniform() < p }
          groups[index].rounds.append(PromptStatistics(successes: successes, samples: requests[index]))
        }
      }
      for group in groups { #expect((bounds.minimum...bounds.maximum).contains(group.samples)) }
      let training = rule.sampler.training(groups, count: count)
      #expect(training.count <= count && Set(training.map(\.group)).count == training.count)
      for entry in training {
        let group = groups[entry.group]
        #expect(entry.successes <= group.successes && entry.failures + entry.replayed <= group.failures)
        #expect(entry.replayed <= group.record.storedSuccesses)
      }
      trained += training.count
      let outcomes = groups.indices.map { index in
        GroupOutcome(
          prompt: groups[index].record.prompt, successes: groups[index].successes,
          samples: groups[index].samples, start: starts[index],
          isTrained: training.contains { $0.group == index })
      }
      reported += outcomes.reduce(0) { $0 + $1.samples }
      rule.observe(outcomes)
      for outcome in outcomes {
        pool[outcome.prompt].storedSuccesses += outcome.successes
        pool[outcome.prompt].storedFailures += outcome.samples - outcome.successes
        pool[outcome.prompt].discountedSuccesses += Double(outcome.successes)
        pool[outcome.prompt].discountedSamples += Double(outcome.samples)
      }
    }
  }

  @Test(arguments: [[], [0, 0, 0, 0, 0, 0], [1, 1, 1, 1, 1, 1], [0, 0.1, 0.3, 0.6, 0.9, 1]], [2, 5, 8])
  func everyRuleKeepsItsContract(passRates: [Double], each: Int) throws {
    for rule in Self.rules(each: each) {
      let pool = passRates.indices.map { prompt in
        PromptRecord(prompt: prompt, features: prompt % 3 == 0 ? [] : [Double(prompt), 1])
      }
      var drive = Drive(
        rule: rule, pool: pool, stream: RandomStream(StreamKey(seed: 7, claim: "rule-contract/\(rule.name)")))
      for _ in 0..<30 { try drive.step(passRates, count: 3) }
      #expect(drive.drawn == drive.reported, "\(rule.name)")
      #expect((drive.drawn > 0) == !passRates.isEmpty, "\(rule.name)")
      if ["dapo", "greso", "speed-rl", "difficulty-band", "prefix-sampling", "prefix-controller"].contains(
        rule.name)
      {
        // Where all fail or all pass no group is mixed, and none is trained on.
        #expect((drive.trained > 0) == (Set(passRates).count > 1), "\(rule.name)")
      } else {
        #expect((drive.trained > 0) == !passRates.isEmpty, "\(rule.name)")
      }
    }
  }
}
