import Allocation
import Statistics
import Testing

@Suite struct NeymanTests {
  /// METHODS.md C6: p = .02 … .8, B = 128.
  static let p = [0.02, 0.05, 0.1, 0.2, 0.35, 0.5, 0.65, 0.8]
  static let variances = p.map { $0 * (1 - $0) }
  static let deviations = variances.map { $0.squareRoot() }

  @Test func theWorkedExampleIsReproduced() throws {
    let uniform = try UniformAllocation.rollouts(promptCount: 8, budget: 128)
    #expect(abs(TotalVariance.value(variances: Self.variances, rollouts: uniform) - 0.07388) < 5e-6)
    let proportional = Self.variances.map { 128 * $0 / Self.variances.reduce(0, +) }
    #expect(abs(TotalVariance.value(variances: Self.variances, shares: proportional) - 0.07388) < 5e-6)
    let neyman = try NeymanAllocation.shares(deviations: Self.deviations, budget: 128)
    #expect(abs(TotalVariance.value(variances: Self.variances, shares: neyman) - 0.06624) < 5e-6)
    let bounded = try BoundedNeymanAllocation.continuous(
      deviations: Self.deviations, budget: 128, bounds: AllocationBounds(minimum: 8, maximum: 24))
    #expect(abs(TotalVariance.value(variances: Self.variances, shares: bounded) - 0.06648) < 5e-6)
    // Affine with floor 8: n = 8 + 64 w/Σw.
    let affine = Self.variances.map { 8 + 64 * $0 / Self.variances.reduce(0, +) }
    #expect(abs(TotalVariance.value(variances: Self.variances, shares: affine) - 0.06686) < 5e-6)
    let affineDeviation = Self.deviations.map { 8 + 64 * $0 / Self.deviations.reduce(0, +) }
    #expect(abs(TotalVariance.value(variances: Self.variances, shares: affineDeviation) - 0.06849) < 5e-6)
  }

  @Test func neymanMinimisesTotalVariance() throws {
    let best = try NeymanAllocation.shares(deviations: Self.deviations, budget: 128)
    let least = TotalVariance.value(variances: Self.variances, shares: best)
    let total = Self.deviations.reduce(0, +)
    #expect(abs(least / (total * total / 128) - 1) < 1e-14)
    for i in 0..<8 {
      for j in 0..<8 where i != j {
        var other = best
        other[i] += 0.1
        other[j] -= 0.1
        #expect(TotalVariance.value(variances: Self.variances, shares: other) > least)
      }
    }
  }

  @Test func theBoundedSolutionSatisfiesItsConditions() throws {
    let bounds = AllocationBounds(minimum: 8, maximum: 20)
    let shares = try BoundedNeymanAllocation.continuous(
      deviations: Self.deviations, budget: 128, bounds: bounds)
    #expect(abs(shares.reduce(0, +) - 128) < 1e-12)
    let ratios = zip(shares, Self.deviations).map { $0 / $1 }
    let inner = zip(shares, ratios).filter { $0.0 > 8 && $0.0 < 20 }.map(\.1)
    let factor = try #require(inner.first)
    for ratio in inner { #expect(abs(ratio / factor - 1) < 1e-14) }
    for (share, deviation) in zip(shares, Self.deviations) {
      if share == 8 { #expect(factor * deviation <= 8 * (1 + 1e-14)) }
      if share == 20 { #expect(factor * deviation >= 20 * (1 - 1e-14)) }
    }
  }

  /// All counts within the bounds, one by one.
  @Test func integersAreExactAgainstBruteForce() throws {
    var stream = RandomStream(StreamKey(seed: 1, claim: "integer-optimum"))
    for trial in 0..<60 {
      let deviations = (0..<4).map { _ in trial % 3 == 0 ? Double(stream.index(below: 4)) : stream.uniform() }
      let bounds = AllocationBounds(minimum: stream.index(below: 2), maximum: 5 + stream.index(below: 4))
      let budget = 4 * bounds.minimum + stream.index(below: 4 * (bounds.maximum - bounds.minimum) + 1)
      let counts = try IntegerOptimalAllocation.rollouts(
        deviations: deviations, budget: budget, bounds: bounds)
      #expect(
        counts.reduce(0, +) == budget && counts.allSatisfy { bounds.minimum <= $0 && $0 <= bounds.maximum })
      let variances = deviations.map { $0 * $0 }
      let value = TotalVariance.value(variances: variances, rollouts: counts)
      var least = Double.infinity
      for a in bounds.minimum...bounds.maximum {
        for b in bounds.minimum...bounds.maximum {
          for c in bounds.minimum...bounds.maximum {
            let d = budget - a - b - c
            guard d >= bounds.minimum, d <= bounds.maximum else { continue }
            least = min(least, TotalVariance.value(variances: variances, rollouts: [a, b, c, d]))
          }
        }
      }
      #expect(value <= least * (1 + 1e-14), "trial \(trial): \(deviations) \(budget) \(bounds)")
    }
  }

  /// METHODS.md C7 (Wright 2017).
  ///
  /// Strata of sizes (47, 61, 41) with deviations (10, 6, 4), lower bounds (1, 2, 3), upper bounds (5, 6, 4), n = 10. Without the lower bounds
  /// the optimum is (4, 4, 2), so the third one binds.
  @Test func wrightsExample() throws {
    let weights = [470.0, 366, 164]
    let counts = try IntegerOptimalAllocation.rollouts(
      deviations: weights, budget: 10,
      bounds: [
        AllocationBounds(minimum: 1, maximum: 5), AllocationBounds(minimum: 2, maximum: 6),
        AllocationBounds(minimum: 3, maximum: 4),
      ])
    #expect(counts == [4, 3, 3])
    #expect(try IntegerOptimalAllocation.rollouts(deviations: weights, budget: 10) == [4, 4, 2])
    let value =
      TotalVariance.value(variances: weights.map { $0 * $0 }, rollouts: counts) - (4700 + 61 * 36 + 41 * 16)
    #expect(abs(value - 101_290.3333) < 1e-4)
  }

  @Test func greedyAndThresholdAgreeOnTies() throws {
    // Equal deviations: the first ones get one more.
    #expect(try IntegerOptimalAllocation.rollouts(deviations: [1, 1, 1, 1], budget: 6) == [2, 2, 1, 1])
    #expect(try IntegerOptimalAllocation.rollouts(deviations: [0, 0, 0], budget: 5) == [2, 2, 1])
    #expect(try IntegerOptimalAllocation.rollouts(deviations: [1, 2, 3], budget: 2) == [0, 1, 1])
    #expect(
      try IntegerOptimalAllocation.rollouts(
        deviations: [1, 0], budget: 9, bounds: AllocationBounds(maximum: 6)) == [6, 3])
  }

  @Test func thePowerFamilyIsSymmetricAboutOne() {
    for exponent in [0, 0.25, 0.5, 0.9] {
      let low = TotalVariance.powerFamily(deviations: Self.deviations, exponent: exponent)
      let high = TotalVariance.powerFamily(deviations: Self.deviations, exponent: 2 - exponent)
      #expect(abs(low / high - 1) < 1e-14 && low > 1)
    }
    #expect(abs(TotalVariance.powerFamily(deviations: Self.deviations, exponent: 1) - 1) < 1e-15)
    let uniform = TotalVariance.powerFamily(deviations: Self.deviations, exponent: 0)
    #expect(abs(TotalVariance.uniformOverOptimum(deviations: Self.deviations) / uniform - 1) < 1e-14)
  }
}
