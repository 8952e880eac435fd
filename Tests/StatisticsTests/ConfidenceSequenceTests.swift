import Foundation
import Statistics
import Testing
import _TestSupport

// Coverage over all stopping times at once: a sequence misses if its interval ever excludes the mean.
@Suite struct ConfidenceSequenceTests {
  struct World: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var mean: Double
    var draw: @Sendable (inout RandomStream) -> Double
  }

  static let worlds = [
    World(testDescription: "Bernoulli 0.1", mean: 0.1) { $0.uniform() < 0.1 ? 1 : 0 },
    World(testDescription: "uniform", mean: 0.5) { $0.uniform() },
    World(testDescription: "beta 0.3, 0.9", mean: 0.25) { $0.beta(0.3, 0.9) },
    World(testDescription: "nearly constant", mean: 0.7) { 0.69 + 0.02 * $0.uniform() },
  ]
  static let repetitions = 2000
  static let length = 300
  static let alpha = 0.1

  private func missCount(_ world: World, _ misses: (_ values: [Double]) -> Bool) -> Int {
    (0..<Self.repetitions).count { repetition in
      var stream = RandomStream(
        StreamKey(seed: 30, claim: world.testDescription, replicate: UInt64(repetition)))
      return misses((0..<Self.length).map { _ in world.draw(&stream) })
    }
  }

  @Test(arguments: worlds) func empiricalBernsteinCoversAtEveryStoppingTime(world: World) {
    let misses = missCount(world) { values in
      var sequence = EmpiricalBernsteinSequence(range: 0...1, alpha: Self.alpha)
      return values.contains { value in
        sequence.add(value)
        return !sequence.interval.contains(world.mean)
      }
    }
    expectProportion(successes: misses, trials: Self.repetitions, atMost: Self.alpha, detectable: 0.2)
  }

  // The negative control: the same count catches an interval made for one look that is looked at all the time.
  @Test func intervalsForOneLookMissWhenLookedAtAllTheTime() {
    let world = Self.worlds[1]
    let misses = missCount(world) { values in
      var moments = Moments()
      return values.contains { value in
        moments.add(value)
        return moments.count > 10
          && !moments.estimate.normalInterval(level: 1 - Self.alpha).contains(world.mean)
      }
    }
    #expect(misses > Self.repetitions / 5)
  }

  @Test(arguments: worlds) func theAsymptoticSequenceCoversFromItsFirstLook(world: World) {
    let misses = missCount(world) { values in
      var sequence = AsymptoticSequence(alpha: Self.alpha, tuningCount: 100)
      return values.enumerated().contains { index, value in
        sequence.add(value)
        // Asymptotic: the promise is for first looks that are late enough for the central limit theorem.
        return index >= 60 && !sequence.interval.contains(world.mean)
      }
    }
    expectProportion(successes: misses, trials: Self.repetitions, atMost: Self.alpha, detectable: 0.2)
  }

  // The first two intervals from the formulas by hand, for α = 0.05 and the numbers 1, 0.
  //
  // λ₁ = min(√(2 log 40 / (¼ · 1 · log 2)), ½) = ½, ψ = (log 2 − ½)/4, v₁ = 4(1 − ½)² = 1: the centre is 1, the radius (log 40 + ψ)/½ exceeds the range.
  // μ̂₁ = ¾, σ̂₁² = (¼ + 1/16)/2; λ₂ = ½ again, v₂ = 4 · 9/16.
  @Test func theFirstIntervalsAgreeWithAHandCalculation() {
    var sequence = EmpiricalBernsteinSequence(range: -10...10, alpha: 0.05)
    #expect(sequence.interval == Interval(lower: -10, upper: 10))
    for value in [10.0, -10] { sequence.add(value) }
    #expect(sequence.interval == Interval(lower: -10, upper: 10) && sequence.mean == 0 && sequence.count == 2)
    // From 200 numbers alternating 1, 0 on, compare with the sums written out.
    var unit = EmpiricalBernsteinSequence(range: 0...1, alpha: 0.05)
    var (sum, squares, weight, weighted, variation) = (0.0, 0.25, 0.0, 0.0, 0.0)
    for t in 1...200 {
      let x = Double(t % 2)
      let bet = min(0.5, (2 * log(40) / (squares / Double(t) * Double(t) * log(Double(t + 1)))).squareRoot())
      let error = x - (0.5 + sum) / Double(t)
      variation += error * error * (log(1 / (1 - bet)) - bet)
      weight += bet
      weighted += bet * x
      sum += x
      let after = x - (0.5 + sum) / Double(t + 1)
      squares += after * after
      unit.add(x)
    }
    #expect(relativeError(unit.interval.lower, weighted / weight - (log(40) + variation) / weight) < 1e-12)
    #expect(relativeError(unit.interval.upper, weighted / weight + (log(40) + variation) / weight) < 1e-12)
  }

  @Test func widthAdaptsToTheVariance() {
    var wide = EmpiricalBernsteinSequence(range: 0...1, alpha: 0.05)
    var narrow = EmpiricalBernsteinSequence(range: 0...1, alpha: 0.05)
    for index in 0..<2000 {
      wide.add(Double(index % 2))
      narrow.add(0.5 + (index % 2 == 0 ? 0.01 : -0.01))
    }
    #expect(narrow.interval.halfWidth * 5 < wide.interval.halfWidth)
    #expect(narrow.interval.contains(0.5))
  }

  // At t = tuningCount: (1 + tρ²)/(tρ)² with tρ² = −2 log α + log(1 − 2 log α), from the paper's formulas.
  @Test func theAsymptoticRadiusFollowsItsFormula() {
    var sequence = AsymptoticSequence(alpha: 0.05, tuningCount: 100)
    #expect(sequence.interval.upper == .infinity)
    for index in 0..<100 { sequence.add(Double(index % 2)) }
    let r = -2 * log(0.05) + log(1 - 2 * log(0.05))
    let deviation = (0.25 * 100.0 / 99).squareRoot()
    let radius = deviation * (2 * (r + 1) / (100 * r) * log((r + 1).squareRoot() / 0.05)).squareRoot()
    #expect(isClose(sequence.interval.halfWidth, radius, ulps: 64) && sequence.mean == 0.5)
  }
}
