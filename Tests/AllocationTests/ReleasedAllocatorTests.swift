import Allocation
import Testing

/// Results of executing the released function, as METHODS.md A13.3 and A13.4 record them.
@Suite struct ReleasedAllocatorTests {
  @Test func prioritiesOfSixteenSamples() {
    let golden = [
      0.01, 0.062501, 0.116668, 0.162501, 0.200001, 0.229167, 0.250001, 0.262501, 0.266667, 0.2625, 0.25,
      0.229167, 0.2,
      0.1625, 0.01, 0.01, 0.01,
    ]
    for (successes, expected) in golden.enumerated() {
      // The record has six decimals.
      let priority = ReleasedPriorityAsReleased.priority(successes: successes, samples: 16)
      #expect(abs(priority - expected) <= 0.6e-6)
    }
    #expect(ReleasedPriorityAsReleased.priority(successes: 1, samples: 3) == -1)
  }

  @Test func theFirstEpochIsUniform() throws {
    let counts = try ReleasedWaterLevelAsReleased.rollouts(
      sampleCounts: [Int](repeating: 0, count: 8), priorities: [Double](repeating: -1, count: 8), budget: 128)
    #expect(counts == [Int](repeating: 16, count: 8))
  }

  @Test func sixtyFourSamplesEach() throws {
    let prompts = [0, 3, 12, 32, 32, 51, 57, 64].map { PromptStatistics(successes: $0, samples: 64) }
    let priorities = prompts.map {
      ReleasedPriorityAsReleased.priority(successes: $0.successes, samples: $0.samples)
    }
    for (priority, expected) in zip(priorities, [0.01, 0.0454, 0.1548, 0.2540, 0.2540, 0.1644, 0.01, 0.01]) {
      #expect(abs(priority - expected) < 1e-4)
    }
    let counts = try ReleasedWaterLevelAsReleased.rollouts(
      sampleCounts: [Int](repeating: 64, count: 8), priorities: priorities, budget: 128)
    #expect(counts == [9, 11, 21, 24, 24, 21, 9, 9])
  }

  @Test func aMasteredPromptIsFilledUpWhileUnseenOnesAreNot() throws {
    let counts = try ReleasedWaterLevelAsReleased.rollouts(
      sampleCounts: [0, 0, 0, 0, 0, 0, 16, 16], priorities: [-1, -1, -1, -1, -1, -1, 0.25, 0.01], budget: 128)
    #expect(counts == [14, 14, 13, 13, 13, 13, 24, 24])
  }

  @Test func boundsAreViolatedAsReleased() throws {
    let counts = try ReleasedWaterLevelAsReleased.rollouts(
      sampleCounts: [7, 0, 4, 7], priorities: [0.1, -1, 0.25, 0.01], budget: 8, low: 2, high: 4)
    #expect(counts == [1, 4, 2, 1])
  }

  @Test func aBudgetOutsideTheBoundsIsAnError() {
    #expect(throws: AllocationError.budgetBelowMinimum(budget: 15, required: 16)) {
      try ReleasedWaterLevelAsReleased.rollouts(sampleCounts: [9, 9], priorities: [0.1, 0.2], budget: 15)
    }
    #expect(throws: AllocationError.invalidValue(name: "priorities", index: 1, value: .infinity)) {
      try ReleasedWaterLevelAsReleased.rollouts(
        sampleCounts: [9, 9], priorities: [0.1, .infinity], budget: 32)
    }
  }
}
