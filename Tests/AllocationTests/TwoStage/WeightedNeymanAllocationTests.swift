import Testing

@testable import Allocation

@Suite struct WeightedNeymanAllocationTests {
  /// w and σ² = E[P | k] under Jeffreys' prior, as the rule has them without a memory.
  private func records(_ cases: [(weight: Double, successes: Int, samples: Int)]) -> [PromptRecord] {
    cases.enumerated().map { place, one in
      var record = PromptRecord(
        prompt: place, statistics: PromptStatistics(successes: one.successes, samples: one.samples))
      record.weight = one.weight
      return record
    }
  }

  private func total(_ records: [PromptRecord], _ rollouts: [Int]) -> Double {
    zip(records, rollouts).reduce(0) { sum, pair in
      let law = PassRateMemory.Pair(pair.0)
      return sum + pair.0.weight * pair.0.weight * law.meanVariance / Double(pair.1)
    }
  }

  @Test(arguments: [9, 12, 17])
  func noDivisionInIntegersHasASmallerWeightedVariance(budget: Int) throws {
    let records = self.records([(0.5, 4, 8), (2, 1, 8), (4, 0, 8), (1, 30, 60)])
    let bounds = AllocationBounds(minimum: 2, maximum: 8)
    let rollouts = try WeightedNeymanAllocation(remembers: false).rollouts(
      records, budget: budget, bounds: bounds)
    #expect(rollouts.reduce(0, +) == budget && rollouts.allSatisfy { (2...8).contains($0) })
    var best = Double.infinity
    for a in 2...8 {
      for b in 2...8 {
        for c in 2...8 where (2...8).contains(budget - a - b - c) {
          best = min(best, total(records, [a, b, c, budget - a - b - c]))
        }
      }
    }
    // The same sum of four terms: equal up to rounding.
    #expect(total(records, rollouts) <= best * (1 + 1e-14))
  }

  @Test func rolloutsAreInProportionToWeightTimesDeviation() throws {
    let records = self.records([(1, 500, 1000), (2, 500, 1000), (5, 500, 1000)])
    #expect(
      try WeightedNeymanAllocation(remembers: false).rollouts(records, budget: 800, bounds: .none)
        == [100, 200, 500])
  }

  @Test func itRefusesWhatItsBoundsDoNotAdmit() {
    #expect(throws: AllocationError.budgetBelowMinimum(budget: 3, required: 4)) {
      try WeightedNeymanAllocation().rollouts(
        records([(1, 1, 2), (1, 1, 2)]), budget: 3, bounds: AllocationBounds(minimum: 2, maximum: 8))
    }
  }

  @Test func whatItRemembersMovesItsRollouts() throws {
    var rule = WeightedNeymanAllocation()
    let records = self.records([(1, 0, 0), (1, 0, 0)])
    let bounds = AllocationBounds(minimum: 2, maximum: 100)
    #expect(try rule.rollouts(records, budget: 20, bounds: bounds) == [10, 10])
    for _ in 0..<5 {
      rule.observe([
        GroupOutcome(prompt: 0, successes: 0, samples: 16),
        GroupOutcome(prompt: 1, successes: 8, samples: 16),
      ])
    }
    let later = try rule.rollouts(records, budget: 20, bounds: bounds)
    #expect(later[1] > 2 * later[0])
  }
}
