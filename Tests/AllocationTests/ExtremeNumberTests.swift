import Allocation
import Statistics
import Testing

/// Numbers at the ends of their ranges, where sums overflow, cancel or underflow.
@Suite struct ExtremeNumberTests {
  /// The two small weights vanish in a sum with the large one; after it is capped they share what it leaves.
  @Test func weightsOfDifferentSizesKeepTheirRatio() throws {
    let bounds = AllocationBounds(maximum: 5)
    #expect(
      try BoundedNeymanAllocation.continuous(deviations: [1, 1e-17, 1e-17], budget: 8, bounds: bounds)
        == [5, 1.5, 1.5])
    #expect(
      try NeymanAllocation.rollouts(deviations: [1, 1e-17, 1e-17], budget: 8, bounds: bounds) == [5, 2, 1])
    let shares = try BoundedNeymanAllocation.continuous(
      deviations: [1, 1e-10, 2e-10], budget: 8, bounds: bounds)
    #expect(shares[0] == 5)
    #expect(abs(shares[1] - 1) <= 4 * (1.0).ulp && abs(shares[2] - 2) <= 4 * (2.0).ulp)
  }

  @Test func deviationsNearTheLimitsOfDoublePrecisionDoNotOverflow() throws {
    let huge = Double.greatestFiniteMagnitude
    #expect(try NeymanAllocation.shares(deviations: [huge, huge], budget: 6) == [3, 3])
    let tiny = Double.leastNonzeroMagnitude
    #expect(try NeymanAllocation.shares(deviations: [tiny, tiny, 0], budget: 6) == [3, 3, 0])
    #expect(try IntegerOptimalAllocation.rollouts(deviations: [huge, huge, 1], budget: 7) == [3, 3, 1])
    #expect(try IntegerOptimalAllocation.rollouts(deviations: [tiny, tiny, 0], budget: 6) == [3, 3, 0])
  }

  /// (10⁻¹⁷⁰)² underflows; the first rollout of that prompt still removes an infinite variance.
  @Test func aSmallDeviationGetsItsFirstRollout() throws {
    #expect(try IntegerOptimalAllocation.rollouts(deviations: [1, 1e-170], budget: 5) == [4, 1])
  }

  @Test func theLargestBudgetIsSpentExactly() throws {
    let prompts = [3, 0, 8].map { PromptStatistics(successes: $0, samples: 16) }
    for counts in [
      try UniformAllocation.rollouts(promptCount: 3, budget: .max),
      try NeymanAllocation.rollouts(deviations: [1, 2, 4], budget: .max),
      try IntegerOptimalAllocation.rollouts(deviations: [1, 2, 4], budget: .max),
      try RootJeffreysAllocation.rollouts(prompts, budget: .max),
      try ReleasedWaterLevelAsReleased.rollouts(prompts, budget: .max, bounds: AllocationBounds()),
      try ReleasedWaterLevelAsReleased.rollouts(
        prompts, budget: 48, bounds: AllocationBounds(), initialBudget: .max) + [.max - 48],
    ] {
      #expect(counts.allSatisfy { $0 >= 0 })
      #expect(counts.reduce(0, &+) == .max, "\(counts)")
    }
    #expect(try NeymanAllocation.rollouts(deviations: [1], budget: .max) == [.max])
    #expect(
      try ReleasedWaterLevelAsReleased.rollouts(
        [PromptStatistics(successes: 4, samples: 16)], budget: .max, bounds: AllocationBounds()) == [.max])
  }

  /// 2⁶³ − 1 = 3·third + 1; as doubles all these budgets and sums of bounds are the same number.
  @Test func budgetsThatAreOneOffAreToldApart() throws {
    let third = Int.max / 3
    #expect(throws: AllocationError.self) {
      try NeymanAllocation.rollouts(
        deviations: [1, 1, 1], budget: 3 * third - 1, bounds: AllocationBounds(minimum: third))
    }
    #expect(throws: AllocationError.self) {
      try UniformAllocation.rollouts(
        promptCount: 3, budget: 3 * third + 1, bounds: AllocationBounds(minimum: 0, maximum: third))
    }
    #expect(throws: AllocationError.self) {
      try IntegerOptimalAllocation.rollouts(
        deviations: [1, 1], budget: 5, bounds: AllocationBounds(minimum: .max))
    }
  }

  @Test func aVarianceThatIsNoNumberIsNotPassedOver() {
    #expect(TotalVariance.value(variances: [1, .nan], rollouts: [1, 1]).isNaN)
    #expect(TotalVariance.value(variances: [1, 0], rollouts: [1, 0]) == 1)
    #expect(TotalVariance.value(variances: [1, 1], rollouts: [1, 0]) == .infinity)
  }
}
