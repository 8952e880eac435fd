import Testing

@testable import Training

@Suite struct PromptHistoryTests {
  @Test func whatWasThereDecaysWhenNewRolloutsArrive() {
    var history = PromptHistory(promptCount: 2, decay: 0.5)
    history.add(prompt: 0, successes: 3, samples: 8, squaredScores: 6)
    history.add(prompt: 0, successes: 1, samples: 4, squaredScores: 1)
    // By hand: 8/2 + 4, 3/2 + 1, 6/2 + 1.
    #expect(history.current.samples == [8, 0])
    #expect(history.current.successes == [2.5, 0])
    #expect(history.current.squaredScores == [4, 0])
  }

  @Test func withoutDecayNothingIsForgotten() {
    var history = PromptHistory(promptCount: 1)
    for _ in 0..<100 { history.add(prompt: 0, successes: 1, samples: 3, squaredScores: 0.25) }
    #expect(history.current.samples == [300])
    #expect(history.current.successes == [100])
    #expect(history.current.squaredScores == [25])
  }

  /// n_step/(1 − λ) is the limit of λ n + n_step.
  @Test func theEffectiveSampleHasALimit() {
    var history = PromptHistory(promptCount: 1, decay: 0.75)
    for _ in 0..<200 { history.add(prompt: 0, successes: 0, samples: 8, squaredScores: 0) }
    #expect(abs(history.current.samples[0] - 32) < 1e-9)
  }

  @Test func noRolloutsLeaveAPromptAsItIs() {
    var history = PromptHistory(promptCount: 1, decay: 0.5)
    history.add(prompt: 0, successes: 1, samples: 2, squaredScores: 1)
    let before = history
    history.add(prompt: 0, successes: 0, samples: 0, squaredScores: 0)
    #expect(history == before)
  }

  @Test func allocationSeesNewCountsAtTheEndOfAStep() {
    var history = PromptHistory(promptCount: 1, refresh: .step)
    history.add(prompt: 0, successes: 1, samples: 4, squaredScores: 4)
    #expect(history.statistics([0])[0].samples == 0)
    history.endStep(endsEpoch: false)
    #expect(history.statistics([0])[0].samples == 4)
  }

  @Test func allocationSeesNewCountsAtTheEndOfAnEpochAlone() {
    var history = PromptHistory(promptCount: 1, refresh: .epoch)
    history.add(prompt: 0, successes: 1, samples: 4, squaredScores: 4)
    history.endStep(endsEpoch: false)
    #expect(history.statistics([0])[0].samples == 0)
    history.endStep(endsEpoch: true)
    #expect(history.statistics([0])[0].samples == 4)
  }

  @Test func statisticsAreRoundedAndTheDeviationIsTheRootMeanSquare() {
    var history = PromptHistory(promptCount: 3, decay: 0.5)
    history.add(prompt: 2, successes: 5, samples: 5, squaredScores: 10)
    history.add(prompt: 2, successes: 3, samples: 4, squaredScores: 3)
    history.endStep(endsEpoch: false)
    let statistics = history.statistics([2, 0])
    // 2.5 + 4 = 6.5 rollouts and 2.5 + 3 = 5.5 successes round away from 0; Σ‖s‖² = 8.
    #expect(statistics[0].samples == 7)
    #expect(statistics[0].successes == 6)
    #expect(statistics[0].scoreDeviation == (8 / 6.5).squareRoot())
    #expect(statistics[1].samples == 0 && statistics[1].scoreDeviation == nil)
  }
}
