import Statistics
import Testing
import _TestSupport

@testable import Arena

@Suite struct CalibratedWorldTests {
  typealias Logged = CalibratedWorld.LoggedPrompt

  /// Four prompts, told apart in a world by the lengths of their correct responses.
  private var log: [Logged] {
    [(3, 10), (9, 10), (0, 10), (50, 100)].enumerated().map { place, counts in
      var prompt = Logged(successes: counts.0, samples: counts.1)
      prompt.successLength = Double(100 * (place + 1))
      return prompt
    }
  }

  @Test func passRatesFollowEachPromptsPosterior() throws {
    let calibrated = try #require(CalibratedWorld(name: "log", prompts: log))
    let world = calibrated.world(count: 8000, seed: 5)
    #expect(world.shared.coupling == 0 && world.shared.drift == 0 && world.clusterCount == 8000)
    for (place, prompt) in log.enumerated() {
      let rates = (0..<8000).filter { world.successLengths[$0] == Double(100 * (place + 1)) }
        .map { logistic(world.logits[$0]) }
      expectProportion(successes: rates.count, trials: 8000, equals: 0.25, detectable: 0.065)
      let (a, b) = (
        calibrated.prior.alpha + Double(prompt.successes),
        calibrated.prior.beta + Double(prompt.samples - prompt.successes)
      )
      // 2000 draws of deviation .14 at most; p is held above 10⁻⁴, which moves no mean by more than that.
      expectMean(Moments(rates), equals: a / (a + b), detectable: 0.05)
      let spread = a * b / ((a + b) * (a + b) * (a + b + 1))
      #expect(relativeError(Moments(rates).variance, spread) < 0.5)
    }
  }

  /// The prior by hand: μ = (.3 + .9 + 0 + .5)/4, the sampling part (.7·3/9 + .9·1/9 + 0 + .5·50/99)/4.
  @Test func thePriorHasTheSpreadWithoutSampling() throws {
    let prior = try #require(CalibratedWorld(name: "log", prompts: log)).prior
    let mean = 0.425
    let within = (0.3 * 7 / 9 + 0.9 * 1 / 9 + 0.5 * 50 / 99) / 4
    let whole = mean * (1 - mean)
    let size = whole / (whole - within) - 1
    #expect(isClose(prior.alpha, size * mean) && isClose(prior.beta, size * (1 - mean)))
  }

  @Test func singleRolloutsLeaveAPriorOfOne() throws {
    let prompts = [1, 0, 0, 0].map { Logged(successes: $0, samples: 1) }
    let prior = try #require(CalibratedWorld(name: "log", prompts: prompts)).prior
    #expect(prior.alpha == 0.25 && prior.beta == 0.75)
  }

  @Test func aLogWithoutRolloutsIsNoWorld() {
    #expect(CalibratedWorld(name: "log", prompts: []) == nil)
    #expect(CalibratedWorld(name: "log", prompts: [Logged(successes: 0, samples: 0)]) == nil)
  }

  /// D² by the median of 4, 1 and 9, which is the unit; v likewise.
  @Test func whatIsMissingIsTheMedian() throws {
    var prompts = log
    for (place, square) in [4.0, 1, 9].enumerated() {
      prompts[place].squaredDistance = square
      prompts[place].successVariance = 10 * square
      prompts[place].failureVariance = 8
    }
    prompts[3].successLength = nil
    let calibrated = try #require(CalibratedWorld(name: "log", prompts: prompts))
    #expect(calibrated.missing.moments == 1 && calibrated.missing.lengths == 1)
    let world = calibrated.world(count: 400, seed: 5)
    #expect(Set(world.distances) == [1, 0.5, 1.5])
    #expect(Set(world.successVariances) == [10, 2.5, 22.5] && Set(world.failureVariances) == [2])
    // No wrong response has a length: they are as long as the prompt's or the median's correct ones.
    #expect(Set(world.successLengths) == [100, 200, 300] && Set(world.failureLengths) == [200])
  }

  @Test func aLogOfCountsAloneHasScoresAndLengthsAlike() throws {
    let prompts = [(1, 4), (3, 4)].map { Logged(successes: $0.0, samples: $0.1) }
    let calibrated = try #require(CalibratedWorld(name: "log", prompts: prompts))
    #expect(calibrated.missing.moments == 2 && calibrated.missing.lengths == 2)
    let world = calibrated.world(count: 20, seed: 5)
    #expect(Set(world.distances) == [1] && Set(world.successVariances) == [20])
    #expect(Set(world.successLengths) == [200] && Set(world.failureLengths) == [200])
  }

  @Test(arguments: [0, 8])
  func aLogOfNothingButFailuresOrSuccessesIsAWorld(successes: Int) throws {
    let prompts = (0..<5).map { _ in Logged(successes: successes, samples: 8) }
    let world = try #require(CalibratedWorld(name: "log", prompts: prompts)).world(count: 200, seed: 1)
    let mean = world.logits.reduce(0) { $0 + logistic($1) } / 200
    #expect(world.logits.allSatisfy(\.isFinite) && abs(mean - Double(successes) / 8) < 0.02)
  }

  @Test func aMeasuredDistanceOfZeroIsHeldAboveNothing() throws {
    var prompts = log
    for place in prompts.indices { prompts[place].squaredDistance = place == 0 ? 0 : 4 }
    let world = try #require(CalibratedWorld(name: "log", prompts: prompts)).world(count: 200, seed: 1)
    #expect(Set(world.distances) == [0.1, 1])
  }
}
