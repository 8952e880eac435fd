import Estimators
import Testing

/// The advantages themselves, by hand.
@Suite struct AdvantageTests {
  static let rewards: [Double] = [1, 0, 0, 1]
  static let lengths = [1, 2, 3, 4]

  @Test func leaveOneOutSubtractsTheMeanOfTheOthers() {
    let advantages = LeaveOneOut().advantages(rewards: Self.rewards, lengths: Self.lengths)
    for (a, b) in zip(advantages, [2.0 / 3, -2.0 / 3, -2.0 / 3, 2.0 / 3]) { #expect(abs(a - b) < 1e-15) }
  }

  @Test func grpoDividesByTheDeviation() {
    // mean ½, population deviation ½, sample deviation √(1/3).
    #expect(GRPO().advantages(rewards: Self.rewards, lengths: Self.lengths) == [1, -1, -1, 1])
    let sample = GRPO(deviation: .sample).advantages(rewards: Self.rewards, lengths: Self.lengths)
    #expect(abs(sample[0] - 0.75.squareRoot()) < 1e-15)
  }

  @Test func aGroupWithoutSignalGivesNothing() {
    for value in [0.0, 1.0, 0.1] {
      #expect(GRPO().advantages(rewards: [value, value, value], lengths: [1, 1, 1]) == [0, 0, 0])
      #expect(ReinforcePlusPlus().advantages(rewards: [value, value], lengths: [1, 1]) == [0, 0])
    }
  }

  @Test func aGroupOfOneFollowsItsConvention() {
    #expect(GRPO().advantages(rewards: [1], lengths: [1]) == [0])
    #expect(
      GRPO(epsilon: 1e-6, groupOfOne: .reward).advantages(rewards: [1], lengths: [1]) == [1 / (1 + 1e-6)])
    #expect(LeaveOneOut().advantages(rewards: [1], lengths: [1]) == [1])
    #expect(OPO().advantages(rewards: [1], lengths: [7]) == [1])
  }

  @Test func opoWeighsTheBaselineByLength() {
    // Σ l R = 1 + 4 = 5, Σ l = 10.
    #expect(OPO().advantages(rewards: Self.rewards, lengths: Self.lengths) == [0.5, -0.5, -0.5, 0.5])
    #expect(OPO().advantages(rewards: [1, 0], lengths: [1, 3]) == [0.75, -0.25])
  }

  @Test func batchWhiteningCouplesPrompts() {
    // Batch 1 1 | 0 0: mean ½, sample deviation √(1/3); each prompt alone would give 0.
    let advantages = ReinforcePlusPlus().batchAdvantages(rewards: [[1, 1], [0, 0]])
    #expect(abs(advantages[0][0] - 0.75.squareRoot()) < 1e-15 && advantages[1][1] == -advantages[0][0])
    let grouped = ReinforcePlusPlus(variant: .groupBaseline).batchAdvantages(rewards: [[1, 1], [0, 0]])
    #expect(grouped == [[0, 0], [0, 0]])
  }
}
