import Testing

@testable import Training

/// When the warm-up ends, and at which rates it learns.
@Suite struct WarmUpTests {
  private func warmUp(_ change: (inout RunConfiguration) -> Void) throws -> WarmUp {
    var configuration = TinyRun.configuration()
    change(&configuration)
    return WarmUp(configuration: configuration, tasks: try TinyRun.tasks.get())
  }

  @Test func itEndsOnlyWhenPassRateAndSpreadHaveBothReachedTheirTargets() throws {
    let both = try warmUp {
      $0.warmUpTarget = 0.3
      $0.warmUpSpread = 0.5
    }
    #expect(both.reachesTarget(passRate: 0.3, mixedShare: 0.5))
    #expect(!both.reachesTarget(passRate: 0.9, mixedShare: 0.49))
    #expect(!both.reachesTarget(passRate: 0.29, mixedShare: 1))
    let rateAlone = try warmUp { $0.warmUpTarget = 0.3 }
    #expect(rateAlone.reachesTarget(passRate: 0.3, mixedShare: 0))
  }

  /// Half a cosine: the whole rate at first, half of it half-way, nothing at the end (exact in binary up to the cosine's own rounding).
  @Test func theCosineFallsOverTheMostSupervisedSteps() throws {
    let cosine = try warmUp {
      $0.warmUpSteps = 100
      $0.warmUpLearningRate = 2e-3
      $0.warmUpSchedule = "cosine"
    }
    #expect(cosine.schedule.rate(step: 0) == 2e-3)
    #expect(abs(cosine.schedule.rate(step: 50) - 1e-3) < 1e-15)
    #expect(abs(cosine.schedule.rate(step: 100)) < 1e-15)
    let constant = try warmUp { $0.warmUpLearningRate = 2e-3 }
    #expect(constant.schedule.rate(step: 1_000_000) == 2e-3)
  }
}
