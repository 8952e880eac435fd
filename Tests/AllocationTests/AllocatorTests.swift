import Allocation
import Statistics
import Testing

@Suite struct AllocatorTests {
  typealias Rule = @Sendable ([PromptStatistics], Int, AllocationBounds) throws -> [Int]

  static let rules: [(name: String, allocate: Rule)] = [
    ("uniform", { try UniformAllocation.rollouts(promptCount: $0.count, budget: $1, bounds: $2) }),
    ("proportional", { try ProportionalAllocation.rollouts($0, budget: $1, bounds: $2) }),
    ("root", { try RootProportionalAllocation.rollouts($0, budget: $1, bounds: $2) }),
    ("root-jeffreys", { try RootJeffreysAllocation.rollouts($0, budget: $1, bounds: $2) }),
    ("score-aware", { try ScoreAwareNeymanAllocation.rollouts($0, budget: $1, bounds: $2) }),
    (
      "minimax",
      {
        try MinimaxAllocation.rollouts(
          bernoulliVariances: $0.map(\.bernoulliVariance), budget: $1, bounds: $2)
      }
    ),
    (
      "neyman",
      { try NeymanAllocation.rollouts(deviations: $0.map { Double($0.successes) }, budget: $1, bounds: $2) }
    ),
    (
      "integer",
      {
        try IntegerOptimalAllocation.rollouts(
          deviations: $0.map { Double($0.successes) }, budget: $1, bounds: $2)
      }
    ),
    ("released", { try ReleasedWaterLevelAsReleased.rollouts($0, budget: $1, bounds: $2) }),
  ]

  /// Random prompts, bounds and budgets; the seed is in the key.
  @Test(arguments: AllocatorTests.rules.indices)
  func everyAllocatorSpendsTheBudgetWithinItsBounds(index: Int) throws {
    let rule = Self.rules[index]
    var stream = RandomStream(StreamKey(seed: 2, claim: "allocator-properties"))
    for _ in 0..<300 {
      let count = 1 + stream.index(below: 12)
      let prompts = (0..<count).map { _ -> PromptStatistics in
        let samples = 8 + stream.index(below: 30)
        return PromptStatistics(successes: stream.index(below: samples + 1), samples: samples)
      }
      let bounds = AllocationBounds(minimum: stream.index(below: 9), maximum: 9 + stream.index(below: 20))
      let budget = count * bounds.minimum + stream.index(below: count * (bounds.maximum - bounds.minimum) + 1)
      let counts = try rule.allocate(prompts, budget, bounds)
      #expect(counts.reduce(0, +) == budget, "\(rule.name) \(prompts) \(budget) \(bounds)")
      #expect(
        counts.allSatisfy { $0 >= bounds.minimum && $0 <= bounds.maximum }, "\(rule.name) \(counts) \(bounds)"
      )
    }
  }

  @Test(arguments: AllocatorTests.rules.indices)
  func impossibleBudgetsNameTheNumber(index: Int) {
    let rule = Self.rules[index]
    let two = [PromptStatistics(successes: 4, samples: 16), PromptStatistics(successes: 8, samples: 16)]
    let bounds = AllocationBounds(minimum: 2, maximum: 4)
    #expect(throws: AllocationError.budgetBelowMinimum(budget: 3, required: 4)) {
      try rule.allocate(two, 3, bounds)
    }
    #expect(throws: AllocationError.budgetAboveMaximum(budget: 9, allowed: 8)) {
      try rule.allocate(two, 9, bounds)
    }
    #expect(throws: AllocationError.negativeBudget(-1)) { try rule.allocate(two, -1, AllocationBounds()) }
    #expect(throws: AllocationError.noPrompts) { try rule.allocate([], 3, AllocationBounds()) }
    #expect(throws: AllocationError.invalidBounds(minimum: 5, maximum: 4)) {
      try rule.allocate(two, 9, AllocationBounds(minimum: 5, maximum: 4))
    }
  }

  @Test func nonsenseIsRejected() {
    #expect(throws: AllocationError.invalidCounts(index: 0, successes: 5, samples: 4)) {
      try RootProportionalAllocation.rollouts([PromptStatistics(successes: 5, samples: 4)], budget: 4)
    }
    #expect(throws: AllocationError.self) { try NeymanAllocation.shares(deviations: [1, .nan], budget: 4) }
    #expect(throws: AllocationError.invalidValue(name: "deviations", index: 0, value: -1)) {
      try IntegerOptimalAllocation.rollouts(deviations: [-1, 1], budget: 4)
    }
    #expect(throws: AllocationError.invalidBudget(.infinity)) {
      try NeymanAllocation.shares(deviations: [1, 1], budget: .infinity)
    }
    let description = AllocationError.budgetBelowMinimum(budget: 3, required: 4).description
    #expect(description == "the budget is 3: the minimum of every prompt together needs at least 4")
  }

  /// k = 4 of 16: P̂ = 48/240 = 1/5; Jeffreys: 4.5·12.5/(17·18).
  @Test func proxiesByHand() throws {
    let prompt = PromptStatistics(successes: 4, samples: 16)
    #expect(prompt.bernoulliVariance == 0.2)
    #expect(abs(RootJeffreysAllocation.posteriorMean(prompt) - 56.25 / 306) < 1e-16)
    #expect(PromptStatistics(successes: 1, samples: 1).bernoulliVariance == 0)
  }

  @Test func withNothingKnownTheBudgetIsSharedAlike() throws {
    let none = [PromptStatistics](repeating: PromptStatistics(successes: 0, samples: 16), count: 3)
    #expect(try ProportionalAllocation.rollouts(none, budget: 7) == [3, 2, 2])
    #expect(try RootJeffreysAllocation.rollouts(none, budget: 6) == [2, 2, 2])
    #expect(try NeymanAllocation.rollouts(deviations: [0, 0, 4], budget: 6) == [0, 0, 6])
  }

  @Test func scoreMomentsMoveRolloutsToWhereTheyAreNeeded() throws {
    let prompts = [PromptStatistics](repeating: PromptStatistics(successes: 8, samples: 16), count: 2)
    let moments = [
      ScoreAwareNeymanAllocation.ScoreMoments(successVariance: 1, failureVariance: 1, squaredDistance: 1),
      ScoreAwareNeymanAllocation.ScoreMoments(successVariance: 4, failureVariance: 4, squaredDistance: 1),
    ]
    // c = 1 and 4, pooled 2.5, shrunk by 8 of 24: 1.5 and 3.5; shares in the ratio of their roots.
    let deviations = try ScoreAwareNeymanAllocation.deviations(prompts, moments: moments)
    #expect(abs((deviations[1] / deviations[0]) * (deviations[1] / deviations[0]) - 3.5 / 1.5) < 1e-14)
    let counts = try ScoreAwareNeymanAllocation.rollouts(prompts, moments: moments, budget: 20)
    #expect(counts == [8, 12])
  }
}
