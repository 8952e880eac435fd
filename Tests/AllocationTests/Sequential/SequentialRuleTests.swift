import Allocation
import Testing

/// What each sequential rule trains on, by hand.
@Suite struct SequentialRuleTests {
  private func group(_ rounds: [(Int, Int)], stored: Int = 0) -> StagedGroup {
    var record = PromptRecord(prompt: 0)
    record.storedSuccesses = stored
    return StagedGroup(record, rounds: rounds.map { PromptStatistics(successes: $0.0, samples: $0.1) })
  }

  /// METHODS A4: half successes, failures up to n, free slots to the other class.
  @Test(arguments: [
    (4, [(2, 8)], 2, 2), (4, [(1, 8), (0, 8)], 1, 3), (4, [(7, 8)], 3, 1), (4, [(8, 8)], 4, 0),
    (4, [(0, 8), (0, 8)], 0, 4), (5, [(5, 8)], 2, 3), (5, [(7, 8)], 4, 1), (4, [(1, 2)], 1, 1),
    (1, [(3, 8)], 0, 1), (1, [(8, 8)], 1, 0),
  ])
  func reinforceAdaFillsFreeSlotsFromTheOtherClass(
    kept: Int, rounds: [(Int, Int)], successes: Int, failures: Int
  ) {
    let trained = ReinforceAda(kept: kept).training([group(rounds)], count: 1)
    #expect(trained.map(\.successes) == [successes])
    #expect(trained.map(\.failures) == [failures])
  }

  /// ⌈n·k/G⌉ within 1 and one less than what is taken: 8·2/16 is 1, 8·3/16 rounds up to 2, 2·3/4 too but of 2 taken at most 1 is a success.
  @Test(arguments: [(8, 2, 16, 1, 7), (8, 3, 16, 2, 6), (2, 3, 4, 1, 1), (8, 2, 3, 2, 1), (4, 0, 8, 0, 4)])
  func anUnresolvedPromptIsFilledInProportion(
    kept: Int, k: Int, samples: Int, successes: Int, failures: Int
  ) {
    let sampler = ReinforceAda(exit: .positiveFocused(successes: 4), kept: kept)
    let trained = sampler.training([group([(k, samples)])], count: 1)
    #expect(trained.map(\.successes) == [successes])
    #expect(trained.map(\.failures) == [failures])
  }

  @Test func oneSampleHasBaselineZero() {
    let sampler = ReinforceAda()
    #expect(sampler.training([group([(1, 1)])], count: 1).map(\.centring?.baseline) == [0])
    #expect(sampler.training([group([])], count: 1).map(\.centring?.baseline) == [0])
    #expect(sampler.training([group([(1, 2)])], count: 1).map(\.centring?.baseline) == [0.5])
  }

  @Test func aStoredSuccessReplacesOneFailureOfAnAllWrongGroup() {
    let wrong = group([(0, 4), (0, 4)], stored: 2)
    for (reuse, replayed, gradient) in [
      (StagedReuse.Reuse.none, 0, false), (.withGradient, 1, true), (.statisticsOnly, 1, false),
    ] {
      let trained = StagedReuse(reuse: reuse).training([wrong], count: 1)
      #expect(
        trained == [
          TrainedGroup(
            group: 0, successes: 0, failures: 8 - replayed, replayed: replayed,
            replayedCarryGradient: gradient)
        ])
    }
    let sampler = StagedReuse()
    #expect(sampler.training([group([(0, 4), (0, 4)])], count: 1).map(\.replayed) == [0])
    #expect(sampler.training([group([(1, 4)], stored: 2)], count: 1).map(\.replayed) == [0])
  }

  @Test func stagedGroupsDifferInSize() {
    let trained = StagedReuse().training([group([(4, 4)]), group([(0, 4), (1, 4)])], count: 2)
    #expect(trained.map { $0.successes + $0.failures } == [4, 8])
  }

  @Test func aGroupOfOneIsKeptByDynamicSampling() {
    let sampler = MixedGroupSampling(each: 1)
    #expect(sampler.training([group([(0, 1)]), group([(1, 1)])], count: 2).map(\.group) == [0, 1])
  }

  /// METHODS A11: by p̂(1−p̂), so that 3 and 5 of 8 tie and the first is taken; the batch keeps its order.
  @Test func learnabilityKeepsTheMostMixed() {
    let groups = [0, 5, 8, 1, 3, 4, 7, 2].map { group([($0, 8)]) }
    let sampler = LearnabilitySelection()
    #expect(sampler.promptsPerTrained == 4)
    #expect(sampler.training(groups, count: 2).map(\.group) == [1, 5])
    #expect(sampler.training(groups, count: 3).map(\.group) == [1, 4, 5])
    #expect(sampler.training(groups, count: 8).map(\.group) == Array(0..<8))
  }

  /// The published numbers, from METHODS A4–A11.
  @Test func defaultsAreThePublishedNumbers() {
    let ada = ReinforceAda()
    #expect([ada.rounds, ada.each, ada.kept] == [4, 8, 4])
    let speed = ScreenedSampling()
    #expect([speed.screen, speed.more, speed.promptsPerTrained] == [4, 12, 4])
    let dapo = MixedGroupSampling()
    #expect([dapo.each, dapo.promptsPerTrained, dapo.maximumBatches] == [16, 3, 10])
    #expect(LearnabilitySelection().each == 8)
    #expect([DifficultyBand().lower, DifficultyBand().upper] == [0.2, 0.8])
  }
}
