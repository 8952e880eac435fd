import Allocation
import Foundation
import Statistics
import Testing
import _TestSupport

@Suite struct HitUtilityTests {
  private func pilots(_ successes: [Int]) -> [PromptStatistics] {
    successes.map { PromptStatistics(successes: $0, samples: 4) }
  }

  /// METHODS.md A8, to four digits.
  @Test(
    arguments: [
      (0, [0.1667, 0.1190, 0.0893, 0.0694, 0.0556]), (2, [0.5, 0.2143, 0.1071, 0.0595, 0.0357]),
      (4, [0.8333, 0.1190, 0.0298, 0.0099, 0.0040]),
    ])
  func gainsAreThePublishedOnes(_ successes: Int, _ expected: [Double]) {
    for (extra, gain) in expected.enumerated() {
      let value = HitUtilityAllocation.gain(PromptStatistics(successes: successes, samples: 4), extra: extra)
      #expect(abs(value - gain) <= 0.5e-4)
    }
  }

  /// The three ways to compute a gain meet; the reference is the product as METHODS.md writes it.
  @Test(
    arguments: [(0, 4), (4, 4), (3, 16), (60, 64), (90, 128), (5000, 10_000)], [0, 1, 5, 63, 64, 65, 300])
  func everyFormOfTheGainIsTheProduct(_ counts: (Int, Int), _ extra: Int) {
    let alpha = Double(1 + counts.0)
    let beta = Double(1 + counts.1 - counts.0)
    var product = alpha / (alpha + beta)
    for j in 0..<extra { product *= (beta + Double(j)) / (alpha + beta + Double(j) + 1) }
    let value = HitUtilityAllocation.gain(
      PromptStatistics(successes: counts.0, samples: counts.1), extra: extra)
    // Log-gammas near 10⁵ leave 10⁵ ulp of an absolute error in the exponent.
    #expect(relativeError(value, product) < (counts.0 > 64 ? 1e-10 : 1e-13))
  }

  /// METHODS.md A8.
  @Test func extraRolloutsAreThePublishedOnes() throws {
    #expect(try HitUtilityAllocation.rollouts(pilots([0, 1, 2, 4]), budget: 48) == [22, 13, 9, 4])
    #expect(
      try HitUtilityAllocation.rollouts(pilots([0, 0, 1, 2, 3, 4]), budget: 72) == [21, 20, 13, 8, 6, 4])
  }

  @Test func noAllocationHitsMore() throws {
    var stream = RandomStream(StreamKey(seed: 6, claim: "hit-utility"))
    for _ in 0..<40 {
      let count = 1 + stream.index(below: 4)
      let successes = (0..<count).map { _ in stream.index(below: 5) }
      let budget = stream.index(below: 15)
      let prompts = pilots(successes)
      // The chance of no success, Π (β+j)/(α+β+j), is not what the rule adds up.
      func utility(_ i: Int, _ m: Int) -> Double {
        let (alpha, beta) = (Double(1 + successes[i]), Double(5 - successes[i]))
        return 1 - (0..<m).reduce(1.0) { $0 * (beta + Double($1)) / (alpha + beta + Double($1)) }
      }
      let counts = try HitUtilityAllocation.rollouts(prompts, budget: budget)
      let best = SmallAllocations.best(count: count, budget: budget, bounds: .none, value: utility)
      #expect(counts.reduce(0, +) == budget)
      // A difference from 1 has an absolute error of an ulp of 1 for each factor.
      #expect(SmallAllocations.total(counts, utility) >= best - 64 * 1.0.ulp, "\(successes) \(counts)")
    }
  }

  @Test func pilotsComeFirstAndAllIsSpent() throws {
    let rule = HitUtilityAllocation()
    var groups = (0..<4).map { StagedGroup(PromptRecord(prompt: $0)) }
    #expect(try rule.requests(groups, budget: 64, bounds: .none) == [4, 4, 4, 4])
    for (i, successes) in [0, 1, 2, 4].enumerated() {
      groups[i].rounds.append(PromptStatistics(successes: successes, samples: 4))
    }
    #expect(try rule.requests(groups, budget: 64, bounds: .none) == [22, 13, 9, 4])
    let capped = HitUtilityAllocation(cap: 20)
    let extra = try capped.requests(groups, budget: 64, bounds: AllocationBounds(minimum: 9))
    #expect(extra.reduce(0, +) == 48 && extra.max() == 16 && extra.min() == 5)
    groups[0].rounds.append(PromptStatistics(successes: 1, samples: 22))
    #expect(try rule.requests(groups, budget: 64, bounds: .none) == [0, 0, 0, 0])
    #expect(rule.training(groups, count: 4).map(\.successes) == [1, 1, 2, 4])
  }

  /// Pilots have few outcomes, so that in a large batch no threshold parts the gains.
  @Test func manyEqualPromptsAreServedInTheirOrder() throws {
    let prompts = pilots((0..<1000).map { $0 % 5 })
    for budget in stride(from: 0, through: 12_000, by: 617) {
      let counts = try HitUtilityAllocation.rollouts(prompts, budget: budget)
      #expect(counts.reduce(0, +) == budget)
      for kind in 0..<5 {
        let alike = stride(from: kind, to: 1000, by: 5).map { counts[$0] }
        #expect(alike == alike.sorted(by: >) && alike[0] - alike[199] <= 1, "\(budget)")
      }
    }
  }

  /// Every gain is positive, however far one goes, so that the sum of all counts is beyond the largest integer.
  @Test func theLargestBudgetIsSpentExactly() throws {
    let counts = try HitUtilityAllocation.rollouts(pilots([0, 1, 2, 4]), budget: .max)
    #expect(counts.reduce(0, &+) == .max && counts.allSatisfy { $0 > 0 })
    #expect(counts == counts.sorted(by: >))
  }

  @Test func populationsWithoutAnyDifferenceAreDividedEvenly() throws {
    #expect(try HitUtilityAllocation.rollouts(pilots([0, 0, 0]), budget: 10) == [4, 3, 3])
    #expect(try HitUtilityAllocation.rollouts(pilots([4, 4, 4]), budget: 10) == [4, 3, 3])
  }

  @Test func whatCannotBeDoneIsSaid() {
    let groups = (0..<2).map { StagedGroup(PromptRecord(prompt: $0)) }
    #expect(throws: AllocationError.budgetBelowMinimum(budget: 7, required: 8)) {
      try HitUtilityAllocation().requests(groups, budget: 7, bounds: .none)
    }
    #expect(throws: AllocationError.budgetAboveMaximum(budget: 65, allowed: 64)) {
      try HitUtilityAllocation(cap: 32).requests(groups, budget: 65, bounds: .none)
    }
    #expect(throws: AllocationError.invalidBounds(minimum: 4, maximum: 3)) {
      try HitUtilityAllocation().requests(groups, budget: 8, bounds: AllocationBounds(maximum: 3))
    }
    #expect(throws: AllocationError.noPrompts) {
      try HitUtilityAllocation().requests([], budget: 8, bounds: .none)
    }
    #expect(throws: AllocationError.invalidCounts(index: 0, successes: 5, samples: 4)) {
      try HitUtilityAllocation.rollouts(pilots([5]), budget: 8)
    }
  }
}
