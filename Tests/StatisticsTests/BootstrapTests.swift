import Foundation
import Statistics
import Testing
import _TestSupport

@Suite struct BootstrapTests {
  // Test A of the spatial data of Efron and Tibshirani, An Introduction to the Bootstrap (1993), table 14.1.
  static let spatial: [Double] = [
    48, 36, 20, 29, 42, 42, 20, 42, 22, 41, 45, 14, 6, 0, 33, 28, 34, 4, 32, 24, 47, 41, 24, 26, 30, 41,
  ]

  static func variance(_ indices: [Int]) -> Double { Moments(indices.map { spatial[$0] }).populationVariance }

  // The book prints (115.8, 259.6) from 2000 resamples; SciPy 1.17 with 400000 gives (115.5, 260.9), and (97.6, 235.3) by percentiles.
  //
  // With B = 4000 an end's standard error is √(p(1−p)/B) over the density there: 0.9 for the BCa ends (p = 0.11 and 0.985) and 1.4 for the lower
  // percentile; the tolerance is five of them. The percentile interval lies outside that tolerance of the BCa one and conversely.
  @Test func theVarianceOfTheSpatialDataHasItsPublishedIntervals() {
    #expect(isClose(Self.variance(Array(0..<26)), 171.53402366863904))
    let key = StreamKey(seed: 20, claim: "spatial")
    let bca = Bootstrap.bca(count: 26, level: 0.9, resamples: 4000, key: key, statistic: Self.variance)
    #expect(abs(bca.lower - 115.5) < 7 && abs(bca.upper - 260.9) < 7)
    let percentile = Bootstrap.percentile(
      count: 26, level: 0.9, resamples: 4000, key: key, statistic: Self.variance)
    #expect(abs(percentile.lower - 97.6) < 7 && abs(percentile.upper - 235.3) < 7)
  }

  // Up to the interpolation between neighbouring order statistics, of which there are a thousand.
  @Test func theIntervalsFollowMonotoneTransformations() {
    let key = StreamKey(seed: 21, claim: "transform")
    let plain = Bootstrap.bca(count: 26, level: 0.9, resamples: 1000, key: key, statistic: Self.variance)
    let rooted = Bootstrap.bca(count: 26, level: 0.9, resamples: 1000, key: key) {
      Self.variance($0).squareRoot()
    }
    // The acceleration comes from the jackknife of another statistic, so it changes in the third digit.
    #expect(relativeError(rooted.lower * rooted.lower, plain.lower) < 0.02)
    #expect(relativeError(rooted.upper * rooted.upper, plain.upper) < 0.02)
    let percentile = Bootstrap.percentile(
      count: 26, level: 0.9, resamples: 1000, key: key, statistic: Self.variance)
    let logarithm = Bootstrap.percentile(count: 26, level: 0.9, resamples: 1000, key: key) {
      log(Self.variance($0))
    }
    #expect(relativeError(exp(logarithm.lower), percentile.lower) < 0.002)
  }

  @Test func theSameKeyGivesTheSameInterval() {
    let key = StreamKey(seed: 22, claim: "repeat")
    let first = Bootstrap.bca(count: 26, level: 0.9, resamples: 200, key: key, statistic: Self.variance)
    let second = Bootstrap.bca(count: 26, level: 0.9, resamples: 200, key: key, statistic: Self.variance)
    let other = Bootstrap.bca(
      count: 26, level: 0.9, resamples: 200, key: StreamKey(seed: 23, claim: "repeat"),
      statistic: Self.variance)
    #expect(first == second && first != other)
  }

  @Test func aConstantStatisticHasAPointForAnInterval() {
    let key = StreamKey(seed: 24, claim: "constant")
    #expect(
      Bootstrap.bca(count: 9, level: 0.95, resamples: 100, key: key) { _ in 4 }
        == Interval(lower: 4, upper: 4))
    #expect(Bootstrap.bca(count: 9, level: 0.95, resamples: 100, key: key) { _ in .nan }.lower.isNaN)
  }

  // The mean of 30 exponential numbers at 90 %: BCa is known to cover about 88 % at this size; an interval that covers 72 % must be caught, and so
  // must one that never misses.
  @Test func bcaIntervalsCoverAtAboutTheirLevel() {
    let repetitions = 1000
    var misses = 0
    for repetition in 0..<repetitions {
      var stream = RandomStream(StreamKey(seed: 25, claim: "cover", replicate: UInt64(repetition)))
      let sample = (0..<30).map { _ in -log(stream.uniformOpen()) }
      let interval = Bootstrap.bca(
        count: 30, level: 0.9, resamples: 200,
        key: StreamKey(seed: 26, claim: "cover", designPoint: UInt64(repetition))
      ) { indices in indices.reduce(0) { $0 + sample[$1] } / 30 }
      if !interval.contains(1) { misses += 1 }
    }
    expectProportion(successes: misses, trials: repetitions, equals: 0.12, detectable: 0.16)
  }
}
