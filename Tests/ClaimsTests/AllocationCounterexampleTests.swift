import Allocation
import Statistics
import Testing

@testable import Claims

/// Every counterexample of the allocation claims, redone from the fractions that it prints.
@Suite struct AllocationCounterexampleTests {
  static func evidence(_ claim: any Claim) throws -> Evidence {
    try claim.examine(Examination(seed: 11, preset: .quick, threads: 2, claim: claim.specification.id))
  }

  static func exact(_ counterexample: Counterexample?, _ name: String) -> String? {
    counterexample?.values.first { $0.name == name }?.exact
  }

  @Test func uniformOptimalOverIntegers() throws {
    let claim = UniformSuboptimal(specification: UniformSuboptimal.registered.cutDown)
    let found = try Self.evidence(claim).counterexamples
    #expect(found.count == 1)
    // σ² = 1, 2 and two rollouts each: 1/2 + 2/2; moved: 1/1 + 2/3; real-valued (1 + √2)²/4.
    #expect(Self.exact(found.first, "total_variance_uniform") == "3/2")
    #expect(Self.exact(found.first, "total_variance_one_rollout_moved") == "5/3")
    #expect(Self.exact(found.first, "total_variance_optimum_over_integers") == "3/2")
    let real = found.first?.values.first { $0.name == "total_variance_optimum_over_reals" }?.value ?? 0
    #expect(abs(real - (3 + 2 * 2.0.squareRoot()) / 4) < 1e-15)
  }

  @Test func proportionalToTheVarianceIsUniform() throws {
    let claim = ProxyAllocationOptimal(specification: ProxyAllocationOptimal.registered.cutDown)
    let found = try Self.evidence(claim).counterexamples
    #expect(found.count == 2)
    // p = ½ and ⅕: P = ¼, 4/25; 2·41/100 for both rules, (½ + ⅖)² for the optimum.
    #expect(Self.exact(found.first, "total_variance_proxy") == "41/50")
    #expect(Self.exact(found.first, "total_variance_uniform") == "41/50")
    #expect(Self.exact(found.first, "total_variance_optimum") == "81/100")
    // p = ½ and ⅓ with two actions: σ² = 0 and P·2(1−2p)² = 2/9 · 2/9; ΣP·Σc = 17/36 · 2/9, 2Σσ² = 8/81.
    #expect(Self.exact(found.last, "variance_1") == "0" && Self.exact(found.last, "variance_2") == "4/81")
    #expect(Self.exact(found.last, "total_variance_proxy") == "17/162")
    #expect(Self.exact(found.last, "total_variance_uniform") == "8/81")
  }

  /// p = 1/6 and 1/2, four samples each, 8 rollouts in 2...6: the 25 products done here in plain doubles.
  @Test func estimatesTurnAGainIntoALoss() throws {
    let claim = EstimatedProxyKeepsGain(specification: EstimatedProxyKeepsGain.registered.cutDown)
    let found = try Self.evidence(claim).counterexamples
    #expect(found.count == EstimatedProxyKeepsGain.Rule.judged.count)
    let variances = [5.0 / 36, 1.0 / 4]
    var expected = 0.0
    for first in 0...4 {
      for second in 0...4 {
        let weight =
          SpecialFunctions.binomialProbability(first, of: 4, probability: 1.0 / 6)
          * SpecialFunctions.binomialProbability(second, of: 4, probability: 1.0 / 2)
        // P̂ is k(4−k)/12: 0, 3, 4, 3, 0; both 0: four each; one 0: two and six; else 8·P̂₁/(P̂₁ + P̂₂), rounded.
        let proxies = [first, second].map { Double($0 * (4 - $0)) }
        let sum = proxies[0] + proxies[1]
        let share = sum == 0 ? 4 : min(max((8 * proxies[0] / sum).rounded(), 2), 6)
        expected += weight * (variances[0] / share + variances[1] / (8 - share))
      }
    }
    let value = found.first?.values.first { $0.name == "expected_total_variance" }
    // Twenty-five terms of logarithmic densities.
    #expect(abs((value?.value ?? 0) / expected - 1) < 1e-13)
    #expect(value?.exact == "59933/559872")
    // Uniform (5/36 + 1/4)/4; the best whole rollouts are 3 and 5: 5/108 + 1/20.
    let uniform = (variances[0] + variances[1]) / 4
    #expect(Self.exact(found.first, "total_variance_uniform") == "7/72")
    #expect(Self.exact(found.first, "total_variance_oracle") == "13/135")
    #expect(expected > uniform)
  }

  /// p = 1/7 and 6/7 have the same P = 6/49, but 6/7 is past the mastery cut: priorities 1/7 and 0.01, rollouts 23 and 9.
  @Test func theMasteryCutLosesAgainstUniform() throws {
    let claim = ReleasedAllocatorBeatsUniform(specification: ReleasedAllocatorBeatsUniform.registered.cutDown)
    let found = try Self.evidence(claim).counterexamples
    #expect(found.count == 1)
    #expect(Self.exact(found.first, "total_variance_released") == "64/3381")
    #expect(Self.exact(found.first, "total_variance_uniform") == "3/196")
    let released = Rational(6, 49) / Rational(23) + Rational(6, 49) / Rational(9)
    #expect(released == Rational(64, 3381))
  }

  /// Counts 1 and 3 beside metadata 2 and 2: row 1 is prompt 1's response and prompt 0's truth.
  @Test func oneRowOfFourIsMispaired() throws {
    let found = try Self.evidence(ReleasedRowsAligned(specification: ReleasedRowsAligned.registered.cutDown))
      .counterexamples
    #expect(found.count == 1 && Self.exact(found.first, "mispaired_share") == "1/4")
  }
}
