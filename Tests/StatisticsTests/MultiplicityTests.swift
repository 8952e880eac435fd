import Statistics
import Testing
import _TestSupport

@Suite struct HolmTests {
  // R: p.adjust(c(0.01, 0.04, 0.03, 0.005), "holm") = 0.03 0.06 0.06 0.02.
  @Test func adjustedValuesAgreeWithR() {
    for (found, expected) in zip(Holm.adjusted([0.01, 0.04, 0.03, 0.005]), [0.03, 0.06, 0.06, 0.02]) {
      #expect(isClose(found, expected, ulps: 2))
    }
    #expect(Holm.rejected([0.01, 0.04, 0.03, 0.005], familyError: 0.05) == [true, false, false, true])
    #expect(Holm.adjusted([]) == [] && Holm.adjusted([0.7, 0.9]) == [1, 1])
  }

  @Test func aMissingPValueStaysInTheFamilyAndIsNeverRejected() {
    let adjusted = Holm.adjusted([.nan, 1e-9, .nan, 1e-8])
    #expect(isClose(adjusted[1], 4e-9) && isClose(adjusted[3], 3e-8) && adjusted[0] == 1 && adjusted[2] == 1)
  }

  // Ten true hypotheses and two false ones, all tests dependent through one common number: any wrong rejection happens with probability at most 0.1.
  @Test func theFamilyErrorIsKeptUnderDependence() {
    let repetitions = 3000
    let wrong = (0..<repetitions).count { repetition in
      var stream = RandomStream(StreamKey(seed: 70, claim: "holm", replicate: UInt64(repetition)))
      let common = stream.normal()
      let p = (0..<12).map { index in
        let z = (common + stream.normal()) / 2.0.squareRoot() + (index < 2 ? 6 : 0)
        return SpecialFunctions.normalUpperTail(z)
      }
      return Holm.rejected(p, familyError: 0.1).dropFirst(2).contains(true)
    }
    expectProportion(successes: wrong, trials: repetitions, atMost: 0.1, detectable: 0.18)
  }
}

@Suite struct EquivalenceAndSampleSizeTests {
  // t tails with 24 degrees of freedom at 3 and 2, from SciPy 1.17; the larger one counts.
  @Test func twoOneSidedTestsTakeTheWorseSide() {
    let p = EquivalenceTest.twoOneSided(Estimate(value: 0.1, standardError: 0.2, count: 25), margin: 0.5)
    #expect(isClose(p, 0.028469924968295864, ulps: 64))
    let mirrored = EquivalenceTest.twoOneSided(
      Estimate(value: -0.1, standardError: 0.2, count: 25), margin: 0.5)
    #expect(isClose(mirrored, p, ulps: 64))
  }

  @Test func equivalenceOfTheEdges() {
    // Exactly at the margin the worse side is a fair coin.
    #expect(
      EquivalenceTest.twoOneSided(Estimate(value: 0.5, standardError: 0.1, count: 9), margin: 0.5) == 0.5)
    #expect(EquivalenceTest.twoOneSided(Estimate(value: 0, standardError: .nan, count: 1), margin: 1) == 1)
    #expect(EquivalenceTest.twoOneSided(Estimate(value: 0.5, standardError: 0, count: 9), margin: 1) == 0)
    #expect(EquivalenceTest.twoOneSided(Estimate(value: 1, standardError: 0, count: 9), margin: 1) == 1)
  }

  @Test func sampleSizesAreTheSmallestThatDo() {
    #expect(SampleSize.count(standardDeviation: 2, targetStandardError: 0.25) == 64)
    #expect(SampleSize.count(standardDeviation: 2, targetStandardError: 0.2499) == 65)
    #expect(SampleSize.count(standardDeviation: 0, targetStandardError: 1) == 2)
    // (1.959964 + 0.841621)² · (1/0.5)² = 31.4, the textbook 32 for half a standard deviation, 5 % two-sided, 80 % power.
    #expect(SampleSize.count(standardDeviation: 1, detectable: 0.5, falseFailure: 0.05, falsePass: 0.2) == 32)
  }
}
