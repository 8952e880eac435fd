import Allocation
import Modulation
import Testing

@testable import Training

/// The named methods, what they need to be trusted, and their allocations.
@Suite struct MethodTests {
  @Test func everyNamedMethodIsSoundAndHasANameOfItsOwn() {
    for method in Method.all { #expect(method.problems.isEmpty, "\(method.name): \(method.problems)") }
    #expect(Set(Method.all.map(\.name)).count == Method.all.count)
    #expect(
      Set(Method.all.map { $0.with("") { _ in } }).count == Method.all.count, "two methods are the same")
    for method in Method.all { #expect(Method.named(method.name) == method) }
    #expect(Method.named("ppo") == nil)
  }

  @Test func baselinesNeedNoClaim() {
    let needy = Method.unruled.filter { !$0.requiredParameters.isEmpty }.map(\.name)
    #expect(
      needy == [
        "fork-tokens", "entropy-advantages", "clip-cov", "kl-cov", "w-reinforce", "psr", "nsr", "prerl",
        "prerl-nsr", "dsrl", "dynamo",
        "dynamo-allocation-only", "dynamo-modulation-only", "dynamo-as-released",
        "dynamo-as-released-allocation-only", "dynamo-as-released-modulation-only", "allot",
        "allot-score-aware",
      ])
    let allocations: [String?] = ["uniform", "dynamo", "dynamo-as-released", "root-jeffreys", "score-aware"]
    // A rule that is no allocation which the claims judge needs a claim of its own.
    for method in Method.rivals where !allocations.contains(method.rolloutRule) {
      #expect(method.requiredParameters.map(\.name) == ["rollout_rule"])
      #expect(method.requiredParameters.map(\.value) == [method.rolloutRule])
    }
  }

  @Test(arguments: [
    (
      Method.dynamo,
      "allocation_rule=proportional allocation_input=estimated-proportional advantage_modulation=published"
    ),
    (.forkTokens, "token_rule=fork-tokens"), (.entropyAdvantages, "token_rule=entropy-advantages"),
    (.clipCov, "token_rule=clip-cov"), (.klCov, "token_rule=kl-cov"),
    (.weightedReinforce, "advantage_rule=w-reinforce"),
    (.positiveOnly, "advantage_rule=psr-as-released"), (.negativeOnly, "advantage_rule=nsr-as-released"),
    (.positiveOnly.with("") { $0.dropsZeroAdvantages = false }, "advantage_rule=psr"), (.grpo, ""),
    (.dynamoModulationOnly, "advantage_modulation=published"),
    (
      .dynamoAsReleased,
      "allocation_rule=released allocation_pipeline=released advantage_modulation=released-6"
    ),
    (.dynamoAsReleasedModulationOnly, "advantage_modulation=released-6"),
    (.preRL, "objective=without-prompt"), (.dsrl, "objective=without-prompt"),
    (.rloo.with("") { $0.rolloutRule = "uniform" }, ""),
    (
      .rloo.with("") { $0.rolloutRule = "root-jeffreys" },
      "allocation_rule=root allocation_input=estimated-root-jeffreys"
    ),
    (.allot, "allocation_rule=root allocation_input=estimated-root-jeffreys"),
    (.allotScoreAware, "allocation_rule=neyman allocation_input=logit-score-norm"),
  ]) func methodsNameTheParametersTheyRelyOn(method: Method, wanted: String) {
    #expect(method.requiredParameters.map { "\($0.name)=\($0.value)" }.joined(separator: " ") == wanted)
  }

  /// Other numbers than those examined are not covered by the examination; another scope is a scope.
  @Test func aModulationWithOtherNumbersIsNotTheExaminedOne() {
    var rule = TokenRule.published
    rule.compensation = .published(GradientCompensation(strength: 0.9))
    var method = Method.dynamoModulationOnly
    method.tokenRule = .modulation(rule)
    #expect(method.requiredParameters.map(\.value) == ["modified"])
    method.tokenRule = TokenRule(.modulationPublished).scoped(compensation: .sequence)
    #expect(method.requiredParameters.map(\.value) == ["published"])
    #expect(method.tokenRule != TokenRule(.modulationPublished))
  }

  @Test func aTokenRuleWithOtherNumbersIsNotTheExaminedOne() {
    let method = Method.forkTokens.with("") { $0.tokenRule = .forkTokens(ForkTokensMask(fraction: 0.5)) }
    #expect(method.requiredParameters.map { "\($0.name)=\($0.value)" } == ["token_rule=modified"])
  }

  @Test func namesOfTokenRulesLeadToThemAndBack() {
    for kind in TokenRule.Kind.allCases { #expect(TokenRule(kind).kind == kind) }
  }

  @Test func choicesThatExcludeEachOtherAreFound() {
    #expect(Method.klCov.with("") { $0.surrogate = Surrogate() }.problems.count == 1)
    #expect(Method.rloo.with("") { $0.decay = 0 }.problems.count == 1)
    #expect(Method.rloo.with("") { $0.decay = .nan }.problems.count == 1)
    #expect(Method.rloo.with("") { $0.surrogate.low = 2 }.problems.count == 1)
    #expect(Method.rloo.with("") { $0.surrogate.dual = 1 }.problems.count == 1)
    #expect(Method.rloo.with("") { $0.bounds = .relative(low: 2, high: 3) }.problems.count == 1)
    #expect(Method.rloo.with("") { $0.klPenalty = KLPenalty(coefficient: -1) }.problems.count == 1)
    #expect(Method.rloo.with("") { $0.entropyCoefficient = .infinity }.problems.count == 1)
    #expect(Method.dapo.with("") { $0.dynamicSampling?.maximumBatches = 0 }.problems.count == 1)
  }

  @Test(arguments: AllocationRule.allCases)
  func everyRuleSpendsTheBudgetWithinItsBounds(rule: AllocationRule) throws {
    let statistics = [(0, 16), (4, 16), (8, 16), (15, 16), (0, 0), (2, 4)].map {
      PromptStatistics(successes: $0.0, samples: $0.1)
    }
    var method = Method.allot
    method.allocation = rule
    let counts = try method.rollouts(statistics: statistics, budget: 96)
    #expect(counts.reduce(0, +) == 96)
    #expect(counts.allSatisfy { (8...24).contains($0) }, "\(counts)")
    #expect((Set(counts).count == 1) == (rule == .uniform), "\(counts)")
  }

  /// Each name reaches the type that it says.
  @Test func rulesAreThoseOfTheLibrary() throws {
    let statistics = [(1, 16), (4, 16), (8, 16), (15, 16)].map {
      PromptStatistics(successes: $0.0, samples: $0.1)
    }
    let bounds = AllocationBounds(minimum: 2, maximum: 40)
    let moments: [ScoreAwareNeymanAllocation.ScoreMoments?] = [
      .init(successVariance: 1, failureVariance: 2, squaredDistance: 3), nil,
      .init(successVariance: 4, failureVariance: 1, squaredDistance: 0), nil,
    ]
    func counts(_ rule: AllocationRule) throws -> [Int] {
      try rule.rollouts(statistics: statistics, moments: moments, budget: 64, bounds: bounds)
    }
    #expect(
      try counts(.proportional) == ProportionalAllocation.rollouts(statistics, budget: 64, bounds: bounds))
    #expect(
      try counts(.root) == RootProportionalAllocation.rollouts(statistics, budget: 64, bounds: bounds))
    #expect(try counts(.minimax) == counts(.root), "the worst case over σ² ≤ C·P asks for √P̂")
    #expect(
      try counts(.rootJeffreys) == RootJeffreysAllocation.rollouts(statistics, budget: 64, bounds: bounds))
    #expect(
      try counts(.scoreAware)
        == ScoreAwareNeymanAllocation.rollouts(statistics, moments: moments, budget: 64, bounds: bounds))
    #expect(
      try counts(.released)
        == ReleasedWaterLevelAsReleased.rollouts(statistics, budget: 64, bounds: bounds))
    #expect(Set([try counts(.proportional), try counts(.root), try counts(.scoreAware)]).count == 3)
  }

  @Test(arguments: [1, 3, 7, 8, 100]) func relativeBoundsAlwaysAdmitTheBudget(promptCount: Int) throws {
    let statistics = (0..<promptCount).map { PromptStatistics(successes: $0 % 3, samples: 4) }
    for budget in [0, 1, promptCount - 1, 5 * promptCount + 1, 16 * promptCount] {
      for rule in AllocationRule.allCases {
        let counts = try Method.dynamo.with("") { $0.allocation = rule }
          .rollouts(statistics: statistics, budget: budget)
        #expect(counts.reduce(0, +) == budget)
      }
    }
    #expect(
      RolloutBounds.released.bounds(budget: 128, promptCount: 8)
        == AllocationBounds(minimum: 8, maximum: 24))
  }

  @Test func dynamicSamplingKeepsGroupsWithASignal() {
    #expect(DynamicSampling.keeps(rewards: [1, 0, 1]))
    #expect(!DynamicSampling.keeps(rewards: [0, 0]) && !DynamicSampling.keeps(rewards: [1, 1, 1]))
    #expect(DynamicSampling.keeps(rewards: [0]), "a group of one is kept")
  }

  // At 8 rollouts per prompt DynaMO's bounds are 4 and 12: one given bound leaves the other.
  @Test func oneBoundLeavesTheOther() throws {
    let statistics = [
      PromptStatistics(successes: 0, samples: 8), PromptStatistics(successes: 4, samples: 8),
      PromptStatistics(successes: 0, samples: 8),
    ]
    func rollouts(_ overrides: [String: String]) throws -> [Int] {
      try Method.resolved("dynamo", overrides: overrides).rollouts(statistics: statistics, budget: 24)
    }
    #expect(try rollouts([:]) == [6, 12, 6])
    #expect(try rollouts(["minimum_rollouts": "1"]) == [6, 12, 6])
    #expect(try rollouts(["maximum_rollouts": "20"]) == [4, 16, 4])
    #expect(try rollouts(["minimum_rollouts": "1", "maximum_rollouts": "20"]) == [2, 20, 2])
    #expect(throws: TrainingError.self) {
      try Method.resolved("dynamo", overrides: ["minimum_rollouts": "9", "maximum_rollouts": "4"])
    }
    #expect(throws: TrainingError.self) { try Method.resolved("rloo", overrides: ["kl_estimator": "k1"]) }
    #expect(throws: TrainingError.self) {
      try Method.resolved("dynamo-as-released", overrides: ["dynamic_sampling": "3"])
    }
  }
}
