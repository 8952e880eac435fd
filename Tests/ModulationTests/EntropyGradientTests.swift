import Foundation
import Modulation
import Statistics
import Testing
import _TestSupport

/// Derivatives of entropy and log-probability in the logits against differences.
@Suite struct EntropyGradientTests {
  static let step = 1e-4
  static let policies = RandomPolicies.policies(200, claim: "entropy-gradient-tests")

  /// Truncation h²/6 · |H‴|, and 2δ/(2h) from the rounding δ of either entropy.
  ///
  /// With M = max(1, log K) ≥ |πΛ|: H″ = −πΛ(1 − 2π) − π(1 − π) and H‴ = H″(1 − 2π) + 2πΛ π(1 − π) − π(1 − π)(1 − 2π), so |H‴| ≤ 2.5 M.
  static func tolerance(_ logits: [Double], thirdDerivative: Double) -> Double {
    step * step / 6 * thirdDerivative + RandomPolicies.rounding(logits) / step
  }

  static func centralDifference(_ logits: [Double], _ index: Int, _ function: ([Double]) -> Double) -> Double
  {
    var (above, below) = (logits, logits)
    above[index] += step
    below[index] -= step
    return (function(above) - function(below)) / (above[index] - below[index])
  }

  @Test func theEntropyGradientIsTheCentralDifference() {
    for policy in Self.policies {
      let tolerance = Self.tolerance(
        policy.logits, thirdDerivative: 2.5 * max(1, log(Double(policy.logits.count))))
      for (index, value) in EntropyChange.gradient(policy.distribution).enumerated() {
        let difference = Self.centralDifference(policy.logits, index, RandomPolicies.entropy)
        #expect(abs(value - difference) <= tolerance, "\(policy.name), logit \(index)")
      }
    }
  }

  /// The score is e_a − π.
  ///
  /// The third derivative of log π_a in one logit is −π(1 − π)(1 − 2π), at most .1 in size.
  @Test func theScoreIsTheCentralDifferenceAndItsNormIsScoreNorm() {
    for policy in Self.policies {
      let tolerance = Self.tolerance(policy.logits, thirdDerivative: 0.1)
      for action in policy.logits.indices {
        var squared = 0.0
        for index in policy.logits.indices {
          let difference = Self.centralDifference(policy.logits, index) {
            RandomPolicies.logProbability($0, action)
          }
          let score = (index == action ? 1 : 0) - policy.distribution.probabilities[index]
          #expect(abs(score - difference) <= tolerance, "\(policy.name), token \(action), logit \(index)")
          squared += difference * difference
        }
        // An error e of each of K components moves the square by at most 2 ‖s‖ √K e + K e².
        let size = Double(policy.logits.count)
        let norm = ScoreNorm.squared(policy.distribution, action: action)
        #expect(
          abs(norm - squared) <= 2 * (2 * size).squareRoot() * tolerance + size * tolerance * tolerance,
          "\(policy.name), token \(action)")
      }
    }
  }

  /// dH/dη is the gradient's component along ξ (e_a − π).
  @Test func theFirstOrderChangeIsTheDirectionalDerivative() {
    for policy in Self.policies {
      let distribution = policy.distribution
      let gradient = EntropyChange.gradient(distribution)
      for action in gradient.indices {
        var slope = gradient[action]
        for (component, p) in zip(gradient, distribution.probabilities) { slope -= component * p }
        let value = EntropyChange.firstOrder(distribution, action: action, coefficient: -1.7)
        // K + 2 roundings of terms that are at most max|πΛ| ≤ max(1, log K) in size.
        let size = Double(gradient.count)
        #expect(
          abs(value + 1.7 * slope) <= 4 * (size + 2) * RandomPolicies.unit * max(1, log(size)),
          "\(policy.name), token \(action)")
      }
    }
  }

  /// Σ_a π_a dH_a with ξ = A(a) is the change under the policy gradient: Σ_a π_a A_a (e_a − π) = π (A − Ā).
  @Test func theExpectedChangeIsThePolicyGradientForm() {
    for (replicate, policy) in Self.policies.enumerated() {
      var stream = RandomStream(StreamKey(seed: 5, claim: "expected-change-tests").replicate(replicate))
      let distribution = policy.distribution
      let advantages = policy.logits.map { _ in stream.normal() }
      var expected = 0.0
      for (action, p) in distribution.probabilities.enumerated() {
        expected +=
          p * EntropyChange.firstOrder(distribution, action: action, coefficient: advantages[action])
      }
      // Each of K terms is at most max|A| · 2 max(1, log K), and is off by a few units; the sums add K units.
      let size = Double(advantages.count)
      let largest = advantages.map(\.magnitude).max() ?? 0
      #expect(
        abs(ExpectedEntropyChange.policyGradient(distribution, advantages: advantages) - expected)
          <= 8 * (size + 4) * RandomPolicies.unit * largest * max(1, log(size)), "\(policy.name)")
    }
  }

  /// Under Δz = ηA the slope at η = 0, from the entropies at ±η.
  ///
  /// Along a direction v of range R the third derivative of the entropy is −(κ₄(log π, v, v, v) + 2 κ₃(v, v, v)), at most (8 log K + 2) R³ in size: |κ₄| ≤ 4 E|log π + H| R³ and E|log π + H| ≤ 2H.
  @Test func theNaturalGradientFormIsTheCentralDifference() {
    for (replicate, policy) in Self.policies.enumerated() {
      var stream = RandomStream(StreamKey(seed: 6, claim: "natural-change-tests").replicate(replicate))
      let advantages = policy.logits.map { _ in stream.normal() }
      let range = (advantages.max() ?? 0) - (advantages.min() ?? 0)
      let value = ExpectedEntropyChange.naturalGradient(policy.distribution, advantages: advantages)
      let ends = [Self.step, -Self.step].map { step in
        RandomPolicies.entropy(zip(policy.logits, advantages).map { $0 + step * $1 })
      }
      let thirdDerivative = (8 * log(Double(advantages.count)) + 2) * range * range * range
      #expect(
        abs(value - (ends[0] - ends[1]) / (2 * Self.step))
          <= Self.tolerance(policy.logits, thirdDerivative: thirdDerivative), "\(policy.name)")
    }
  }

  /// By hand: π = (1/2, 1/4, 1/4) has H = 1.5 log 2, Λ = (.5, −.5, −.5) log 2, π²Λ summed = (1/8 − 1/32 − 1/32) log 2 = log 2/16.
  @Test func aHandComputedState() {
    let distribution = NextTokenDistribution(normalised: [0.5, 0.25, 0.25])
    #expect(isClose(distribution.entropy, 1.5 * log(2)))
    #expect(isClose(distribution.expectedWeightedDeviation, log(2) / 16))
    #expect(isClose(distribution.sumOfSquares, 0.375))
    // π_a Λ_a = log 2/4 for the first token: dH = −2 (1/4 − 1/16) log 2; −log 2/8 for the others: dH = −2 (−1/8 − 1/16) log 2.
    #expect(isClose(EntropyChange.firstOrder(distribution, action: 0, coefficient: 2), -0.375 * log(2)))
    #expect(isClose(EntropyChange.firstOrder(distribution, action: 1, coefficient: 2), 0.375 * log(2)))
    // A = (1, 0, 0), Ā = 1/2: −Σ π (A − Ā) Λ = −(1/8 + 1/16 + 1/16) log 2 and −Σ π² (A − Ā) Λ = −(1/16 + 1/64 + 1/64) log 2.
    #expect(
      isClose(ExpectedEntropyChange.naturalGradient(distribution, advantages: [1, 0, 0]), -log(2) / 4))
    #expect(
      isClose(ExpectedEntropyChange.policyGradient(distribution, advantages: [1, 0, 0]), -3 * log(2) / 32))
  }
}
