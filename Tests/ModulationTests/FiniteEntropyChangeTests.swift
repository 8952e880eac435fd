import Foundation
import Modulation
import Statistics
import Testing
import _TestSupport

/// The entropy after a real step, against entropies, against arithmetic of 60 digits, and against the first order.
@Suite struct FiniteEntropyChangeTests {
  /// At steps of order one the two entropies differ in their leading digits and may simply be subtracted.
  @Test func aLargeStepIsTheDifferenceOfTheEntropies() {
    for policy in RandomPolicies.policies(300, claim: "finite-change-tests") {
      for action in policy.logits.indices {
        for scale in [3.0, -3, 0.5, -8] {
          var moved = policy.logits
          for (index, p) in policy.distribution.probabilities.enumerated() { moved[index] -= scale * p }
          moved[action] += scale
          let direct = RandomPolicies.entropy(moved) - RandomPolicies.entropy(policy.logits)
          let value = FiniteEntropyChange.value(
            policy.distribution, action: action, coefficient: scale / 2, step: 2)
          let rounding = RandomPolicies.rounding(moved) + RandomPolicies.rounding(policy.logits)
          #expect(abs(value - direct) <= 4 * rounding, "\(policy.name), token \(action), step \(scale)")
        }
      }
    }
  }

  struct Golden {
    var probabilities: [Double]
    var action: Int
    var step: Double
    var change: Double
  }

  /// From mpmath with 60 digits: q_j ∝ p_j exp(s (1{j = a} − p_j)), the change −Σ q log q + Σ p log p.
  ///
  /// Among them steps far below the rounding of an entropy, a step whose first order is zero, and steps that carry a token of probability 2⁻⁷⁰ to the top.
  static let goldens = [
    Golden(
      probabilities: [0.5, 0.25, 0.125, 0.125], action: 0, step: 1e-9, change: -1.6787158285513564115e-10),
    Golden(
      probabilities: [0.5, 0.25, 0.125, 0.125], action: 3, step: -1e-6, change: -2.0036289709715719824e-7),
    Golden(probabilities: [0.5, 0.25, 0.125, 0.125], action: 1, step: 3, change: -0.75699893027410028875),
    Golden(probabilities: [0.5, 0.25, 0.125, 0.125], action: 2, step: -40, change: -1.212740808139019813),
    Golden(probabilities: [0x1p-70, 0.5, 0.5], action: 0, step: 100, change: -0.69314718055994530946),
    Golden(probabilities: [0x1p-70, 0.5, 0.5], action: 0, step: 40, change: -0.69301100284903602165),
    Golden(probabilities: [0.75, 0.25], action: 0, step: 1e-14, change: -1.0299490206263538908e-15),
    Golden(probabilities: [0.5, 0.5], action: 0, step: 1e-7, change: -1.2499999999999983244e-15),
  ]

  /// Terms are of the order of the step times |Λ| ≤ 50, each off by a few units: an error of 64 units of step · 50 at most, and of the change itself.
  @Test func valuesOfSixtyDigits() {
    for golden in Self.goldens {
      let distribution = NextTokenDistribution(normalised: golden.probabilities)
      let value = FiniteEntropyChange.value(
        distribution, action: golden.action, coefficient: 1, step: golden.step)
      let largest = golden.probabilities.map { abs(log($0)) }.max() ?? 0
      let tolerance = 64 * RandomPolicies.unit * abs(golden.step) * max(1, largest)
      #expect(abs(value - golden.change) <= tolerance, "\(golden): \(value)")
    }
  }

  /// The error of the first order falls as η²: its observed order between halvings approaches 2, within windows that follow from the derivatives.
  ///
  /// Along v = ξ (e_a − π), ΔH(η) − η dH = c₂ η² + r with c₂ = −(κ₃(log π, v, v) + Var v)/2 and |r| ≤ B η³, B = (8 log K + 2) R³/6, R the range of v. Rounding is at most C η, C = (K + 20) · 4 units · R · (1 +
  /// max|Λ|). With q = (B η + C/η)/|c₂| the order log₂ e(η)/e(η/2) lies within log₂((1 ∓ q(η))/(1 ± q(η/2))) of 2. The steps start at the η with B η = |c₂|/4.
  @Test func theErrorOfTheFirstOrderFallsQuadratically() {
    var judged = 0
    let policies = RandomPolicies.policies(300, claim: "order-tests")
    for (replicate, policy) in policies.enumerated() {
      let probabilities = policy.distribution.probabilities
      let action = replicate % probabilities.count
      let coefficient = replicate % 2 == 0 ? 1.3 : -0.8
      let v = probabilities.indices.map { coefficient * (($0 == action ? 1 : 0) - probabilities[$0]) }
      let mean = zip(probabilities, v).reduce(0) { $0 + $1.0 * $1.1 }
      var (third, variance, largest) = (0.0, 0.0, 0.0)
      for (p, component) in zip(probabilities, v) {
        let deviation = log(p) + policy.distribution.entropy
        third += p * deviation * (component - mean) * (component - mean)
        variance += p * (component - mean) * (component - mean)
        largest = max(largest, abs(deviation))
      }
      let second = abs(third + variance) / 2
      let range = (v.max() ?? 0) - (v.min() ?? 0)
      let size = Double(v.count)
      let remainder = (8 * log(size) + 2) * range * range * range / 6
      let rounding = (size + 20) * 4 * RandomPolicies.unit * range * (1 + largest)
      func slack(_ step: Double) -> Double { (remainder * step + rounding / step) / second }
      func error(_ step: Double) -> Double {
        abs(
          FiniteEntropyChange.value(policy.distribution, action: action, coefficient: coefficient, step: step)
            - step * EntropyChange.firstOrder(policy.distribution, action: action, coefficient: coefficient))
      }
      var step = second / remainder / 4
      var isJudged = false
      for _ in 0..<6 where slack(step) < 0.5 && slack(step / 2) < 0.5 {
        let order = log2(error(step) / error(step / 2))
        let low = log2((1 - slack(step)) / (1 + slack(step / 2)))
        let high = log2((1 + slack(step)) / (1 - slack(step / 2)))
        #expect(
          order - 2 >= low && order - 2 <= high,
          "\(policy.name), token \(action), η = \(step): order \(order)")
        if max(-low, high) < 0.1 { isJudged = true }
        step /= 2
      }
      judged += isJudged ? 1 : 0
    }
    // A window that is too wide proves nothing: nine in ten policies must reach one narrower than .1.
    #expect(judged >= policies.count * 9 / 10, "\(judged) of \(policies.count)")
  }

  @Test func aCommonShiftChangesNothing() {
    let distribution = NextTokenDistribution(normalised: [0.5, 0.25, 0.25])
    // Powers of two: the shifted differences are exact.
    let plain = FiniteEntropyChange.value(distribution, displacement: [1, 0.5, -0.25])
    #expect(FiniteEntropyChange.value(distribution, displacement: [1025, 1024.5, 1023.75]) == plain)
    #expect(FiniteEntropyChange.value(distribution, displacement: [7, 7, 7]) == 0)
  }

  /// A token of probability 0 has no finite logit: moving it moves nothing.
  @Test func aTokenOfProbabilityZeroIsIgnored() {
    let with = NextTokenDistribution(normalised: [0.5, 0, 0.5])
    let without = NextTokenDistribution(normalised: [0.5, 0.5])
    #expect(
      FiniteEntropyChange.value(with, displacement: [1, 900, 0])
        == FiniteEntropyChange.value(without, displacement: [1, 0]))
    #expect(with.weightedDeviation(1) == 0 && EntropyChange.gradient(with)[1] == 0)
  }
}
