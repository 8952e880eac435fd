import Statistics
import Testing
import _TestSupport

@Suite struct InterquartileMeanTests {
  // SciPy 1.17: stats.trim_mean([3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8], 0.25) = 4.166666666666667, which is (3+3+4+5+5+5)/6.
  @Test func fourDividesTheCountAsInSciPy() {
    #expect(isClose(InterquartileMean.value([3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8]), 25.0 / 6))
    #expect(InterquartileMean.value([4, 1, 3, 100]) == 3.5)
  }

  // By hand: of 0, 1, 2, 3, 10 a weight of 5/4 is cut from either end, so 1 and 3 keep 3/4: (3/4 + 2 + 9/4)/(5/2) = 2. Of two values each keeps half; one is itself.
  @Test func aValueAtTheCutCountsInPart() {
    #expect(isClose(InterquartileMean.value([10, 0, 3, 1, 2]), 2))
    #expect(isClose(InterquartileMean.value([1, 2, 4]), (0.25 * 1 + 2 + 0.25 * 4) / 1.5))
    #expect(InterquartileMean.value([1, 3]) == 2)
    #expect(InterquartileMean.value([7]) == 7)
  }

  // The fractional weights make it the integral of the quantile function over the middle half: repeating every value leaves it unchanged.
  @Test func repeatingEveryValueChangesNothing() {
    for count in 1...13 {
      var stream = RandomStream(StreamKey(seed: 30, claim: "iqm", replicate: UInt64(count)))
      let values = (0..<count).map { _ in stream.normal() }
      let fourfold = values.flatMap { [Double](repeating: $0, count: 4) }
      // Four copies are a multiple of four values, of which the middle half is plainly averaged.
      let middle = fourfold.sorted()[count..<(3 * count)]
      // The sums differ by rounding only: a few ulps of the largest value.
      #expect(
        abs(InterquartileMean.value(values) - compensatedSum(middle) / Double(middle.count)) < 1e-14)
    }
  }

  @Test func oneWildRunMovesItLittle() {
    let calm = [0.4, 0.41, 0.42, 0.43, 0.44, 0.45, 0.46, 0.47]
    var wild = calm
    wild[7] = 100
    #expect(InterquartileMean.value(wild) == InterquartileMean.value(calm))
  }

  // Scores are a shift of the run plus little noise: the splits of one run move together. Drawn within strata the average of six splits looks √6 times too sure.
  @Test func wholeRunsKeepTheDependenceBetweenStrata() {
    var stream = RandomStream(StreamKey(seed: 31, claim: "iqm-runs"))
    let shifts = (0..<20).map { _ in stream.normal() }
    let runs = StratifiedRuns((0..<6).map { _ in shifts.map { $0 + 0.01 * stream.normal() } })
    let key = StreamKey(seed: 32, claim: "iqm-runs")
    let whole = InterquartileMean.interval(
      runs, resampling: .wholeRuns, level: 0.95, resamples: 2000, key: key)
    let within = InterquartileMean.interval(
      runs, resampling: .withinStrata, level: 0.95, resamples: 2000, key: key)
    let ratio = whole.halfWidth / within.halfWidth
    // √6 = 2.45 for a mean; the ends carry about 5 % of Monte Carlo error each and the trimmed mean is not linear.
    #expect(ratio > 1.8 && ratio < 3.2, "\(ratio)")
    #expect(whole.contains(InterquartileMean.value(runs)))
  }

  @Test func oneStratumIsResampledAsByThePlainBootstrap() {
    let key = StreamKey(seed: 33, claim: "iqm-one")
    let values = [0.1, 0.5, 0.2, 0.9, 0.4, 0.7]
    let runs = StratifiedRuns([values])
    let within = InterquartileMean.interval(
      runs, resampling: .withinStrata, level: 0.9, resamples: 300, key: key)
    let whole = InterquartileMean.interval(runs, resampling: .wholeRuns, level: 0.9, resamples: 300, key: key)
    let plain = Bootstrap.percentile(count: 6, level: 0.9, resamples: 300, key: key) { indices in
      InterquartileMean.value(indices.map { values[$0] })
    }
    #expect(within == plain && whole == plain)
  }

  @Test func aSingleRunHasTheWholeLineForAnInterval() {
    let interval = InterquartileMean.interval(
      StratifiedRuns([[0.3], [0.4]]), resampling: .wholeRuns, level: 0.95, resamples: 100,
      key: StreamKey(seed: 34, claim: "iqm-single"))
    #expect(interval == Interval(lower: -.infinity, upper: .infinity))
  }
}
