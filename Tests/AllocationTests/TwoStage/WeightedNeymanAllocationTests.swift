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

  /// The product of variance and tokens over all divisions of all budgets: none is below the continuous optimum (Σσ√c)², and the rule's comes near it where rounding matters little.
  @Test func whereTokensArePaidVarianceTimesTokensIsLeast() throws {
    var records = self.records([(1, 4, 8), (1, 1, 8), (1, 4, 8)])
    let lengths = [10.0, 40, 90]
    for place in records.indices { records[place].meanLength = lengths[place] }
    func product(_ rollouts: [Int]) -> Double {
      total(records, rollouts) * zip(rollouts, lengths).reduce(0) { $0 + Double($1.0) * $1.1 }
    }
    let root = zip(records, lengths).reduce(0.0) {
      $0 + (PassRateMemory.Pair($1.0).meanVariance * $1.1).squareRoot()
    }
    var least = Double.infinity
    for a in 1...40 {
      for b in 1...40 { for c in 1...40 { least = min(least, product([a, b, c])) } }
    }
    #expect(least >= root * root * (1 - 1e-14))
    let rule = WeightedNeymanAllocation(remembers: false, paysTokens: true)
    // 1200 rollouts: each share is off by at most one of more than two hundred, and so the product by its square.
    let rollouts = try rule.rollouts(records, budget: 1200, bounds: .none)
    #expect(rollouts.reduce(0, +) == 1200 && product(rollouts) < root * root * (1 + 1e-4))
    // Without the price it is another division, and a dearer one.
    let plain = try WeightedNeymanAllocation(remembers: false).rollouts(records, budget: 1200, bounds: .none)
    #expect(product(plain) > 1.05 * product(rollouts))
  }

  @Test func anUnknownLengthIsThatOfTheOthersAndOneTokenIsTheLeast() throws {
    var records = self.records([(1, 4, 8), (1, 4, 8), (1, 4, 8)])
    let rule = WeightedNeymanAllocation(remembers: false, paysTokens: true)
    #expect(try rule.rollouts(records, budget: 30, bounds: .none) == [10, 10, 10])
    records[0].meanLength = 64
    records[1].meanLength = 16
    // √64 : √16 : √40 in inverse proportion.
    let rollouts = try rule.rollouts(records, budget: 1000, bounds: .none)
    let inverse = [1 / 8.0, 1 / 4.0, 1 / 40.0.squareRoot()]
    for (count, share) in zip(rollouts, inverse) {
      #expect(abs(Double(count) - 1000 * share / inverse.reduce(0, +)) <= 1)
    }
    records[0].meanLength = 0
    records[1].meanLength = 1
    records[2].meanLength = 1
    #expect(try rule.rollouts(records, budget: 30, bounds: .none) == [10, 10, 10])
  }
}
