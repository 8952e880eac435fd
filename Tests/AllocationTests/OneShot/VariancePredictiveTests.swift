import Allocation
import Foundation
import Statistics
import Testing
import _TestSupport

@Suite struct VariancePredictiveTests {
  private typealias Rule = VariancePredictiveAllocation
  private static let rates = [0.05, 0.2, 0.5, 0.5, 0.8, 0.95]
  private static let bounds = AllocationBounds(minimum: 3, maximum: 16)

  /// METHODS.md A2, computed there; three decimals are given.
  @Test func theContinuousSolutionIsThePublishedOne() throws {
    let shares = try Rule.continuous(passRates: Self.rates, budget: 48, bounds: Self.bounds)
    for (share, expected) in zip(shares, [5.094, 8.514, 10.392, 10.392, 8.514, 5.094]) {
      #expect(abs(share - expected) <= 0.5e-3)
    }
  }

  /// METHODS.md A2; ties to the first index.
  @Test(arguments: [(Rule.Objective.rloo, [5, 9, 10, 10, 9, 5]), (.drGRPO, [4, 9, 11, 11, 9, 4])])
  private func wholeRolloutsAreThePublishedOnes(_ objective: Rule.Objective, _ expected: [Int]) throws {
    #expect(
      try Rule.rollouts(passRates: Self.rates, objective: objective, budget: 48, bounds: Self.bounds)
        == expected)
  }

  @Test(arguments: Rule.Objective.allCases)
  private func noAllocationHasLessVariance(_ objective: Rule.Objective) throws {
    var stream = RandomStream(StreamKey(seed: 8, claim: "variance-predictive"))
    for trial in 0..<60 {
      let count = 1 + stream.index(below: 4)
      let rates = (0..<count).map { _ in
        trial % 3 == 0 ? Double(stream.index(below: 9)) / 8 : stream.uniformOpen()
      }
      let bounds = AllocationBounds(
        minimum: objective.fewestRollouts + stream.index(below: 2), maximum: 5 + stream.index(below: 10))
      let least = count * bounds.minimum
      let budget = least + stream.index(below: min(12, count * bounds.maximum - least) + 1)
      func gain(_ i: Int, _ n: Int) -> Double { -rates[i] * (1 - rates[i]) * objective.variance(n) }
      let counts = try Rule.rollouts(passRates: rates, objective: objective, budget: budget, bounds: bounds)
      #expect(counts.reduce(0, +) == budget)
      #expect(counts.allSatisfy { (bounds.minimum...bounds.maximum).contains($0) })
      let best = SmallAllocations.best(count: count, budget: budget, bounds: bounds, value: gain)
      let total = Rule.totalVariance(passRates: rates, rollouts: counts, objective: objective)
      #expect(total <= -best + 16 * best.ulp, "\(rates) \(budget) \(counts)")
      // The real-valued problem contains the whole-numbered one.
      let shares = try Rule.continuous(
        passRates: rates, objective: objective, budget: Double(budget), bounds: bounds)
      #expect(relaxed(rates, shares, objective) <= total + 16 * total.ulp)
      #expect(abs(shares.reduce(0, +) - Double(budget)) <= 1e-12 * Double(budget))
    }
  }

  private func relaxed(_ rates: [Double], _ shares: [Double], _ objective: Rule.Objective) -> Double {
    zip(rates, shares).reduce(0) { total, pair in
      let (p, n) = pair
      return total + p * (1 - p) * (objective == .rloo ? 1 / (n - 1) : (n - 1) / (n * n))
    }
  }

  /// Both solutions against bisection within bisection, which knows neither the root of the proportion nor that of the cubic.
  @Test(arguments: Rule.Objective.allCases)
  private func theConditionsAgreeWithBisection(_ objective: Rule.Objective) throws {
    let rates = [0.001, 0.02, 0.1, 0.3, 0.5, 0.77, 0, 1]
    let bounds = AllocationBounds(minimum: 3, maximum: 24)
    func slope(_ n: Double) -> Double {
      objective == .rloo ? 1 / ((n - 1) * (n - 1)) : (n - 2) / (n * n * n)
    }
    func bisect(_ low: Double, _ high: Double, _ isBelow: (Double) -> Bool) -> Double {
      var (low, high) = (low, high)
      for _ in 0..<100 {
        let middle = (low + high) / 2
        if isBelow(middle) { low = middle } else { high = middle }
      }
      return (low + high) / 2
    }
    func inner(_ lambda: Double) -> [Double] {
      rates.map { p in p * (1 - p) == 0 ? 3 : bisect(3, 24) { p * (1 - p) * slope($0) > lambda } }
    }
    let logarithm = bisect(-30, 0) { inner(exp($0)).reduce(0, +) > 72 }
    let shares = try Rule.continuous(passRates: rates, objective: objective, budget: 72, bounds: bounds)
    for (share, expected) in zip(shares, inner(exp(logarithm))) {
      // The bisection halves down to an ulp of log λ, about 10⁻¹⁵, and n moves by less than 12 times that.
      #expect(abs(share - expected) < 1e-11)
    }
  }

  @Test func moreRolloutsNeverMeanMoreVariance() throws {
    for objective in Rule.Objective.allCases {
      var last = Double.infinity
      for budget in 18...96 {
        let counts = try Rule.rollouts(
          passRates: Self.rates, objective: objective, budget: budget, bounds: Self.bounds)
        let total = Rule.totalVariance(passRates: Self.rates, rollouts: counts, objective: objective)
        #expect(total < last)
        last = total
      }
    }
  }

  @Test func populationsWithoutVarianceAreDividedEvenly() throws {
    for rate in [0.0, 1] {
      #expect(try Rule.rollouts(passRates: [rate, rate, rate], budget: 14) == [5, 5, 4])
      let shares = try Rule.continuous(passRates: [rate, rate], objective: .drGRPO, budget: 11)
      #expect(shares == [5.5, 5.5])
    }
    #expect(try Rule.rollouts(passRates: [0, 0.5, 0], budget: 44) == [6, 32, 6])
    #expect(try Rule.continuous(passRates: [0, 0.5, 0], objective: .drGRPO, budget: 44) == [6, 32, 6])
  }

  @Test func withoutAPredictorTheCountsSpeak() throws {
    let records = [0, 2, 4].map {
      PromptRecord(prompt: $0, visits: 1, statistics: PromptStatistics(successes: $0, samples: 4))
    }
    let counts = try Rule().rollouts(records, budget: 30, bounds: AllocationBounds(minimum: 2))
    #expect(
      counts
        == (try Rule.rollouts(passRates: [0.1, 0.5, 0.9], budget: 30, bounds: AllocationBounds(minimum: 2))))
  }

  @Test func whatCannotBeDoneIsSaid() throws {
    #expect(
      throws: AllocationError.outOfRange(name: "the minimum", value: 2, allowed: "be at least 3 for Dr.GRPO")
    ) {
      try Rule.rollouts(passRates: [0.5], objective: .drGRPO, budget: 8, bounds: AllocationBounds(minimum: 2))
    }
    #expect(
      throws: AllocationError.outOfRange(name: "the minimum", value: 0, allowed: "be at least 2 for RLOO")
    ) {
      try Rule.continuous(passRates: [0.5], budget: 8, bounds: .none)
    }
    #expect(throws: AllocationError.noPrompts) { try Rule.rollouts(passRates: [], budget: 8) }
    #expect(throws: AllocationError.budgetAboveMaximum(budget: 33, allowed: 32)) {
      try Rule.rollouts(passRates: [0.5], budget: 33)
    }
    let process = try GaussianProcessPassRates(features: [[0], [1]])
    #expect(throws: AllocationError.missing(name: "features", index: 2)) {
      try Rule(predictor: process).rollouts(
        [PromptRecord(prompt: 2)], budget: 8, bounds: Rule.publishedBounds)
    }
  }
}
