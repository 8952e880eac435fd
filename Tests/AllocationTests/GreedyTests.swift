import Allocation
import Statistics
import Testing

/// The search for a threshold against the greedy rule that it stands for, step by step.
@Suite struct GreedyTests {
  private func greedy(_ deviations: [Double], budget: Int, bounds: [AllocationBounds]) -> [Int] {
    var counts = bounds.map(\.minimum)
    func gain(_ i: Int) -> Double {
      deviations[i] * deviations[i] / (Double(counts[i]) * Double(counts[i] + 1))
    }
    for _ in 0..<(budget - counts.reduce(0, +)) {
      var best: Int?
      for i in counts.indices where counts[i] < bounds[i].maximum {
        if let best, gain(best) >= gain(i) { continue }
        best = i
      }
      guard let best else { break }
      counts[best] += 1
    }
    return counts
  }

  @Test func everyStepIsTheGreedyOne() {
    var stream = RandomStream(StreamKey(seed: 3, claim: "greedy-steps"))
    for trial in 0..<400 {
      let count = 1 + stream.index(below: 8)
      // Every third trial has whole deviations, and so exact ties between prompts.
      let deviations = (0..<count).map { _ in
        trial % 3 == 0 ? Double(1 + stream.index(below: 7)) : stream.uniformOpen()
      }
      let bounds = (0..<count).map { _ -> AllocationBounds in
        let minimum = 1 + stream.index(below: 4)
        return AllocationBounds(minimum: minimum, maximum: minimum + stream.index(below: 60))
      }
      let least = bounds.reduce(0) { $0 + $1.minimum }
      let most = bounds.reduce(0) { $0 + $1.maximum }
      let budget = least + stream.index(below: most - least + 1)
      #expect(throws: Never.self) {
        let counts = try IntegerOptimalAllocation.rollouts(
          deviations: deviations, budget: budget, bounds: bounds)
        #expect(
          counts == greedy(deviations, budget: budget, bounds: bounds),
          "trial \(trial): \(deviations) \(budget)")
      }
    }
  }

  /// At 10¹² rollouts no step can be counted, but the optimum is known: with whole B σ/Σσ each count lies within 1 of it.
  @Test func largeBudgetsAreSpentInNeymansRatio() throws {
    let counts = try IntegerOptimalAllocation.rollouts(deviations: [1, 2, 5], budget: 8_000_000_000_000)
    #expect(counts.reduce(0, +) == 8_000_000_000_000)
    for (count, share) in zip(counts, [1_000_000_000_000, 2_000_000_000_000, 5_000_000_000_000]) {
      #expect(abs(count - share) <= 1)
    }
  }

  /// So many equal gains that no threshold parts them; the search once did not end on some of these budgets.
  @Test func manyEqualPromptsAreServedInTheirOrder() throws {
    let deviations = (0..<1000).map { Double(1 + $0 % 5) }
    let bounds = [AllocationBounds](repeating: AllocationBounds(minimum: 1, maximum: 100), count: 1000)
    for budget in stride(from: 1000, through: 6000, by: 617) {
      let counts = try IntegerOptimalAllocation.rollouts(
        deviations: deviations, budget: budget, bounds: bounds)
      #expect(counts.reduce(0, +) == budget)
      for kind in 0..<5 {
        let alike = stride(from: kind, to: 1000, by: 5).map { counts[$0] }
        #expect(alike == alike.sorted(by: >) && alike[0] - alike[199] <= 1, "\(budget)")
      }
    }
  }

  @Test func boundsMustMatchTheDeviations() {
    #expect(throws: AllocationError.wrongCount(name: "bounds", count: 1, expected: 2)) {
      try IntegerOptimalAllocation.rollouts(deviations: [1, 1], budget: 3, bounds: [AllocationBounds()])
    }
    #expect(throws: AllocationError.wrongCount(name: "bounds", count: 1, expected: 2)) {
      try BoundedNeymanAllocation.rollouts(deviations: [1, 1], budget: 3, bounds: [AllocationBounds()])
    }
    #expect(throws: AllocationError.budgetBelowMinimum(budget: 3, required: 4)) {
      try IntegerOptimalAllocation.rollouts(
        deviations: [1, 1], budget: 3, bounds: [AllocationBounds(minimum: 3), AllocationBounds(minimum: 1)])
    }
  }
}
