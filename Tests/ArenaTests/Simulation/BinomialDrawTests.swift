import Statistics
import Testing
import _TestSupport

@testable import Arena

@Suite struct BinomialDrawTests {
  private func streams(_ count: Int) -> [RandomStream] {
    (0..<count).map { RandomStream(StreamKey(seed: 6, claim: "binomial").replicate($0)) }
  }

  @Test(arguments: [0.03, 0.4, 0.5, 0.85])
  func everyCountHasItsProbability(_ p: Double) {
    var counts = [Int](repeating: 0, count: 5)
    for var stream in streams(20_000) { counts[binomial(4, p, &stream)] += 1 }
    for k in 0...4 {
      expectProportion(
        successes: counts[k], trials: 20_000, equals: binomialProbability(k, of: 4, p), detectable: 0.05)
    }
  }

  /// The same luck: a higher probability never gives fewer successes, on either side of one half.
  @Test func countsRiseWithTheProbability() {
    for stream in streams(500) {
      let counts = [0, 0.1, 0.3, 0.49, 0.5, 0.51, 0.8, 0.95, 1].map { p in
        var copy = stream
        return binomial(8, p, &copy)
      }
      #expect(counts == counts.sorted() && counts.first == 0 && counts.last == 8)
    }
  }

  @Test func manyTrialsKeepTheirMeanAndVariance() {
    var (small, large) = (Moments(), Moments())
    for var stream in streams(4000) {
      small.add(Double(binomial(120, 0.5, &stream)))
      large.add(Double(binomial(1000, 0.3, &stream)))
    }
    // Standard errors √30/63 and √210/63.
    expectMean(small, equals: 60, detectable: 1.5)
    expectMean(large, equals: 300, detectable: 4)
    // The variance of a variance of 4000 is 2/4000 of its square: six deviations are 13 %.
    #expect(relativeError(small.variance, 30) < 0.14 && relativeError(large.variance, 210) < 0.14)
  }

  @Test func bothNumbersOfAPairAreStandardNormalAndApart() {
    var (first, second, squares, products) = (Moments(), Moments(), Moments(), Moments())
    for var stream in streams(8000) {
      let (a, b) = normalPair(&stream)
      first.add(a)
      second.add(b)
      squares.add(a * a + b * b)
      products.add(a * b)
    }
    for moments in [first, second, products] { expectMean(moments, equals: 0, detectable: 0.15) }
    expectMean(squares, equals: 2, detectable: 0.3)
    // Both tails: two-sided 5 % beyond 1.959963984540054 (R's qnorm).
    let tail = streams(8000).count {
      var stream = $0
      return abs(normalPair(&stream).0) > 1.959963984540054
    }
    expectProportion(successes: tail, trials: 8000, equals: 0.05, detectable: 0.035)
  }

  @Test func lengthsHaveTheirMeanAndAtLeastOneTokenEach() {
    var lengths = Moments()
    for var stream in streams(4000) {
      let (first, second) = normalPair(&stream)
      lengths.add(Double(totalLength(4, mean: 50, variation: 0.5, normal: first)))
      #expect(totalLength(7, mean: 0.001, variation: 0.5, normal: second) == 7)
      #expect(totalLength(3, mean: 20, variation: 0, normal: second) == 60)
      #expect(totalLength(0, mean: 20, variation: 0.5, normal: second) == 0)
    }
    #expect(totalLength(3, mean: 20, variation: 0.5, normal: -100) == 3)
    // Four lengths of deviation 25; the cut at four tokens is 3.9 deviations away.
    expectMean(lengths, equals: 200, detectable: 12)
    #expect(relativeError(lengths.variance, 2500) < 0.2)
  }
}
