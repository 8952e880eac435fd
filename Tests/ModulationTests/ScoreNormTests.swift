import Foundation
import Modulation
import Statistics
import Testing
import _TestSupport

/// ‖e_a − π‖² and its bounds.
@Suite struct ScoreNormTests {
  static let policies = RandomPolicies.policies(400, claim: "score-norm-tests", vocabulary: 2...1000)

  /// The sum of K squares and the two roundings of a bound: (K + 8) units.
  @Test func bothBoundsHoldForRandomPolicies() {
    for policy in Self.policies {
      let size = policy.logits.count
      for action in Set([0, size / 2, size - 1]).sorted() {
        let norm = ScoreNorm.squared(policy.distribution, action: action).squareRoot()
        // 1 − π_a as the sum of the others is what the norm sees; log1p of it gives the bounds the same number.
        let others = policy.distribution.probabilities.indices.reduce(0) {
          $1 == action ? $0 : $0 + policy.distribution.probabilities[$1]
        }
        guard others < 1 else { continue }
        let logProbability = log1p(-others)
        let slack = 1 + Double(size + 8) * 2 * RandomPolicies.unit
        #expect(
          norm * slack >= ScoreNorm.lowerBound(logProbability: logProbability, vocabulary: size),
          "\(policy.name), token \(action)")
        #expect(
          norm <= slack * ScoreNorm.upperBound(logProbability: logProbability),
          "\(policy.name), token \(action)")
        #expect(ScoreNorm.lowerBound(logProbability: logProbability) <= norm * slack)
      }
    }
  }

  /// Equality below where the other tokens are equally probable.
  ///
  /// Equality above: there is one other token with all of the rest.
  @Test func theBoundsAreReached() {
    for size in [2, 3, 10, 1000] {
      for missing in [0.5, 1e-3, 1e-12, 1e-200] {
        let equal = NextTokenDistribution(
          normalised: [1 - missing] + [Double](repeating: missing / Double(size - 1), count: size - 1))
        let lower = ScoreNorm.lowerBound(logProbability: log1p(-missing), vocabulary: size)
        // K terms of one sign: K + 8 units.
        #expect(
          isClose(ScoreNorm.squared(equal, action: 0), lower * lower, ulps: Double(size + 8)),
          "K = \(size), 1 − π = \(missing)")
        let single = NextTokenDistribution(
          normalised: [1 - missing, missing] + [Double](repeating: 0, count: size - 2))
        let upper = ScoreNorm.upperBound(logProbability: log1p(-missing))
        #expect(
          isClose(ScoreNorm.squared(single, action: 0), upper * upper), "K = \(size), 1 − π = \(missing)")
      }
    }
  }

  /// A confident token, π_a = 1 − 10⁻¹²: q = (4, 3, 2, 1) · 10⁻¹³ has (Σq)² + Σq² = (100 + 30) · 10⁻²⁶.
  @Test func aConfidentTokenKeepsItsDigits() {
    let distribution = NextTokenDistribution(normalised: [1 - 1e-12, 4e-13, 3e-13, 2e-13, 1e-13])
    #expect(isClose(ScoreNorm.squared(distribution, action: 0), 1.3e-24))
    // Of the tokens that are not the confident one: (1 − 4e-13)² + (1 − 1e-12)² + 14e-26 = 2 − 2.8e-12 + 1.3e-24.
    #expect(isClose(ScoreNorm.squared(distribution, action: 1), 2 - 2.8e-12))
    // Σπ(1 − π) = (1 − q) q + Σ q_j (1 − q_j) = 2q − q² − Σq_j²; the 1 − π of the confident token is that of its double, off by half a unit of 1.
    #expect(abs(ScoreNorm.expectedSquared(distribution) - 2e-12) <= RandomPolicies.unit + 1e-24)
  }

  /// From log π and Σπ² the sum of the other squares may be lost in rounding, but the result stays within the bounds.
  @Test func theFormForLogsStaysWithinTheBounds() {
    for policy in Self.policies {
      for (action, p) in policy.distribution.probabilities.enumerated().prefix(5) where p > 0 {
        for logProbability in [log(p), Double(Float(log(p)))] {
          let squared = ScoreNorm.squared(
            logProbability: logProbability, sumOfSquares: policy.distribution.sumOfSquares)
          let upper = ScoreNorm.upperBound(logProbability: logProbability)
          let lower = ScoreNorm.lowerBound(logProbability: logProbability)
          #expect(
            squared <= upper * upper * (1 + 1e-15) && squared >= lower * lower, "\(policy.name), \(action)")
        }
        // The exact value, with the absolute rounding of Σπ² and π² (K units).
        let exact = ScoreNorm.squared(policy.distribution, action: action)
        let value = ScoreNorm.squared(logProbability: log(p), sumOfSquares: policy.distribution.sumOfSquares)
        #expect(
          abs(value - exact) <= Double(policy.logits.count + 16) * 2 * RandomPolicies.unit,
          "\(policy.name), \(action)")
      }
    }
    // 1 − π = 10⁻¹²: Σπ² as a double says nothing about the other squares; without the limit 1 ulp of 1 would stand for 10⁻²⁴.
    let value = ScoreNorm.squared(logProbability: log1p(-1e-12), sumOfSquares: (1 - 2e-12).nextUp)
    #expect(value >= 0.999e-24 && value <= 2.001e-24)
  }

  /// The mean over the policy of ‖e_a − π‖² is 1 − Σπ².
  @Test func theExpectationIsTheTraceOfTheFisherInformation() {
    for policy in RandomPolicies.policies(100, claim: "score-norm-trace-tests", vocabulary: 2...60) {
      var mean = 0.0
      for (action, p) in policy.distribution.probabilities.enumerated() {
        mean += p * ScoreNorm.squared(policy.distribution, action: action)
      }
      let value = ScoreNorm.expectedSquared(policy.distribution)
      let tolerance = Double(policy.logits.count + 8) * 4 * RandomPolicies.unit
      #expect(abs(mean - value) <= tolerance, "\(policy.name)")
      #expect(abs(1 - policy.distribution.sumOfSquares - value) <= tolerance, "\(policy.name)")
    }
  }

  /// By hand: π = (1/2, 1/4, 1/4): a = 0: 1/4 + 1/8 = 3/8; a = 1: 9/16 + 1/4 + 1/16 = 7/8; expectation 5/8.
  @Test func aHandComputedState() {
    let distribution = NextTokenDistribution(normalised: [0.5, 0.25, 0.25])
    #expect(ScoreNorm.squared(distribution, action: 0) == 0.375)
    #expect(ScoreNorm.squared(distribution, action: 1) == 0.875)
    #expect(ScoreNorm.expectedSquared(distribution) == 0.625)
  }
}
