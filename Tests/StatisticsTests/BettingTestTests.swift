import Foundation
import Statistics
import Testing
import _TestSupport

@Suite struct BettingTestTests {
  // Every sequence of twelve coin flips, weighted with its probability: the mean capital is one under the boundary of the null, at every
  // time, and below one inside it. No chance is involved. (`2¹²` terms of size up to `1/p` round to 10⁻¹³.)
  @Test(arguments: [0.5, 0.1, 0.9]) func theCapitalIsAMartingaleAtTheBoundary(null: Double) {
    let inside = null / 2
    for side in [BettingTest.Side.greater, .less] {
      for length in [1, 5, 12] {
        var boundarySum = CompensatedSum()
        var insideSum = CompensatedSum()
        for pattern in 0..<(1 << length) {
          var test = BettingTest(range: 0...1, null: side == .greater ? null : 1 - null, side: side)
          for bit in 0..<length {
            let hit = pattern >> bit & 1 == 1
            test.add((side == .greater) == hit ? 1 : 0)
          }
          let (k, e) = (Double(pattern.nonzeroBitCount), exp(test.logEValue))
          boundarySum.add(e * pow(null, k) * pow(1 - null, Double(length) - k))
          insideSum.add(e * pow(inside, k) * pow(1 - inside, Double(length) - k))
        }
        #expect(abs(boundarySum.value - 1) < 1e-12)
        #expect(insideSum.value < 1)
      }
    }
  }

  // Over the boundary of the null the p-value may fall to α, at any time, with probability at most α.
  @Test(arguments: [0.1, 0.5]) func pValuesAreValidAtEveryStoppingTime(null: Double) {
    let repetitions = 2000
    let reached = (0..<repetitions).count { repetition in
      var stream = RandomStream(StreamKey(seed: 40, claim: "ville", replicate: UInt64(repetition)))
      var test = BettingTest(range: 0...1, null: null, side: .greater)
      for _ in 0..<200 { test.add(stream.uniform() < null ? 1 : 0) }
      return test.pValue <= 0.1
    }
    expectProportion(successes: reached, trials: repetitions, atMost: 0.1, detectable: 0.2)
  }

  // The best bet gains KL(0.6 ‖ 0.5) = 0.0201 nats a number and the grid's best at least 8/9 of that, less log 24: 68 nats after 4000 numbers, with a standard
  // deviation of 0.2 √4000 = 13. The 27.6 nats of a p-value of 10⁻¹² are three deviations below, on streams that never change.
  @Test func smallPValuesAreReachedSoon() {
    for repetition in 0..<5 {
      var stream = RandomStream(StreamKey(seed: 41, claim: "power", replicate: UInt64(repetition)))
      var up = BettingTest(range: 0...1, null: 0.5, side: .greater)
      var down = BettingTest(range: 0...1, null: 0.5, side: .less)
      for _ in 0..<4000 {
        let x: Double = stream.uniform() < 0.6 ? 1 : 0
        up.add(x)
        down.add(1 - x)
      }
      #expect(up.pValue < 1e-12)
      // 1 − x is exact here, so the two sides do the same arithmetic.
      #expect(up.logPValue == down.logPValue)
      #expect(up.count == 4000)
    }
  }

  // A null near the end of the range and a mean 3 % above it: the best bet is 3·10⁻⁴ of the largest allowed.
  //
  // One in 97 is the frequency of ones, so the best λ of all gains N KL(1/97 ‖ 0.01) = 4.7 nats, and the grid loses a ninth of that and log 24 at most.
  @Test func smallRelativeDifferencesOfRareEventsMakeMoney() {
    let (null, frequency, blocks) = (0.01, 1.0 / 97, 10_000)
    var test = BettingTest(range: 0...1, null: null, side: .greater)
    for _ in 0..<blocks {
      test.add(1)
      test.add(contentsOf: repeatElement(0, count: 96))
    }
    let divergence =
      frequency * log(frequency / null) + (1 - frequency) * log1p((null - frequency) / (1 - null))
    #expect(test.logEValue > Double(97 * blocks) * divergence * 8 / 9 - log(24))
    #expect(test.logEValue > 0.9)
  }

  // Capital far beyond the largest double: 20000 ones against a null of one half gain about log 2 each.
  @Test func theLogarithmDoesNotOverflow() {
    var test = BettingTest(range: 0...1, null: 0.5, side: .greater)
    test.add(contentsOf: repeatElement(1, count: 20_000))
    // The boldest bet of the grid, s = 2⁻¹⁰: (1 + s)/(½ + s) each time, one of 24.
    let best = 20_000 * log((1 + 0x1p-10) / (0.5 + 0x1p-10)) - log(24)
    #expect(
      relativeError(test.logEValue, best) < 1e-12 && test.logPValue == -test.logEValue && test.pValue == 0)
    var other = BettingTest(range: 0...1, null: 0.5, side: .greater)
    other.add(contentsOf: repeatElement(0, count: 20_000))
    // The most timid bet loses (s/(½ + s)) each time.
    #expect(other.pValue == 1 && other.logEValue < 0)
  }

  @Test func thePValueKeepsItsBest() {
    var test = BettingTest(range: 0...1, null: 0.5, side: .greater)
    test.add(contentsOf: repeatElement(1, count: 100))
    let best = test.pValue
    test.add(contentsOf: repeatElement(0, count: 200))
    #expect(test.pValue == best && test.logEValue < 0)
  }

  @Test func scaleAndPlaceOfTheRangeDoNotMatter() {
    var unit = BettingTest(range: 0...1, null: 0.25, side: .less)
    var shifted = BettingTest(range: -8...8, null: -4, side: .less)
    for index in 0..<200 {
      let x = Double(index * index % 17) / 64
      unit.add(x)
      shifted.add(16 * x - 8)
    }
    #expect(isClose(unit.logEValue, shifted.logEValue, ulps: 1000))
  }

  @Test func aNullAtTheEndOfTheRangeIsRefutedByOneNumber() {
    var test = BettingTest(range: 0...1, null: 0, side: .greater)
    test.add(0)
    #expect(test.pValue == 1)
    test.add(1e-9)
    #expect(test.pValue == 0 && test.logEValue == .infinity)
    test.add(0)
    #expect(test.pValue == 0)
  }
}
