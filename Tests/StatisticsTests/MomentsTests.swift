import Statistics
import Testing
import _TestSupport

// Moments against exact fractions, in one pass and merged.
@Suite struct MomentsTests {
  // The mean and Σ(x − x̄)² of integers, exactly.
  private func exact(_ values: [Int]) -> (mean: Rational, squares: Rational) {
    let count = Rational(Int128(values.count))
    let mean = values.reduce(Rational.zero) { $0 + Rational(Int128($1)) } / count
    let squares = values.reduce(Rational.zero) { sum, value in
      let deviation = Rational(Int128(value)) - mean
      return sum + deviation * deviation
    }
    return (mean, squares)
  }

  private func integers(_ count: Int, seed: UInt64) -> [Int] {
    var stream = RandomStream(StreamKey(seed: seed, claim: "integers"))
    return (0..<count).map { _ in stream.index(below: 2001) - 1000 }
  }

  @Test func momentsOfIntegersAgreeWithExactFractions() {
    let values = integers(500, seed: 13)
    let moments = Moments(values.map(Double.init))
    let (mean, squares) = exact(values)
    #expect(isClose(moments.mean, mean.value))
    // 500 additions of positive terms round at random; the square root of 500 is 22 units.
    #expect(isClose(moments.sumOfSquaredDeviations, squares.value, ulps: 100))
    #expect(isClose(moments.variance, squares.value / 499, ulps: 100))
    #expect(isClose(moments.populationVariance, squares.value / 500, ulps: 100))
    #expect(isClose(moments.standardError, (squares.value / 499 / 500).squareRoot(), ulps: 100))
    #expect(moments.estimate.count == 500)
  }

  // 10⁹ + i/1024 is exact in a double, and its variance is n(n+1)/12/1024². `E[x²] − E[x]²` has no correct digit here, which the last line shows.
  @Test func aLargeCommonShiftCostsNoDigits() {
    let count = 2000
    let values = (0..<count).map { 1e9 + Double($0) / 1024 }
    let moments = Moments(values)
    let variance = Double(count * (count + 1)) / 12 / 1024 / 1024
    #expect(relativeError(moments.variance, variance) < 1e-13)
    #expect(moments.mean == 1e9 + Double(count - 1) / 2048)
    let naive =
      values.reduce(0) { $0 + $1 * $1 } / Double(count) - (values.reduce(0, +) / Double(count))
      * (values.reduce(0, +) / Double(count))
    #expect(relativeError(naive, variance) > 0.5)
  }

  @Test(arguments: [0, 1, 2, 37, 100]) func mergingIsOnePass(split: Int) {
    let values = integers(100, seed: 14).map { Double($0) / 7 + 1e6 }
    var merged = Moments(values[..<split])
    merged.merge(Moments(values[split...]))
    let whole = Moments(values)
    #expect(merged.count == 100)
    #expect(isClose(merged.mean, whole.mean, ulps: 2))
    // The spread is 10² around 10⁶: both orders are good to the rounding of the deviations, 10⁻¹³.
    #expect(relativeError(merged.variance, whole.variance) < 1e-12)
  }

  @Test func mergingManySmallPartsIsOnePass() {
    let values = integers(1000, seed: 15).map { Double($0) }
    var merged = Moments()
    for start in stride(from: 0, to: 1000, by: 10) { merged.merge(Moments(values[start..<start + 10])) }
    let (mean, squares) = exact(values.map { Int($0) })
    #expect(isClose(merged.mean, mean.value))
    #expect(isClose(merged.sumOfSquaredDeviations, squares.value, ulps: 100))
  }

  @Test func tooFewNumbersLeaveTheVarianceUndefined() {
    #expect(Moments().variance.isNaN && Moments().populationVariance.isNaN && Moments().standardError.isNaN)
    #expect(Moments([3]).variance.isNaN && Moments([3]).populationVariance == 0 && Moments([3]).mean == 3)
    #expect(Moments([2, 2, 2]).variance == 0)
    #expect(Moments([1, .nan]).mean.isNaN)
  }
}
