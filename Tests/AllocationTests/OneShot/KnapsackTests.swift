import Allocation
import Statistics
import Testing
import _TestSupport

@Suite struct KnapsackTests {
  /// METHODS.md A3, computed there from the formula; five digits are given.
  @Test func theValueIsThePublishedOne() {
    let rates = [0.05, 0.1, 0.2, 1.0 / 3, 0.5, 0.8, 0.95]
    let expected = [0.01519, 0.04613, 0.10652, 0.14235, 0.12402, 0.02663, 0.00080]
    for (rate, value) in zip(rates, expected) {
      #expect(abs(KnapsackAllocation.value(rollouts: 8, passRate: rate) - value) <= 0.5e-5)
    }
    #expect(KnapsackAllocation.value(rollouts: 0, passRate: 0.5) == 0)
    #expect(KnapsackAllocation.value(rollouts: 1, passRate: 0.5) == 0)
    // 1/2 · 1/8: of two rollouts one succeeds.
    #expect(KnapsackAllocation.value(rollouts: 2, passRate: 0.5) == 1.0 / 16)
  }

  /// METHODS.md A3: dynamic programming and greedy agree there, at a value of .263737.
  @Test func fourPromptsHaveTheAllocationOfTheDynamicProgramme() throws {
    let rates = [0.05, 0.2, 0.5, 0.9]
    let counts = try KnapsackAllocation.rollouts(
      passRates: rates, budget: 32, bounds: AllocationBounds(minimum: 2, maximum: 16))
    #expect(counts == [10, 13, 7, 2])
    let value = SmallAllocations.total(counts) { KnapsackAllocation.value(rollouts: $1, passRate: rates[$0]) }
    #expect(abs(value - 0.263737) <= 0.5e-6)
  }

  /// From a minimum of 0 the value is not concave, and greedy alone would not do.
  @Test(arguments: [0, 1, 2, 3], [2, 3, 7, 128])
  func noAllocationIsWorthMore(_ minimum: Int, _ maximum: Int) throws {
    guard minimum <= maximum else { return }
    var stream = RandomStream(StreamKey(seed: 5, claim: "knapsack"))
    let bounds = AllocationBounds(minimum: minimum, maximum: maximum)
    for trial in 0..<60 {
      let count = 1 + stream.index(below: 4)
      let rates = (0..<count).map { _ in
        trial % 3 == 0 ? Double(1 + stream.index(below: 7)) / 8 : stream.uniformOpen()
      }
      let budget =
        count * minimum + stream.index(below: min(count * maximum, 16) - min(count * minimum, 15) + 1)
      guard budget <= count * maximum else { continue }
      func value(_ i: Int, _ n: Int) -> Double { KnapsackAllocation.value(rollouts: n, passRate: rates[i]) }
      let counts = try KnapsackAllocation.rollouts(passRates: rates, budget: budget, bounds: bounds)
      #expect(counts.reduce(0, +) == budget)
      #expect(counts.allSatisfy { (minimum...maximum).contains($0) })
      let best = SmallAllocations.best(count: count, budget: budget, bounds: bounds, value: value)
      // The sums are of at most four numbers below 1, each of a few roundings.
      #expect(
        SmallAllocations.total(counts, value) >= best - 16 * best.ulp,
        "\(rates) \(budget) \(counts)")
    }
  }

  @Test func masteredPromptsStayAtTheMinimumAndFailedOnesShareWhatIsLeft() throws {
    let bounds = AllocationBounds(minimum: 2, maximum: 8)
    #expect(
      try KnapsackAllocation.rollouts(passRates: [0.5, 1, 0, 0], budget: 20, bounds: bounds) == [8, 2, 5, 5])
    #expect(
      try KnapsackAllocation.rollouts(passRates: [0.5, 1, 0, 0], budget: 29, bounds: bounds) == [8, 5, 8, 8])
    #expect(try KnapsackAllocation.rollouts(passRates: [0, 0, 0], budget: 9, bounds: bounds) == [3, 3, 3])
    #expect(try KnapsackAllocation.rollouts(passRates: [1, 1], budget: 9, bounds: bounds) == [5, 4])
  }

  @Test func promptsThatWereNeverVisitedGetTheUniformShare() throws {
    let bounds = AllocationBounds(minimum: 2, maximum: 16)
    #expect(
      try KnapsackAllocation.rollouts(passRates: [nil, nil, nil], budget: 25, bounds: bounds) == [9, 8, 8])
    let visited = try KnapsackAllocation.rollouts(passRates: [0.2, 0.9], budget: 16, bounds: bounds)
    #expect(
      try KnapsackAllocation.rollouts(passRates: [nil, 0.2, 0.9, nil], budget: 32, bounds: bounds)
        == [8, visited[0], visited[1], 8])
    // The visited one can take only 3, so that the others get more than their share.
    let tight = AllocationBounds(minimum: 0, maximum: 3)
    #expect(
      try KnapsackAllocation.rollouts(passRates: [nil, nil, 0.5], budget: 8, bounds: tight) == [3, 2, 3])
  }

  @Test func theLatestVisitAloneCounts() throws {
    var records = (0..<2).map {
      PromptRecord(prompt: $0, statistics: PromptStatistics(successes: 9, samples: 10))
    }
    records[0].latest = PromptStatistics(successes: 1, samples: 4)
    records[1].latest = PromptStatistics(successes: 4, samples: 4)
    let bounds = AllocationBounds(minimum: 2, maximum: 16)
    #expect(try KnapsackAllocation().rollouts(records, budget: 12, bounds: bounds) == [10, 2])
    records[0].latest = PromptStatistics(successes: 5, samples: 4)
    #expect(throws: AllocationError.invalidCounts(index: 0, successes: 5, samples: 4)) {
      try KnapsackAllocation().rollouts(records, budget: 12, bounds: bounds)
    }
  }

  @Test func whatCannotBeDoneIsSaid() {
    #expect(throws: AllocationError.noPrompts) { try KnapsackAllocation.rollouts(passRates: [], budget: 4) }
    #expect(throws: AllocationError.budgetBelowMinimum(budget: 3, required: 4)) {
      try KnapsackAllocation.rollouts(passRates: [0.5, 0.5], budget: 3)
    }
    #expect(throws: AllocationError.budgetAboveMaximum(budget: 257, allowed: 256)) {
      try KnapsackAllocation.rollouts(passRates: [0.5, 0.5], budget: 257)
    }
    #expect(
      throws: AllocationError.outOfRange(
        name: "the pass rate of prompt 1", value: 1.5, allowed: "lie in 0...1")
    ) {
      try KnapsackAllocation.rollouts(passRates: [0.5, 1.5], budget: 8)
    }
  }
}
