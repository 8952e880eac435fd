import Foundation
import Modulation
import Statistics
import Testing

@testable import Claims

/// Known results and counterexamples of `released-entropy-change-agrees`.
@Suite struct ReleasedEntropyChangeAgreesTests {
  static let claim = ReleasedEntropyChangeAgrees(
    specification: ReleasedEntropyChangeAgrees.registered.cutDown)

  @Test func statesWithOddsOfThreeAreRationalMultiplesOfLogThree() {
    for exponent in -4...4 {
      let state = OddsOfThree(exponent: exponent)
      let distribution = state.distribution
      // A dozen operations on numbers of order one.
      #expect(
        abs(
          EntropyChange.firstOrder(distribution, action: 0, coefficient: 1)
            - state.entropyChange.value * log(3)) < 1e-15)
      #expect(abs(distribution.weightedDeviation(0) - state.weightedDeviation.value * log(3)) < 1e-15)
      #expect(abs(distribution.expectedWeightedDeviation - state.expectation.value * log(3)) < 1e-15)
      #expect(abs(ScoreNorm.squared(distribution, action: 0) - state.squaredNorm.value) < 1e-15)
    }
  }

  @Test func counterexamplesAreRedoneByHand() throws {
    let found = try EntropyChangeExactTests.evidence(Self.claim).counterexamples
    #expect(found.count == 3)
    func exact(_ example: Counterexample, _ name: String) -> String? {
      EntropyChangeExactTests.exact(example, name)
    }
    // States 3/4 and 9/10: π_aΛ_a = 3/16 and 9/50 log 3, their mean 147/800; exact −2p(1−p)²k: −3/32 and −9/250.
    #expect(exact(found[0], "first_exact") == "(-3/32) log 3")
    #expect(exact(found[0], "second_exact") == "(-9/250) log 3")
    #expect(exact(found[0], "first_released") == "(-3/800) log 3")
    #expect(exact(found[0], "second_released") == "(3/800) log 3")
    #expect(exact(found[1], "exact_of_each") == "(-3/32) log 3")
    #expect(exact(found[1], "released_of_each") == "0")
    // Uniform and 1/10: 0 and −(1/10)(9/10)·2 = −9/50; half of that, both ways.
    #expect(exact(found[2], "first_exact") == "0" && exact(found[2], "first_released") == "(-9/100) log 3")
    #expect(exact(found[2], "second_exact") == "(81/250) log 3")
    // The same through the released code itself.
    let batch = try TokenBatch(
      logProbabilities: [log(0.75), log(0.9)],
      entropies: [OddsOfThree(exponent: 1), OddsOfThree(exponent: 2)].map(\.distribution.entropy),
      advantages: [1, 1], sequences: [0, 0])
    let released = EntropyChangeAsReleased.changes(batch)
    #expect(abs(released[0] + 3.0 / 800 * log(3)) < 1e-15 && abs(released[1] - 3.0 / 800 * log(3)) < 1e-15)
  }

  /// Two tokens of (9/10, 1/10): like tokens with probability 82/100 give two ties; unlike ones agree in both.
  @Test func theEnumeratedSignAgreementIsAFraction() {
    #expect(
      ReleasedEntropyChangeAgrees.enumeratedSignAgreement(OddsOfThree(exponent: 2))
        == Rational(82, 100) * Rational(1, 2) + Rational(18, 100))
  }

  @Test func microBatchesAddUpToZeroInEachResponse() {
    var stream = RandomStream(key: 5, replicate: 0)
    for population in NextTokenPopulation.all {
      for isNormalised in [false, true] {
        let batch = ReleasedEntropyChangeAgrees.MicroBatch(
          population, .init(length: 8, isNormalised: isNormalised, responses: 4), &stream)
        #expect(batch.exact.count == 32 && batch.released.count == 32)
        // Nine additions of numbers of one size.
        #expect(ReleasedEntropyChangeAgrees.largestSum(batch) < 1e-14)
      }
    }
  }

  @Test func aMicroBatchOfOneTokenResponsesHasNoReleasedChange() {
    var stream = RandomStream(key: 6, replicate: 0)
    let batch = ReleasedEntropyChangeAgrees.MicroBatch(
      .named("flat-dirichlet"), .init(length: 1, responses: 8), &stream)
    #expect(batch.released.allSatisfy { $0 == 0 } && batch.exact.contains { $0 != 0 })
    #expect(batch.signAgreement == 0.5 && batch.rankConcordance == 0.5)
  }
}
