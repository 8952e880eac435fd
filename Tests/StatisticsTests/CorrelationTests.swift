import Foundation
import Statistics
import Testing
import _TestSupport

@Suite struct CorrelationTests {
  // SciPy 1.17: pearsonr, spearmanr, kendalltau. The second pair has ties on both sides.
  @Test func coefficientsAgreeWithSciPy() {
    let x: [Double] = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]
    let y: [Double] = [2, 1, 4, 3, 7, 5, 8, 9, 6, 10]
    #expect(isClose(Correlation.pearson(x, y), 29.0 / 33) && isClose(Correlation.spearman(x, y), 29.0 / 33))
    #expect(isClose(Correlation.kendall(x, y), 33.0 / 45))
    let tiedX: [Double] = [1, 1, 2, 3, 3, 3, 4, 5]
    let tiedY: [Double] = [2, 1, 2, 2, 3, 3, 5, 4]
    #expect(isClose(Correlation.pearson(tiedX, tiedY), 0.8427009716003844))
    #expect(isClose(Correlation.spearman(tiedX, tiedY), 0.8860759493670889))
    #expect(isClose(Correlation.kendall(tiedX, tiedY), 0.7916666666666667))
    #expect(Correlation.midRanks(tiedX) == [1.5, 1.5, 3, 5, 5, 5, 7, 8])
  }

  // All pairs, one by one.
  private func kendallByPairs(_ x: [Double], _ y: [Double]) -> Double {
    var (score, untiedX, untiedY) = (0, 0, 0)
    for i in x.indices {
      for j in 0..<i {
        let (a, b) = ((x[i] - x[j]).signOrZero, (y[i] - y[j]).signOrZero)
        score += a * b
        untiedX += a * a
        untiedY += b * b
      }
    }
    return Double(score) / (Double(untiedX) * Double(untiedY)).squareRoot()
  }

  @Test(arguments: [2, 5, 16, 17, 100], [2, 4, 1000]) func kendallAgreesWithAllPairs(count: Int, values: Int)
  {
    for replicate in 0..<10 {
      var stream = RandomStream(
        StreamKey(seed: 50, claim: "kendall \(count) \(values)", replicate: UInt64(replicate)))
      let x = (0..<count).map { _ in Double(stream.index(below: values)) }
      let y = x.map { $0 + Double(stream.index(below: values)) }
      let expected = kendallByPairs(x, y)
      let found = Correlation.kendall(x, y)
      #expect(expected.isNaN ? found.isNaN : isClose(found, expected))
    }
  }

  @Test func constantsAndSingletonsHaveNoCorrelation() {
    for correlation in [Correlation.pearson, Correlation.spearman, Correlation.kendall] {
      #expect(correlation([0.1, 0.1, 0.1], [1, 2, 3]).isNaN)
      #expect(correlation([1, 2, 3], [0.1, 0.1, 0.1]).isNaN)
      #expect(correlation([1], [2]).isNaN && correlation([], []).isNaN)
      #expect(
        correlation([1, 2, 4], [-3, -5, -9]) == -1 || isClose(correlation([1, 2, 4], [-3, -5, -9]), -1))
    }
  }

  @Test func ranksDoNotSeeMonotoneTransformations() {
    var stream = RandomStream(StreamKey(seed: 51, claim: "ranks"))
    let x = (0..<50).map { _ in stream.normal() }
    let y = x.map { $0 + stream.normal() }
    #expect(Correlation.spearman(x, y) == Correlation.spearman(x.map(exp), y.map { $0 * $0 * $0 }))
    #expect(Correlation.kendall(x, y) == Correlation.kendall(x.map(exp), y.map { $0 * $0 * $0 }))
  }

  // tanh(atanh r ± z √v) with v = 1/25, 1.125/25, 0.437/24 for 28 pairs, evaluated in Python.
  @Test func intervalsFollowFisherAndBonettWright() {
    let pearson = Correlation.interval(pearson: 0.5, count: 28, level: 0.95)
    #expect(
      isClose(pearson.lower, 0.15602836252908595, ulps: 64) && isClose(pearson.upper, 0.7358184794439376))
    let spearman = Correlation.interval(spearman: 0.5, count: 28, level: 0.95)
    #expect(
      isClose(spearman.lower, 0.13274690372229858, ulps: 64) && isClose(spearman.upper, 0.746533057841545))
    let kendall = Correlation.interval(kendall: 0.5, count: 28, level: 0.95)
    #expect(
      isClose(kendall.lower, 0.27737130059914045, ulps: 64) && isClose(kendall.upper, 0.6716703657351457))
    #expect(Correlation.interval(pearson: 0.5, count: 3, level: 0.95) == Interval(lower: -1, upper: 1))
    #expect(Correlation.interval(pearson: 1, count: 9, level: 0.95) == Interval(lower: 1, upper: 1))
    #expect(Correlation.interval(kendall: .nan, count: 9, level: 0.95) == Interval(lower: -1, upper: 1))
  }

  // Bivariate normal pairs with r = 0.6; then Spearman's ρ is (6/π) asin(r/2) and Kendall's τ (2/π) asin r.
  @Test func intervalsCoverForNormalPairs() {
    let r = 0.6
    let truth = [r, 6 / .pi * asin(r / 2), 2 / .pi * asin(r)]
    let repetitions = 1500
    var misses = [0, 0, 0]
    for repetition in 0..<repetitions {
      var stream = RandomStream(StreamKey(seed: 52, claim: "coverage", replicate: UInt64(repetition)))
      let x = (0..<40).map { _ in stream.normal() }
      let y = x.map { r * $0 + (1 - r * r).squareRoot() * stream.normal() }
      let intervals = [
        Correlation.interval(pearson: Correlation.pearson(x, y), count: 40, level: 0.9),
        Correlation.interval(spearman: Correlation.spearman(x, y), count: 40, level: 0.9),
        Correlation.interval(kendall: Correlation.kendall(x, y), count: 40, level: 0.9),
      ]
      for index in 0..<3 where !intervals[index].contains(truth[index]) { misses[index] += 1 }
    }
    // The factors are approximations that are good to about a hundredth at this size; the test sees 0.22.
    for count in misses {
      expectProportion(successes: count, trials: repetitions, equals: 0.1, detectable: 0.12)
    }
  }
}

extension Double {
  fileprivate var signOrZero: Int { self > 0 ? 1 : self < 0 ? -1 : 0 }
}
