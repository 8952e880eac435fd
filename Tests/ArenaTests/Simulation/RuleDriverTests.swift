import Allocation
import Testing

@testable import Arena

/// What a step reports is what it did, for every rule that has a name.
@Suite struct RuleDriverTests {
  static let setting = RuleDriver.Setting(
    promptsPerStep: 8, rolloutsPerPrompt: 8, bounds: AllocationBounds(minimum: 2, maximum: 64))

  private func driver(_ rule: RolloutRule, _ world: ArenaWorld, seed: UInt64 = 3) throws -> RuleDriver {
    RuleDriver(try Contender(rule).prepared(for: world), world: world, setting: Self.setting, seed: seed)
  }

  private static let rules = RolloutRule.all(each: 8)

  @Test(arguments: rules.map(\.name))
  func theSpendReportedIsWhatWasDrawn(_ name: String) throws {
    let rule = try #require(Self.rules.first { $0.name == name })
    for recipe in ["hard", "noisy-verifier"] {
      let world = try #require(ArenaWorld.recipe(recipe)).world(count: 60, seed: 2)
      var state = ArenaState(world, seed: 3)
      var driver = try driver(rule, world)
      var (useful, spent, ready, used) = (0, 0, 0, 0)
      for _ in 0..<12 {
        let before = state.drawn
        let visits = state.records.map(\.visits)
        let (gradient, cost) = try driver.step(&state)
        let drawn = zip(state.drawn, before).map { $0 - $1 }
        let outcomes = driver.outcomes
        #expect(drawn.reduce(0, +) == cost.rollouts)
        #expect(outcomes.reduce(0) { $0 + $1.samples } == cost.rollouts)
        #expect(outcomes.reduce(0) { $0 + $1.tokens } == cost.tokens && cost.tokens >= cost.rollouts)
        #expect(outcomes.count == cost.groups && outcomes.allSatisfy { $0.samples > 0 })
        #expect(
          outcomes.count { $0.successes == 0 || $0.successes == $0.samples } == cost.deadGroups)
        #expect(cost.trainedGroups <= Self.setting.promptsPerStep)
        // Groups that waited were somebody's outcome before.
        let waits = rule.sampler.keepsSurplus
        let trained = outcomes.count(where: \.isTrained)
        #expect(waits ? trained <= cost.trainedGroups : trained == cost.trainedGroups)
        useful += cost.useful
        spent += cost.rollouts
        if name == "speed-rl" {
          // Every group that passed its screen, which only a mixed one does, was trained on once or waits.
          ready += outcomes.count { $0.samples == 8 }
          used += cost.trainedGroups
          #expect(ready == used + driver.waitingCount)
        }
        #expect(cost.useful >= 0 && useful <= spent && (waits || cost.useful <= cost.rollouts))
        #expect(Set(gradient.prompts).count == gradient.prompts.count)
        #expect(gradient.prompts.count == gradient.values.count && gradient.across >= 0)
        // Visits are counted prompt by prompt.
        for i in 0..<world.count {
          #expect(state.records[i].visits - visits[i] == outcomes.count { $0.prompt == i })
        }
        state.apply(gradient)
      }
    }
  }

  /// Rules that divide a step's budget before they draw it spend all of it; DUET's budget is tokens.
  @Test(arguments: [
    "uniform", "dynamo", "root-jeffreys", "score-aware", "knapsack", "vip", "allot-two-stage",
  ])
  func aBatchRuleSpendsItsBudget(_ name: String) throws {
    let rule = try #require(Self.rules.first { $0.name == name })
    let world = ArenaWorld.named[0].world(count: 60, seed: 2)
    var state = ArenaState(world, seed: 3)
    var driver = try driver(rule, world)
    for _ in 0..<12 {
      let (gradient, cost) = try driver.step(&state)
      #expect(cost.rollouts == 64 && cost.trainedGroups == 8)
      state.apply(gradient)
    }
  }

  @Test func aDeadGroupIsOneWhoseRewardsAgree() throws {
    // Never solved, always solved, and a coin: three prompts, all in each step.
    let world = ArenaWorld.small([1e-12, 1 - 1e-12, 0.5])
    var state = ArenaState(world, seed: 3)
    var driver = RuleDriver(
      Contender(.uniform), world: world,
      setting: .init(promptsPerStep: 3, rolloutsPerPrompt: 64, bounds: .init(minimum: 2, maximum: 64)),
      seed: 3)
    let (gradient, cost) = try driver.step(&state)
    #expect(cost.groups == 3 && cost.deadGroups == 2 && cost.useful == 64 && cost.rollouts == 192)
    for (i, g) in zip(gradient.prompts, gradient.values) { #expect((g == 0) == (i != 2)) }
  }

  /// A screen of 30 coins misses one side with probability 2⁻²⁹: all 32 groups pass, 8 are trained on in each of four steps, and nothing is drawn before they are used up.
  @Test func whatIsOverWaitsAsItWasDrawn() throws {
    let world = ArenaWorld.small(.init(repeating: 0.5, count: 64))
    let rule = RolloutRule("screen", sampler: ScreenedSampling(screen: 30, more: 30))
    var state = ArenaState(world, seed: 3)
    var driver = try driver(rule, world)
    var spent: [Int] = []
    var useful = 0
    var met: Set<Int> = []
    for step in 0..<5 {
      var (other, elsewhere) = (driver, state)
      let (gradient, cost) = try driver.step(&state)
      spent.append(cost.rollouts)
      useful += cost.useful
      #expect(cost.trainedGroups == 8 && cost.useful == 8 * 60)
      if (1...3).contains(step) {
        #expect(driver.outcomes.isEmpty && cost.tokens == 0)
        // The policy has moved on; the rollouts are those of the one that drew them.
        elsewhere.apply(gradient)
        let (same, _) = try other.step(&elsewhere)
        #expect(same.prompts == gradient.prompts && same.values == gradient.values)
      }
      if step < 4 { met.formUnion(gradient.prompts) }
      state.apply(gradient)
    }
    #expect(spent == [1920, 0, 0, 0, 1920] && useful == 5 * 480 && met.count == 32)
    // Without a buffer each step draws, and drops three of four.
    var dropping = RuleDriver(
      Contender(
        RolloutRule("drop", sampler: ScreenedSampling(screen: 30, more: 30, keepsSurplus: false))),
      world: world, setting: Self.setting, seed: 3)
    for _ in 0..<2 { #expect(try dropping.step(&state).1.rollouts == 1920) }
  }

  /// Four steps of 480 rollouts are paid for by the first: a budget of fewer than 1920 is over after all four, and the curve has no point between.
  @Test func aRunEndsWhenWhatWasPaidForIsUsed() throws {
    let world = ArenaWorld.small(.init(repeating: 0.5, count: 64))
    func run(keeps: Bool) throws -> ArenaRun {
      try ArenaRun.run(
        Contender(
          RolloutRule("screen", sampler: ScreenedSampling(screen: 30, more: 30, keepsSurplus: keeps))),
        world: world, setting: ArenaSetting(rollouts: 1900, promptsPerStep: 8, rolloutsPerPrompt: 8), seed: 3)
    }
    let (keeping, dropping) = (try run(keeps: true), try run(keeps: false))
    #expect(keeping.curve.map(\.steps) == [0, 4] && keeping.cost.rollouts == 1920)
    #expect(keeping.cost.useful == 1920 && keeping.cost.trainedGroups == 32)
    #expect(dropping.curve.map(\.steps) == [0, 1] && dropping.cost.useful == 480)
    #expect(keeping.quality > dropping.quality)
  }

  /// Common random numbers: what one rule draws for a prompt at its first visit, another that asks as much draws too.
  @Test func rulesThatAskTheSameMeetTheSameLuck() throws {
    let world = ArenaWorld.named[0].world(count: 48, seed: 2)
    func first(_ rule: RolloutRule) throws -> [Int: Int] {
      var state = ArenaState(world, seed: 3)
      var driver = try driver(rule, world)
      _ = try driver.step(&state)
      #expect(driver.outcomes.allSatisfy { $0.samples == 8 })
      return Dictionary(uniqueKeysWithValues: driver.outcomes.map { ($0.prompt, $0.successes) })
    }
    let uniform = try first(.uniform)
    let mixed = try first(
      RolloutRule(
        "mixed", sampler: MixedGroupSampling(each: 8, promptsPerTrained: 3, maximumBatches: 1)))
    #expect(uniform.count == 8 && mixed.count == 24)
    for (prompt, successes) in uniform { #expect(mixed[prompt] == successes) }
    #expect(Set(uniform.values).count > 1)
  }

  /// Three prompts, six places: every prompt comes twice in a step, each time with numbers of its own.
  @Test func aPromptThatComesTwiceIsDrawnTwice() throws {
    let world = ArenaWorld.small([0.5, 0.5, 0.5])
    let rule = RolloutRule(
      "twice", sampler: MixedGroupSampling(each: 8, promptsPerTrained: 2, maximumBatches: 1))
    var state = ArenaState(world, seed: 3)
    var driver = RuleDriver(
      Contender(rule), world: world,
      setting: .init(promptsPerStep: 3, rolloutsPerPrompt: 8, bounds: .init(minimum: 2, maximum: 64)), seed: 3
    )
    var differing = 0
    // Twins agree with probability C(16, 8)/2¹⁶ = 0.196; all of 90 pairs agree with 10⁻⁶³.
    for _ in 0..<30 {
      let (gradient, cost) = try driver.step(&state)
      #expect(cost.groups == 6 && cost.rollouts == 48)
      #expect(Set(gradient.prompts).count == gradient.prompts.count)
      for prompt in 0..<3 {
        let twins = driver.outcomes.filter { $0.prompt == prompt }
        #expect(twins.count == 2)
        if Set(twins.map(\.successes)).count == 2 { differing += 1 }
      }
    }
    #expect(differing > 45)
    #expect(state.records.allSatisfy { $0.visits == 60 && $0.statistics.samples == 480 })
  }

  /// Two rounds of eight agree with probability 0.196: thirty of forty pairs with less than 10⁻¹³.
  @Test func everyRoundAndVisitHasLuckOfItsOwn() {
    let world = ArenaWorld.small(.init(repeating: 0.5, count: 40))
    let state = ArenaState(world, seed: 1)
    var (rounds, visits) = (0, 0)
    for i in 0..<40 {
      func group(visit: Int) -> DrawnGroup {
        DrawnGroup(PromptRecord(prompt: i), start: .beginning, weight: 1, visit: visit, state: state)
      }
      var (first, second, again) = (group(visit: 0), group(visit: 1), group(visit: 0))
      let luck = first.draw(8, round: 0, key: 7, abort: nil, shared: world.shared)
      if first.draw(8, round: 1, key: 7, abort: nil, shared: world.shared) != luck { rounds += 1 }
      if second.draw(8, round: 0, key: 7, abort: nil, shared: world.shared) != luck { visits += 1 }
      #expect(again.draw(8, round: 0, key: 7, abort: nil, shared: world.shared) == luck)
    }
    #expect(rounds > 10 && visits > 10)
  }

  @Test func aPassOffersEveryPromptOnce() {
    var order = CandidateOrder(count: 10, world: "w", seed: 1)
    let taken = (0..<6).flatMap { _ in order.next(5) }
    for pass in 0..<3 { #expect(Set(taken[10 * pass..<10 * (pass + 1)]) == Set(0..<10)) }
    #expect(Array(taken[0..<10]) != Array(taken[10..<20]))
    #expect(order.next(0).isEmpty && order.next(25).count == 25)
  }
}
