import Foundation
import Modulation
import Statistics
import Testing
import _TestSupport

@testable import Claims

/// Known results and counterexamples of `entropy-change-indicates-magnitude`.
@Suite struct EntropyChangeIndicatesMagnitudeTests {
  typealias Subject = EntropyChangeIndicatesMagnitude

  static func update(_ probabilities: [Double], _ token: Int, coefficient: Double = 1, step: Double = 1)
    -> Subject.Update
  {
    Subject.Update(
      NextTokenDistribution(normalised: probabilities), token: token, coefficient: coefficient, step: step)
  }

  @Test func sizesAreThoseOfTheDefinitions() {
    let p = [0.5, 0.3, 0.2]
    let update = Self.update(p, 1, coefficient: -2, step: 0.5)
    // Δz = −1·(e_1 − π); KL by its definition from both distributions.
    let moved = zip(p, [0.5, -0.7, 0.2]).map { $0 * exp($1) }
    let sum = moved.reduce(0, +)
    let divergence = zip(p, moved).reduce(0) { $0 + $1.0 * log($1.0 / ($1.1 / sum)) }
    // The definition subtracts logarithms of order one.
    #expect(abs(update.divergence - divergence) < 1e-15)
    #expect(isClose(update.norm, 2 * (0.25 + 0.49 + 0.04).squareRoot()))
    #expect(isClose(update.missingProbability, 1.4))
    // The same update through the definition of a small step: half the variance of Δz.
    let small = Self.update(p, 1, step: 1e-6).divergence
    let v = [-0.5, 0.7, -0.2]
    let mean = zip(p, v).reduce(0) { $0 + $1.0 * $1.1 }
    let variance = zip(p, v).reduce(0) { $0 + $1.0 * ($1.1 - mean) * ($1.1 - mean) }
    #expect(abs(small / (variance / 2 * 1e-12) - 1) < 1e-5)
  }

  @Test func theSeriesMeetsTheFunction() {
    for u in [-0.0499999, -0.01, 1e-8, 0.0499999] {
      // expm1(u) − u loses 2/u of its digits.
      let direct = expm1(u) - u
      #expect(abs(Subject.Update.expm1Excess(u) - direct) <= 4e-16 * abs(u) + 1e-12 * direct)
    }
    #expect(isClose(Subject.Update.expm1Excess(1e-8), 5e-17 * (1 + 1e-8 / 3)))
  }

  @Test func counterexamplesAreRedoneByHand() throws {
    let claim = Subject(specification: Subject.registered.cutDown)
    let evidence = try EntropyChangeExactTests.evidence(claim)
    func exact(_ example: Counterexample, _ name: String) -> String? {
      EntropyChangeExactTests.exact(example, name)
    }
    #expect(evidence.counterexamples.count == 2)
    // Uniform: 0 and 2·¼; 3/4: 2·¾·1/16 log 3 and 2/16.
    let first = try #require(evidence.counterexamples.first)
    #expect(exact(first, "first_change") == "0" && exact(first, "first_squared_norm") == "1/2")
    #expect(exact(first, "second_change") == "(3/32) log 3")
    #expect(exact(first, "second_squared_norm") == "1/8")
    let rare = try #require(evidence.counterexamples.last)
    // 1/28 of odds 3⁻³: 2·(1/28)(27/28)²·3 = 2187/10976 log 3 and 2(27/28)²; 1/4: 9/32 log 3 and 9/8.
    #expect(exact(rare, "first_change") == "(2187/10976) log 3")
    #expect(exact(rare, "first_squared_norm") == "729/392")
    #expect(exact(rare, "second_change") == "(9/32) log 3")
    #expect(exact(rare, "second_squared_norm") == "9/8")
  }

  @Test func theSizeOfTheChangeIsBoundedByTheSizeOfTheStep() {
    var stream = RandomStream(key: 7, replicate: 0)
    for population in NextTokenPopulation.all {
      for _ in 0..<50 {
        let distribution = population.draw(&stream)
        let token = distribution.drawToken(&stream)
        let update = Subject.Update(distribution, token: token, coefficient: 1, step: 1)
        let slope = EntropyChange.gradient(distribution).reduce(0) { $0 + $1 * $1 }.squareRoot()
        #expect(update.entropyChange <= slope * update.norm * (1 + 1e-12))
      }
    }
  }

  /// One uniform two-action state: both tokens alike, every pair tied.
  @Test func tiesCountOneHalf() {
    #expect(Subject.enumeratedConcordance([OddsOfThree(exponent: 0)]) == Rational(1, 2))
    // (3/4, 1/4): unlike tokens with probability 3/8, ordered alike by 9/32 > 3/32 and 9/8 > 1/8; like ones tie.
    #expect(Subject.enumeratedConcordance([OddsOfThree(exponent: 1)]) == Rational(11, 16))
  }
}
