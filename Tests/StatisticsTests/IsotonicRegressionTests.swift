import Statistics
import Testing
import _TestSupport

@Suite struct IsotonicRegressionTests {
  // The max-min formula: fitᵢ = max over s ≤ i of min over t ≥ i of the weighted mean of s…t (Barlow et al. 1972, equation 1.9).
  private func fitByMaxMin(_ y: [Double], _ weights: [Double]) -> [Double] {
    y.indices.map { i in
      (0...i).map { s in
        (i..<y.count).map { t in
          let total = (s...t).reduce(0) { $0 + weights[$1] }
          return (s...t).reduce(0) { $0 + weights[$1] * y[$1] } / total
        }.min() ?? .nan
      }.max() ?? .nan
    }
  }

  @Test(arguments: 0..<20) func poolingAgreesWithTheMaxMinFormula(replicate: Int) {
    var stream = RandomStream(StreamKey(seed: 60, claim: "pava", replicate: UInt64(replicate)))
    let count = 1 + stream.index(below: 14)
    let y = (0..<count).map { Double($0) / 5 + stream.normal() }
    let weights = (0..<count).map { _ in 0.25 + stream.uniform() }
    let fit = IsotonicRegression(x: (0..<count).map(Double.init), y: y, weights: weights).fitted
    // Means of at most 14 numbers of size up to 5.
    for (found, expected) in zip(fit, fitByMaxMin(y, weights)) { #expect(abs(found - expected) < 1e-13) }
  }

  @Test func aTextbookExampleIsFittedExactly() {
    let fit = IsotonicRegression(x: [1, 2, 3, 4, 5], y: [1, 3, 2, 4, 3.5])
    #expect(fit.fitted == [1, 2.5, 2.5, 3.75, 3.75])
    // Residuals 2·0.25 + 2·0.0625 = 0.625 of a total of 5.8 = Σy² − (Σy)²/5 = 42.25 − 36.45.
    #expect(isClose(fit.rSquared, 1 - 0.625 / 5.8))
  }

  @Test func theOrderGivenIsTheOrderReturnedAndEqualPlacesShareAValue() {
    let fit = IsotonicRegression(x: [3, 1, 2, 2], y: [9, 0, 4, 8])
    #expect(fit.fitted == [9, 0, 6, 6])
    let weighted = IsotonicRegression(x: [1, 1, 2], y: [0, 4, 1], weights: [3, 1, 4])
    #expect(weighted.fitted == [1, 1, 1])
  }

  @Test func risingDataAreFittedPerfectlyAndFallingDataByTheirMean() {
    #expect(IsotonicRegression(x: [1, 2, 3], y: [1, 2, 5]).rSquared == 1)
    let falling = IsotonicRegression(x: [1, 2, 3], y: [6, 2, 1])
    #expect(falling.fitted == [3, 3, 3] && abs(falling.rSquared) < 1e-15)
    #expect(IsotonicRegression(x: [1, 2, 3], y: [0.1, 0.1, 0.1]).rSquared.isNaN)
    #expect(IsotonicRegression(x: [], y: []).fitted.isEmpty)
  }

  // Under exchangeable pairs the p-value is at most α with probability at most α (here exactly α = 1/5, for continuous data).
  @Test func thePermutationPValueIsUniformWithoutATrend() {
    let repetitions = 500
    let small = (0..<repetitions).count { repetition in
      var stream = RandomStream(StreamKey(seed: 61, claim: "trend", replicate: UInt64(repetition)))
      let y = (0..<8).map { _ in stream.normal() }
      let p = MonotonicityTest.pValue(
        (0..<8).map(Double.init), y, permutations: 19,
        key: StreamKey(seed: 62, claim: "trend", designPoint: UInt64(repetition)))
      return p <= 0.2
    }
    expectProportion(successes: small, trials: repetitions, atMost: 0.2, detectable: 0.45)
  }

  @Test func aRisingTrendHasTheSmallestPValueAndAFallingOneALargeOne() {
    let x = (0..<12).map(Double.init)
    let key = StreamKey(seed: 63, claim: "trend")
    #expect(MonotonicityTest.pValue(x, x, permutations: 99, key: key) == 0.01)
    #expect(MonotonicityTest.pValue(x, x.map { -$0 }, permutations: 99, key: key) == 1)
    #expect(MonotonicityTest.pValue(x, x.map { _ in 3 }, permutations: 99, key: key) == 1)
  }
}
