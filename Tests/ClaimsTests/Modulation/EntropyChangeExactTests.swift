import Foundation
import Modulation
import Statistics
import Testing
import _TestSupport

@testable import Claims

/// Known results, counterexamples and the order of convergence behind `entropy-change-exact`.
@Suite struct EntropyChangeExactTests {
  static let claim = EntropyChangeExact(specification: EntropyChangeExact.registered.cutDown)

  static func evidence(_ claim: any Claim) throws -> Evidence {
    try claim.examine(Examination(seed: 11, preset: .quick, threads: 2, claim: claim.specification.id))
  }

  static func exact(_ counterexample: Counterexample, _ name: String) -> String? {
    counterexample.values.first { $0.name == name }?.exact
  }

  static func single(_ probabilities: [Double], _ token: Int) -> EntropyStep {
    let distribution = NextTokenDistribution(normalised: probabilities)
    var direction = probabilities.map { -$0 }
    direction[token] += 1
    return EntropyStep(
      distribution: distribution, direction: direction,
      derivative: EntropyChange.firstOrder(distribution, action: token, coefficient: 1))
  }

  /// The entropy after a step by its definition, two logarithms of order one subtracted: good to 10⁻¹⁵.
  static func entropyAfter(_ probabilities: [Double], _ displacement: [Double]) -> Double {
    let weights = zip(probabilities, displacement).map { $0 * exp($1) }
    let sum = weights.reduce(0, +)
    return weights.reduce(0) { $0 - $1 / sum * log($1 / sum) }
  }

  @Test func theRemainderIsTheSecondOrderCoefficientTimesTheSquareOfTheStep() {
    let step = Self.single([0.5, 0.3, 0.15, 0.05], 1)
    for s in [1e-2, 1e-3, 1e-4] {
      // What is left is of third order; its bound is the type's own.
      let error = abs(step.remainder(s) - step.secondOrder * s * s)
      #expect(error <= step.thirdOrderBound * s * s * s + step.rounding(s))
    }
    // Against second differences of the entropy itself: h²/12 of a fourth derivative below 20 and 4·10⁻¹⁶/h² of rounding.
    let h = 1e-3
    let p = [0.5, 0.3, 0.15, 0.05]
    let values = [-h, 0, h].map { t in Self.entropyAfter(p, step.direction.map { t * $0 }) }
    let second = (values[0] - 2 * values[1] + values[2]) / (h * h)
    #expect(abs(second / 2 - step.secondOrder) < 20 * h * h + 4e-9)
  }

  @Test func boundsHoldFarAlongTheLine() {
    for token in 0..<4 {
      let step = Self.single([0.9, 0.06, 0.03, 0.01], token)
      for s in [-20.0, -3, -0.5, 0.5, 3, 20] {
        #expect(abs(step.remainder(s)) <= step.secondOrderBound * s * s)
      }
    }
  }

  /// p = 0.176041 solves 1 + (1 − 2p) log(p/(1 − p)) = 0.
  @Test func whereTheSecondOrderVanishesTheOrderIsThree() {
    let p = EntropyChangeExact.vanishingSecondOrder
    #expect(abs(1 + (1 - 2 * p) * log(p / (1 - p))) < 1e-14)
    let step = Self.single([p, 1 - p], 0)
    #expect(abs(step.secondOrder) < 1e-15)
    let order = log2(abs(step.remainder(0x1p-8)) / abs(step.remainder(0x1p-9)))
    #expect(abs(order - 3) < 0.02)
  }

  @Test func droppingTheExpectationLeavesAFirstOrderRemainder() {
    let p = [0.5, 0.3, 0.2]
    let exact = Self.single(p, 0)
    let dropped = EntropyStep(
      distribution: exact.distribution, direction: exact.direction,
      derivative: -exact.distribution.weightedDeviation(0))
    var check = RemainderCheck()
    check.add(dropped, Self.claim.rule)
    #expect(check.violations > 0 && !check.isSecondOrder(within: 0.15))
    var good = RemainderCheck()
    good.add(exact, Self.claim.rule)
    #expect(good.violations == 0 && good.isSecondOrder(within: 0.15))
    // Σπ²Λ = 0.038 · …: the missing term itself, H = 1.0297.
    let ratio = dropped.remainder(1e-6) / 1e-6
    #expect(abs(ratio - exact.distribution.expectedWeightedDeviation) < 1e-5)
  }

  @Test func formalCoefficientsAreThoseOfTheDefinition() {
    // π = (1/4, 3/4), token 0: dπ = π(v − v̄) with v = (3/4, −3/4), v̄ = −3/8: ¼·9/8 and ¾·(−3/8).
    let p = [Rational(1, 4), Rational(3, 4)]
    #expect(
      FormalEntropy.derivative(p, direction: FormalEntropy.score(p, 0)) == [
        Rational(-9, 32), Rational(9, 32),
      ])
    #expect(
      FormalEntropy.expanded(FormalEntropy.singleToken(p, 0), p) == [Rational(-9, 32), Rational(9, 32)])
  }

  /// Σ_a π_a ΔH(a; ξ = A_a) against the covariance form; both are sums of K terms, whose magnitudes bound their rounding.
  @Test func theMeanOverTokensIsTheCovarianceForm() {
    var stream = RandomStream(key: 8, replicate: 0)
    for population in NextTokenPopulation.all {
      for _ in 0..<20 {
        let distribution = population.draw(&stream)
        let advantages = distribution.probabilities.map { _ in stream.normal() }
        var mean = 0.0
        var size = 0.0
        for (token, p) in distribution.probabilities.enumerated() {
          let change = EntropyChange.firstOrder(distribution, action: token, coefficient: advantages[token])
          mean += p * change
          size +=
            p * abs(advantages[token])
            * (abs(distribution.weightedDeviation(token)) + abs(distribution.expectedWeightedDeviation))
        }
        let covariance = ExpectedEntropyChange.policyGradient(distribution, advantages: advantages)
        let count = Double(distribution.probabilities.count)
        #expect(abs(mean - covariance) <= (16 + count) * size * Double.ulpOfOne, "\(population.name)")
      }
    }
  }

  @Test func counterexamplesAreRedoneByHand() throws {
    let found = try Self.evidence(Self.claim).counterexamples
    #expect(found.count == 3)
    // Token 1/4: 2·¼·9/16 = 9/32 log 3; token 3/4: −2·¾·1/16 = −3/32 log 3; sum 6/32.
    let shared = found[2]
    #expect(Self.exact(shared, "change_of_token_of_probability_1/4") == "(9/32) log 3")
    #expect(Self.exact(shared, "change_of_token_of_probability_3/4") == "(-3/32) log 3")
    #expect(Self.exact(shared, "change_of_the_state") == "(3/16) log 3")
    // A numerical derivative of the entropy along the sum of both steps, (1/2, −1/2): central difference, error h² = 10⁻⁸.
    let h = 1e-4
    let slope =
      (Self.entropyAfter([0.25, 0.75], [h / 2, -h / 2]) - Self.entropyAfter([0.25, 0.75], [-h / 2, h / 2]))
      / (2 * h)
    #expect(abs(slope - 3.0 / 16 * log(3)) < 1e-8)
    // 2/5, 3/5 becomes 4/5, 1/5: 0.50040 − 0.67301.
    let finite = found[0].values.first { $0.name == "entropy_change" }?.value ?? 0
    #expect(abs(finite - (0.8 * log(1.25) + 0.2 * log(5) - 0.4 * log(2.5) - 0.6 * log(5.0 / 3))) < 1e-14)
    let slope2 = found[0].values.first { $0.name == "first_order_slope" }?.value ?? 0
    #expect(isClose(slope2, 36.0 / 125 * log(1.5)) && slope2 > 0 && finite < 0)
    let uniform = found[1].values.first { $0.name == "entropy_change" }?.value ?? 0
    #expect(isClose(uniform, log(2) - 0.75 * log(3)))
  }

  @Test func everyReadingOfTheStatementHoldsAndOneTokenOfSeveralIsNotTheChange() throws {
    let evidence = try Self.evidence(Self.claim)
    #expect(evidence.findings.allSatisfy { $0.basis == .exact(holds: true) })
    #expect(!evidence.findings.contains { $0.estimator == EntropyChangeExact.Method.sharedSingle.rawValue })
    let single = evidence.estimates.filter {
      $0.method == EntropyChangeExact.Method.sharedSingle.rawValue && $0.stat == "remainders_above_bound"
    }
    #expect(!single.isEmpty && single.allSatisfy { $0.estimate > 0 })
    #expect(evidence.control.basis == .exact(holds: false))
  }

  /// ΔH of the (2/5, 3/5) example against its own first order: |R| = 0.1 |s d| found on the same curve by bisection.
  @Test func reachIsWhereTheErrorIsATenth() {
    let step = Self.single([0.4, 0.6], 0)
    let reach = EntropyChangeExact.reach(step, error: 0.1, longest: 256)
    #expect(abs(abs(step.remainder(reach)) / (reach * abs(step.derivative)) - 0.1) < 1e-5)
    let uniform = Self.single([0.5, 0.5], 0)
    #expect(EntropyChangeExact.reach(uniform, error: 0.1, longest: 256) == 0x1p-12)
  }
}
