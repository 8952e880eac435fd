import Allocation
import Foundation
import Statistics
import Testing
import _TestSupport

@Suite struct CapabilityOrientedTests {
  /// METHODS.md A12, to four digits.
  @Test func theDensityIsThePublishedOne() {
    for (p, expected) in zip([0.1, 1.0 / 3, 0.5, 0.8], [0.4464, 2.7313, 1.6406, 0.0275]) {
      #expect(abs(CapabilityOrientedAllocation.density(p, a: 4, b: 7) - expected) <= 0.5e-4)
    }
  }

  /// By hand: F̃ is F̄ above one half, the sigmoid below, and a stops at its limits.
  @Test func theShapeFollowsTheFailures() {
    let shape = CapabilityOrientedAllocation.Shape(smallest: 2, largest: 6, sensitivity: 5)
    #expect(shape.beta(failureRate: 0.6) == (5, 6))
    #expect(shape.beta(failureRate: 1) == (6, 5))
    #expect(shape.beta(failureRate: 0.5) == (4.5, 6.5))
    #expect(isClose(shape.beta(failureRate: 0.4).a, 2 + 5 / (1 + exp(1.0))))
  }

  @Test func theFailureRateIsTheMeanOfTheLastSteps() {
    var rule = CapabilityOrientedAllocation(window: 2)
    #expect(rule.failureRate == 0.5)
    for failures in [4, 2, 1] {
      rule.observe([
        GroupOutcome(prompt: 0, successes: 4 - failures, samples: 4),
        GroupOutcome(prompt: 1, successes: 0, samples: 0),
      ])
    }
    #expect(rule.failureRate == 0.375 && rule.failureRates == [0.5, 0.25])
    rule.observe([])
    #expect(rule.failureRates == [0.5, 0.25])
  }

  @Test func noAllocationIsWorthMore() throws {
    var stream = RandomStream(StreamKey(seed: 7, claim: "capability"))
    for trial in 0..<60 {
      let count = 1 + stream.index(below: 4)
      let rates = (0..<count).map { _ in
        trial % 3 == 0 ? Double(stream.index(below: 9)) / 8 : stream.uniformOpen()
      }
      let shape = CapabilityOrientedAllocation.Shape(temperature: 0.05 + stream.uniformOpen())
      let failureRate = stream.uniformOpen()
      let (a, b) = shape.beta(failureRate: failureRate)
      func value(_ i: Int, _ n: Int) -> Double {
        let p = rates[i]
        return (1 - exp(-Double(n) * p * (1 - p) / shape.temperature))
          * CapabilityOrientedAllocation.density(p, a: a, b: b)
      }
      let bounds = AllocationBounds(minimum: stream.index(below: 3), maximum: 9)
      let budget = count * bounds.minimum + stream.index(below: 9)
      guard budget <= count * 9 else { continue }
      let counts = try CapabilityOrientedAllocation.rollouts(
        passRates: rates, failureRate: failureRate, shape: shape, budget: budget, bounds: bounds)
      #expect(counts.reduce(0, +) == budget && counts.allSatisfy { (bounds.minimum...9).contains($0) })
      let best = SmallAllocations.best(count: count, budget: budget, bounds: bounds, value: value)
      // A difference from 1, times a density of at most 4, four of them.
      #expect(SmallAllocations.total(counts, value) >= best - 16 * 1.0.ulp, "\(rates) \(budget) \(counts)")
    }
  }

  @Test func thePreferenceMovesToEasierPromptsWhereMoreFails() throws {
    let rates: [Double?] = [0.2, 0.6]
    let bounds = AllocationBounds(minimum: 2, maximum: 128)
    let able = try CapabilityOrientedAllocation.rollouts(
      passRates: rates, failureRate: 0.05, budget: 16, bounds: bounds)
    let weak = try CapabilityOrientedAllocation.rollouts(
      passRates: rates, failureRate: 0.95, budget: 16, bounds: bounds)
    #expect(able[0] > weak[0])
  }

  @Test func populationsThatTellNothingAreDividedEvenly() throws {
    for rate in [0.0, 1] {
      #expect(
        try CapabilityOrientedAllocation.rollouts(
          passRates: [rate, rate, rate], failureRate: 1 - rate, budget: 10) == [4, 3, 3])
    }
    #expect(
      try CapabilityOrientedAllocation().rollouts(
        (0..<3).map { PromptRecord(prompt: $0) }, budget: 10, bounds: .none)
        == [4, 3, 3])
  }

  @Test func whatCannotBeDoneIsSaid() {
    #expect(throws: AllocationError.outOfRange(name: "the failure rate", value: 2, allowed: "lie in 0...1")) {
      try CapabilityOrientedAllocation.rollouts(passRates: [0.5], failureRate: 2, budget: 8)
    }
    #expect(throws: AllocationError.budgetBelowMinimum(budget: 1, required: 2)) {
      try CapabilityOrientedAllocation.rollouts(passRates: [0.5], failureRate: 0.5, budget: 1)
    }
    #expect(throws: AllocationError.noPrompts) {
      try CapabilityOrientedAllocation.rollouts(passRates: [], failureRate: 0.5, budget: 1)
    }
  }
}
