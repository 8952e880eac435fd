import Allocation
import Policies
import Statistics
import Testing

@testable import Claims

/// Results known from elsewhere that the claims' machinery must reproduce.
@Suite struct KnownResultTests {
  /// METHODS.md A13.7, deviation 1: "in the 8-prompt example 44.5 % of rows are mispaired".
  @Test func theEightPromptExampleIsMispaired() {
    let share = ReleasedRowsAligned.mispairedShare(
      [9, 11, 21, 24, 24, 21, 9, 9], metadata: ReleasedRowsAligned.constantRows(count: 8, each: 16))
    #expect(abs(share - 0.445) < 5e-4)
    #expect(ReleasedRowsAligned.mispairedShare([2, 2], metadata: [0, 0, 1, 1]) == 0)
    #expect(ReleasedRowsAligned.mispairedShare([1, 3], metadata: [0, 0, 1, 1]) == 0.25)
  }

  /// METHODS.md C6, first column: the released rule on counts of 16, 512 prompts, bounds [8, 24], means over 20 seeds whose standard deviation is at most 0.013.
  ///
  /// Both
  /// means have a standard error of at most 0.003, their difference 0.0041; 0.025 is six of those.
  @Test func theReleasedRuleReproducesItsPopulationTable() throws {
    for (population, expected) in zip(PassRatePopulation.all, [0.850, 0.938, 0.981, 1.011, 0.873, 0.915]) {
      var moments = Moments()
      for seed in 0..<20 {
        var stream = RandomStream(StreamKey(seed: UInt64(seed), claim: "c6-\(population.name)"))
        let batch = Batch(population, count: 512, stream: &stream)
        let rollouts = try ReleasedWaterLevelAsReleased.rollouts(
          batch.counts(samples: 16, stream: &stream), budget: 8192,
          bounds: AllocationBounds(minimum: 8, maximum: 24))
        moments.add(relativeVariance(batch.proxies, rollouts: rollouts))
      }
      #expect(abs(moments.mean - expected) < 0.025, "\(population.name): \(moments.mean) against \(expected)")
    }
  }

  /// METHODS.md C6, last column: the bounded optimum on the same populations.
  @Test func theBoundedOptimumReproducesItsPopulationTable() throws {
    for (population, expected) in zip(PassRatePopulation.all, [0.749, 0.870, 0.932, 0.977, 0.819, 0.819]) {
      var moments = Moments()
      for seed in 0..<20 {
        var stream = RandomStream(StreamKey(seed: UInt64(seed), claim: "c6-kkt-\(population.name)"))
        let proxies = Batch(population, count: 512, stream: &stream).proxies
        let shares = try BoundedNeymanAllocation.continuous(
          deviations: proxies.map { $0.squareRoot() }, budget: 8192,
          bounds: AllocationBounds(minimum: 8, maximum: 24))
        let uniform = proxies.reduce(0, +) / 16
        moments.add(TotalVariance.value(variances: proxies, shares: shares) / uniform)
      }
      #expect(abs(moments.mean - expected) < 0.025, "\(population.name): \(moments.mean) against \(expected)")
    }
  }

  /// METHODS.md C4: E√P̂ = .4406 for G = 8, p = .3, where √P = .4583.
  @Test func theRootOfTheProxyIsBiasedLow() {
    var mean = 0.0
    for k in 0...8 {
      let weight = SpecialFunctions.binomialProbability(k, of: 8, probability: 0.3)
      mean += weight * PromptStatistics(successes: k, samples: 8).bernoulliVariance.squareRoot()
    }
    #expect(abs(mean - 0.4406) < 5e-5)
  }

  @Test func smallWorldsComeSimplestFirstAndOnce() {
    let worlds = SmallWorlds.all(maximumActions: 3, maximumDenominator: 4)
    #expect(worlds.first?.probabilities == [Rational(1, 2), Rational(1, 2)])
    #expect(Set(worlds).count == worlds.count)
    for world in worlds {
      #expect(world.probabilities.reduce(.zero, +) == .one)
      #expect(world.rewards.contains(.one) && world.rewards.contains(.zero))
    }
    // Two actions: 1/2; 1/3, 2/3; 1/4, 3/4 (2/4 is 1/2 again).
    #expect(worlds.filter { $0.probabilities.count == 2 }.count == 5)
  }

  @Test func varianceOfTheProxyMatchesItsFormulaInFractions() {
    #expect(SampleVarianceUnbiased.unbiasedInFractions(denominator: 5, largestGroup: 5))
    let exact = SampleVarianceUnbiased.moments(p: 0.3, group: 8)
    #expect(abs(exact.variance / SampleVarianceUnbiased.variance(p: 0.3, group: 8) - 1) < 1e-13)
  }
}
