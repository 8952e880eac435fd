import Statistics
import Testing
import _TestSupport

// Reference values: SciPy 1.17, `integrate.quad` of Φ(δ − t eˣ) over the density of x = log √(χ²_ν/ν), relative tolerance 10⁻¹³; `brentq` for the roots.
@Suite struct DetectableDifferenceTests {
  @Test func noncentralTailsAgreeWithQuadrature() {
    let cases: [(t: Double, freedom: Double, centre: Double, expected: Double)] = [
      (2.2621571627409915, 9, 3, 0.7611552610207928),
      (2.2621571627409915, 9, -3, 1.3594218708455004e-06),
      (12.706204736432095, 1, 20, 0.8833944429256759),
      (3, 1000, 2.5, 0.3091962094856238),
      (636.619, 1, 160, 0.19843901279527798),
    ]
    for (t, freedom, centre, expected) in cases {
      let found = NoncentralStudent.upperTail(t, degreesOfFreedom: freedom, noncentrality: centre)
      // The quadrature's own tolerance, with room for its weights' logarithms.
      #expect(relativeError(found, expected) < 1e-10, "t = \(t), ν = \(freedom), δ = \(centre): \(found)")
    }
  }

  @Test func withoutNoncentralityItIsStudentsTail() {
    for freedom in [1.0, 2, 7, 40, 1e4] {
      for t in [-3.0, 0, 0.5, 2, 6] {
        let found = NoncentralStudent.upperTail(t, degreesOfFreedom: freedom, noncentrality: 0)
        let expected = SpecialFunctions.studentUpperTail(t, degreesOfFreedom: freedom)
        #expect(abs(found - expected) < 1e-12, "t = \(t), ν = \(freedom): \(found), \(expected)")
      }
    }
  }

  @Test func powersAndDifferencesAgreeWithQuadrature() {
    let powers = [
      (10, 1.0, 0.8030968566327217), (5, 0.5, 0.14051668999029812), (14, 0.8, 0.7900877506591863),
      (2, 3.0, 0.2607707142291098),
    ]
    for (count, effect, expected) in powers {
      #expect(
        relativeError(DetectableDifference.power(effect: effect, count: count, alpha: 0.05), expected) < 1e-10
      )
    }
    let differences = [
      (10, 0.05, 0.9960013714554437), (5, 0.05, 1.6819969659555567), (14, 0.05, 0.8101466719189664),
      (10, 0.0125, 1.2842966125124806), (2, 0.05, 11.549888435882364),
    ]
    for (count, alpha, expected) in differences {
      // The bisection's 10⁻⁹.
      let found = DetectableDifference.value(standardDeviation: 0.02, count: count, alpha: alpha, power: 0.8)
      #expect(relativeError(found, 0.02 * expected) < 2e-9)
    }
  }

  // SciPy's search over n: 34 pairs for half a standard deviation and 10 for a whole one, the textbook values at 5 % and 80 %.
  @Test func sampleSizesAreTheSmallestThatSuffice() {
    #expect(
      DetectableDifference.count(standardDeviation: 2, difference: 1, alpha: 0.05, power: 0.8) == 34)
    #expect(DetectableDifference.count(standardDeviation: 1, difference: 1, alpha: 0.05, power: 0.8) == 10)
    #expect(DetectableDifference.count(standardDeviation: 0, difference: 1, alpha: 0.05, power: 0.8) == 2)
    #expect(
      DetectableDifference.count(standardDeviation: 1, difference: 1e-6, alpha: 0.05, power: 0.8) == nil)
    #expect(DetectableDifference.value(standardDeviation: 1, count: 1, alpha: 0.05, power: 0.8) == .infinity)
    #expect(DetectableDifference.value(standardDeviation: 0, count: 9, alpha: 0.05, power: 0.8) == 0)
  }

  // The promise itself: at the detectable difference the test rejects four times in five.
  @Test func theTestDetectsItWithTheStatedPower() {
    let difference = DetectableDifference.value(standardDeviation: 0.03, count: 10, alpha: 0.05, power: 0.8)
    let trials = 10_000
    let rejected = (0..<trials).count { trial in
      var stream = RandomStream(StreamKey(seed: 60, claim: "detectable", replicate: UInt64(trial)))
      return PairedTest.student((0..<10).map { _ in difference + 0.03 * stream.normal() }) <= 0.05
    }
    expectProportion(successes: rejected, trials: trials, equals: 0.8, detectable: 0.06)
  }
}
