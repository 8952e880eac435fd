import Statistics
import Testing
import _TestSupport

@Suite struct ProbabilityOfImprovementTests {
  // SciPy 1.17: stats.mannwhitneyu([1, 2, 3, 5, 5], [2, 2, 4, 5]).statistic / 20 = 10/20.
  @Test func itIsTheMannWhitneyStatisticOverItsPairs() {
    #expect(ProbabilityOfImprovement.value([1, 2, 3, 5, 5], over: [2, 2, 4, 5]) == 0.5)
    // By hand: 3 beats both, 2 beats 1 and ties with 2: 3.5 of 4.
    #expect(ProbabilityOfImprovement.value([3, 2], over: [1, 2]) == 0.875)
  }

  @Test func bothDirectionsSumToOne() {
    var stream = RandomStream(StreamKey(seed: 40, claim: "poi"))
    let x = (0..<9).map { _ in Double(stream.index(below: 5)) }
    let y = (0..<7).map { _ in Double(stream.index(below: 5)) }
    #expect(
      ProbabilityOfImprovement.value(x, over: y) + ProbabilityOfImprovement.value(y, over: x) == 1)
    #expect(ProbabilityOfImprovement.value(x, over: x) == 0.5)
  }

  @Test func strataAreAveragedNotPooled() {
    // The method wins the first stratum and loses the second; pooled, the scale of the second would decide.
    let x = StratifiedRuns([[2, 3], [50, 60]])
    let y = StratifiedRuns([[0, 1], [70, 80]])
    #expect(ProbabilityOfImprovement.value(x, over: y) == 0.5)
  }

  // The interval from the summed half-wins against resampling the definition itself.
  @Test func theFastResamplesAreThoseOfTheDefinition() {
    var stream = RandomStream(StreamKey(seed: 41, claim: "poi-interval"))
    let x = StratifiedRuns((0..<3).map { _ in (0..<8).map { _ in Double(stream.index(below: 9)) + 1 } })
    let y = StratifiedRuns((0..<3).map { _ in (0..<8).map { _ in Double(stream.index(below: 9)) } })
    let key = StreamKey(seed: 42, claim: "poi-interval")
    let fast = ProbabilityOfImprovement.pairedInterval(x, over: y, level: 0.9, resamples: 400, key: key)
    let slow = Bootstrap.percentile(count: 8, level: 0.9, resamples: 400, key: key) { runs in
      ProbabilityOfImprovement.value(
        StratifiedRuns(x.scores.map { scores in runs.map { scores[$0] } }),
        over: StratifiedRuns(y.scores.map { scores in runs.map { scores[$0] } }))
    }
    // The two add the three strata in another order: a few ulps of one.
    #expect(abs(fast.lower - slow.lower) < 1e-14 && abs(fast.upper - slow.upper) < 1e-14)
    #expect(fast.lower < fast.upper)
  }

  @Test func aMethodThatAlwaysWinsHasProbabilityOne() {
    let x = StratifiedRuns([[3, 4, 5]])
    let y = StratifiedRuns([[0, 1, 2]])
    let interval = ProbabilityOfImprovement.pairedInterval(
      x, over: y, level: 0.95, resamples: 100, key: StreamKey(seed: 43, claim: "poi-one"))
    #expect(interval == Interval(lower: 1, upper: 1))
  }
}
