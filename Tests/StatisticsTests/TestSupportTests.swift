import Statistics
import Testing
import _TestSupport

// The helpers that judge everything else must themselves be able to fail.
@Suite struct TestSupportTests {
  @Test func aMeanThatIsOffFailsAndOneThatIsRightPasses() {
    let estimate = Estimate(value: 1, standardError: 0.01, count: 10_001)
    // t quantile for 5·10⁻¹⁰ with 10⁴ degrees of freedom is 6.12.
    let right = MeanCheck.decide(estimate, equals: 1.06, falseFailRate: 1e-9, detectable: 0.13)
    #expect(right == .agrees)
    guard case .differs = MeanCheck.decide(estimate, equals: 1.062, falseFailRate: 1e-9, detectable: 0.13)
    else {
      Issue.record("a difference of 6.2 standard errors passed")
      return
    }
    guard case .differs = MeanCheck.decide(estimate, equals: .nan, falseFailRate: 1e-9, detectable: 0.13)
    else {
      Issue.record("NaN passed")
      return
    }
  }

  @Test func aSampleThatCouldNotSeeTheDifferenceFails() {
    let estimate = Estimate(value: 1, standardError: 0.01, count: 10_001)
    guard
      case .underpowered(let resolution) = MeanCheck.decide(
        estimate, equals: 1, falseFailRate: 1e-9, detectable: 0.1)
    else {
      Issue.record("a test without power passed")
      return
    }
    #expect(resolution > 0.12 && resolution < 0.125)
    let one = Estimate(value: 1, standardError: .nan, count: 1)
    #expect(
      MeanCheck.decide(one, equals: 1, falseFailRate: 0.1, detectable: 10)
        == .underpowered(resolution: .infinity))
  }

  @Test func theHelpersRecordTheirFailures() {
    let estimate = Estimate(value: 1, standardError: 0.01, count: 10_001)
    withKnownIssue { expectMean(estimate, equals: 2, detectable: 0.2) }
    withKnownIssue { expectMean(estimate, equals: 1, detectable: 0.01) }
    withKnownIssue { expectProportion(successes: 700, trials: 1000, equals: 0.5, detectable: 0.25) }
    withKnownIssue { expectProportion(successes: 500, trials: 1000, equals: 0.5, detectable: 0.01) }
    withKnownIssue { expectProportion(successes: 200, trials: 1000, atMost: 0.1, detectable: 0.3) }
    withKnownIssue { expectProportion(successes: 100, trials: 1000, atMost: 0.1, detectable: 0.11) }
    expectProportion(successes: 500, trials: 1000, equals: 0.5, detectable: 0.25)
    expectProportion(successes: 0, trials: 1000, atMost: 0.1, detectable: 0.3)
  }

  // At a rate of one in fifty the check fails as often as it says, on samples of 100 uniform numbers.
  @Test func theFalseFailureRateIsTheStatedOne() {
    let failures = (0..<10_000).count { replicate in
      var stream = RandomStream(StreamKey(seed: 95, claim: "rate", replicate: UInt64(replicate)))
      let moments = Moments((0..<100).map { _ in stream.uniform() })
      return MeanCheck.decide(moments.estimate, equals: 0.5, falseFailRate: 0.02, detectable: 1) != .agrees
    }
    expectProportion(successes: failures, trials: 10_000, equals: 0.02, detectable: 0.025)
  }

  @Test func theBoundForAKnownRangeIsWiderAndHoldsForRareEvents() {
    // A thousand zeros from a probability of 10⁻³ have a standard error of 0, which the normal form takes at its word.
    let zeros = Moments(repeatElement(0, count: 1000)).estimate
    guard case .differs = MeanCheck.decide(zeros, equals: 1e-3, falseFailRate: 1e-9, detectable: 0.2) else {
      Issue.record("a standard error of zero hid the difference")
      return
    }
    #expect(
      MeanCheck.decide(zeros, equals: 1e-3, falseFailRate: 1e-9, detectable: 0.2, range: 0...1) == .agrees)
  }

  @Test func closenessIsMeasuredInUnitsOfTheLastPlace() {
    #expect(isClose(1 + 4 * Double.ulpOfOne, 1, ulps: 4) && !isClose(1 + 5 * Double.ulpOfOne, 1, ulps: 4))
    #expect(
      isClose(.infinity, .infinity) && !isClose(.infinity, 1) && !isClose(.nan, .nan) && isClose(0, -0.0))
    #expect(
      relativeError(1.1, 1) - 0.1 < 1e-15 && relativeError(0.5, 0) == 0.5 && relativeError(.nan, .nan) == 0)
    #expect(relativeError(.nan, 1).isNaN)
  }
}
