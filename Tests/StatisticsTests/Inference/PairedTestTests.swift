import Statistics
import Testing
import _TestSupport

@Suite struct PairedTestTests {
  static let hundredths = [2, -1, 3, 5, 1, 4, -2, 6, 3, 2]
  static let differences = hundredths.map { Double($0) / 100 }
  static let key = StreamKey(seed: 50, claim: "sign-flip")

  // SciPy 1.17: stats.ttest_1samp(d, 0).pvalue = 0.017221821969477927.
  @Test func studentsTestAgreesWithSciPy() {
    #expect(isClose(PairedTest.student(Self.differences), 0.017221821969477927, ulps: 128))
    #expect(PairedTest.student([0.4]) == 1 && PairedTest.student([]) == 1)
    #expect(PairedTest.student([0, 0, 0]) == 1 && PairedTest.student([1, 1, 1]) == 0)
  }

  // All 1024 patterns in integers, where ties are exact. SciPy 1.17's permutation_test (permutation_type='samples') gives 30/1024 as well.
  @Test func theExactShareCountsTiesDespiteRounding() {
    let observed = abs(Self.hundredths.reduce(0, +))
    let extreme = (0..<1024).count { pattern in
      let sum = Self.hundredths.enumerated().reduce(0) {
        $0 + (pattern >> $1.offset & 1 == 0 ? $1.element : -$1.element)
      }
      return abs(sum) >= observed
    }
    #expect(extreme == 30)
    #expect(PairedTest.signFlip(Self.differences, resamples: 1, key: Self.key) == Double(extreme) / 1024)
  }

  @Test func agreementInSignOfAllPairsGivesTheSmallestValue() {
    for count in 1...PairedTest.exactLimit {
      let p = PairedTest.signFlip((1...count).map(Double.init), resamples: 1, key: Self.key)
      #expect(p == PairedTest.smallestSignFlip(count: count))
    }
    #expect(PairedTest.smallestSignFlip(count: 5) == 1.0 / 16 && PairedTest.smallestSignFlip(count: 0) == 1)
    #expect(PairedTest.signFlip([0, 0, 0], resamples: 1, key: Self.key) == 1)
    #expect(PairedTest.signFlip([], resamples: 1, key: Self.key) == 1)
  }

  // Twenty pairs, of which fourteen are not zero: flipping a zero changes nothing, so the exact p-value is that of the fourteen.
  @Test func randomPatternsEstimateTheExactShare() {
    var stream = RandomStream(StreamKey(seed: 51, claim: "sign-flip-data"))
    let nonzero = (0..<14).map { _ in stream.normal() + 0.3 }
    let exact = PairedTest.signFlip(nonzero, resamples: 1, key: Self.key)
    let resamples = 40_000
    let found = PairedTest.signFlip(
      nonzero + [Double](repeating: 0, count: 6), resamples: resamples, key: Self.key)
    expectProportion(
      successes: Int((found * Double(resamples + 1)).rounded()) - 1, trials: resamples, equals: exact,
      detectable: 0.035)
    #expect(exact > 0.01 && exact < 0.9)
    // More than 64 pairs draw a second word of signs; all alike are extreme only in two patterns of 2⁷⁰.
    #expect(
      PairedTest.signFlip([Double](repeating: 1, count: 70), resamples: 99, key: Self.key) == 0.01)
  }

  // Differences of a heavy-tailed and symmetric distribution: the share of p ≤ 0.1 stays at most 0.1, where an error rate of 0.18 would be caught.
  @Test func theErrorIsKeptForHeavyTails() {
    let trials = 3000
    let rejected = (0..<trials).count { trial in
      var stream = RandomStream(StreamKey(seed: 52, claim: "sign-flip-null", replicate: UInt64(trial)))
      let differences = (0..<9).map { _ in stream.normal() / stream.uniformOpen() }
      return PairedTest.signFlip(differences, resamples: 1, key: Self.key) <= 0.1
    }
    expectProportion(successes: rejected, trials: trials, atMost: 0.1, detectable: 0.18)
  }
}
