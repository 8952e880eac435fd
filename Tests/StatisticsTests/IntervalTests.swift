import Statistics
import Testing
import _TestSupport

@Suite struct IntervalTests {
  @Test func normalAndStudentIntervalsUseTheirQuantiles() {
    let estimate = Estimate(value: 3, standardError: 0.5, count: 11)
    let normal = estimate.normalInterval(level: 0.95)
    #expect(
      isClose(normal.lower, 3 - 0.5 * 1.9599639845400542)
        && isClose(normal.upper, 3 + 0.5 * 1.9599639845400542))
    // t₀.₉₇₅ with ten degrees of freedom.
    let student = estimate.studentInterval(level: 0.95)
    #expect(
      isClose(student.lower, 3 - 0.5 * 2.2281388519862747)
        && isClose(student.upper, 3 + 0.5 * 2.2281388519862747))
    #expect(
      student.contains(3) && !student.contains(5) && isClose(student.halfWidth, 0.5 * 2.2281388519862747))
    let alone = Estimate(value: 3, standardError: .nan, count: 1).studentInterval(level: 0.95)
    #expect(alone == Interval(lower: -.infinity, upper: .infinity))
  }

  // Newcombe 1998, Statistics in Medicine 17:857–872, table I, method 3, to the four decimals printed there; more digits from SciPy 1.17.
  @Test(arguments: [
    (81, 263, 0.2552885198782742, 0.36620957698280004), (15, 148, 0.06238639953073629, 0.16048724172330803),
    (0, 20, 0, 0.16112515805281935), (1, 29, 0.006113214292762667, 0.17175521879320282),
  ]) func wilsonIntervalsAreThePublishedOnes(successes: Int, trials: Int, lower: Double, upper: Double) {
    let interval = WilsonInterval.interval(successes: successes, trials: trials, level: 0.95)
    // The lower end is a difference of numbers up to 28 times as large.
    #expect(isClose(interval.lower, lower, ulps: 64) && isClose(interval.upper, upper))
    let mirrored = WilsonInterval.interval(successes: trials - successes, trials: trials, level: 0.95)
    #expect(abs(mirrored.upper - (1 - lower)) < 1e-15 && abs(mirrored.lower - (1 - upper)) < 1e-15)
  }

  @Test func noTrialsSayNothing() {
    #expect(WilsonInterval.interval(successes: 0, trials: 0, level: 0.9) == Interval(lower: 0, upper: 1))
  }

  // The defining property: at each end p of the interval the score test of p is exactly at its critical value.
  @Test func wilsonInvertsTheScoreTest() {
    let (k, n) = (7, 30)
    let interval = WilsonInterval.interval(successes: k, trials: n, level: 0.99)
    for p in [interval.lower, interval.upper] {
      let z = (Double(k) / Double(n) - p) / (p * (1 - p) / Double(n)).squareRoot()
      #expect(isClose(abs(z), SpecialFunctions.normalUpperQuantile(0.005), ulps: 64))
    }
  }
}
