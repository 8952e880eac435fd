import Allocation
import Testing
import _TestSupport

@Suite struct GradientVarianceMinimisationTests {
  private typealias Rule = GradientVarianceMinimisation

  /// METHODS.md A1, to three decimals.
  @Test func weightsAreThePublishedOnes() throws {
    let rates = [0.01, 0.05, 0.1, 0.3, 0.5, 0.9, 1]
    let weights = try Rule.weights(passRates: rates, gradientNorms: rates.map { _ in 1 })
    for (weight, expected) in zip(weights, [3.015, 3.780, 3.015, 1.816, 1.411, 1.053, 1.000]) {
      #expect(abs(weight - expected) <= 0.5e-3)
    }
    #expect(
      try Rule.weights(passRates: [0, 0.5, 0.5], gradientNorms: [1, 0, 2]).map { $0 > 0 } == [
        false, false, true,
      ])
  }

  /// By hand.
  ///
  /// Without regularisation w = 1/√p; with p = 1/4 and 1 that is 2 to 1 to 1. 10·(1/2, 1/4, 1/4) is 5, 2.5, 2.5, which go to the even 2; the one missing goes to the first.
  @Test func halvesGoToTheEvenAndTheSumIsMended() throws {
    let plain = Rule.Weighting(regularisation: 0)
    #expect(
      try Rule.rollouts(passRates: [0.25, 1, 1], gradientNorms: [1, 1, 1], budget: 10, weighting: plain) == [
        5, 3, 2,
      ])
    // 14·(1/2, 1/4, 1/4) is 7, 3.5, 3.5, which go to 4; the one too many is taken from the first.
    #expect(
      try Rule.rollouts(passRates: [0.25, 1, 1], gradientNorms: [1, 1, 1], budget: 14, weighting: plain) == [
        7, 3, 4,
      ])
    // 3.5 twice, which go to 4.
    #expect(
      try Rule.rollouts(passRates: [0.25, 1, 1], gradientNorms: [1, 0, 2], budget: 7, weighting: plain) == [
        3, 0, 4,
      ])
  }

  @Test func limitsTakePromptsOut() throws {
    let easy = Rule.Weighting(regularisation: 0, highestPassRate: 0.9)
    #expect(
      try Rule.rollouts(passRates: [0.25, 1, 0.81], gradientNorms: [1, 1, 1], budget: 28, weighting: easy)
        == [18, 0, 10])
    // p w N is 1/4·1/2·16 = 2 and 1·1/4·16 = 4.
    let scarce = Rule.Weighting(regularisation: 0, fewestAccepted: 3)
    #expect(
      try Rule.rollouts(passRates: [0.25, 1, 1], gradientNorms: [1, 1, 1], budget: 16, weighting: scarce) == [
        0, 8, 8,
      ])
  }

  @Test func boundsAreKeptWhereTheyAreGiven() throws {
    let counts = try Rule.rollouts(
      passRates: [0, 0.05, 0.5, 1], gradientNorms: [0, 1, 1, 1], budget: 32,
      bounds: AllocationBounds(minimum: 2, maximum: 12))
    #expect(counts.reduce(0, +) == 32 && counts.allSatisfy { (2...12).contains($0) } && counts[0] == 2)
  }

  @Test func pilotsAreDrawnFirstAndNotTrainedOn() throws {
    let rule = Rule(weighting: Rule.Weighting(regularisation: 0))
    var groups = (0..<3).map { StagedGroup(PromptRecord(prompt: $0)) }
    #expect(try rule.requests(groups, budget: 42, bounds: .none) == [8, 8, 8])
    for (i, successes) in [2, 8, 0].enumerated() {
      groups[i].rounds.append(PromptStatistics(successes: successes, samples: 8))
    }
    #expect(try rule.requests(groups, budget: 42, bounds: .none) == [12, 6, 0])
    // The first prompt's norm alone is known: the second gets it too, and the shares stay.
    groups[0].record.acceptedScoreNorm = 7
    #expect(try rule.requests(groups, budget: 42, bounds: .none) == [12, 6, 0])
    groups[1].record.acceptedScoreNorm = 14
    #expect(try rule.requests(groups, budget: 42, bounds: .none) == [9, 9, 0])
    groups[0].rounds.append(PromptStatistics(successes: 3, samples: 9))
    groups[1].rounds.append(PromptStatistics(successes: 9, samples: 9))
    #expect(try rule.requests(groups, budget: 42, bounds: .none) == [0, 0, 0])
    #expect(
      rule.training(groups, count: 3) == [
        TrainedGroup(group: 0, successes: 3, failures: 6, skippedRounds: 1),
        TrainedGroup(group: 1, successes: 9, failures: 0, skippedRounds: 1),
      ])
  }

  @Test func aBatchWithoutAnAcceptedPilotEnds() throws {
    let groups = (0..<3).map {
      StagedGroup(PromptRecord(prompt: $0), rounds: [PromptStatistics(successes: 0, samples: 8)])
    }
    #expect(try Rule().requests(groups, budget: 48, bounds: .none) == [0, 0, 0])
    #expect(Rule().training(groups, count: 3).isEmpty)
  }

  @Test func whatCannotBeDoneIsSaid() {
    #expect(throws: AllocationError.self) {
      try Rule.rollouts(passRates: [0, 0], gradientNorms: [1, 1], budget: 4)
    }
    #expect(throws: AllocationError.wrongCount(name: "gradientNorms", count: 1, expected: 2)) {
      try Rule.rollouts(passRates: [0.5, 0.5], gradientNorms: [1], budget: 4)
    }
    #expect(throws: AllocationError.invalidValue(name: "gradientNorms", index: 0, value: -1)) {
      try Rule.rollouts(passRates: [0.5], gradientNorms: [-1], budget: 4)
    }
    #expect(throws: AllocationError.budgetBelowMinimum(budget: 15, required: 16)) {
      try Rule().requests((0..<2).map { StagedGroup(PromptRecord(prompt: $0)) }, budget: 15, bounds: .none)
    }
    #expect(throws: AllocationError.noPrompts) {
      try Rule.rollouts(passRates: [], gradientNorms: [], budget: 4)
    }
  }
}
