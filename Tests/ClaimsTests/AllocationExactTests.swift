import Allocation
import Estimators
import Policies
import Statistics
import Testing

@testable import Claims

/// The exact parts of the allocation claims against cases done by hand.
@Suite struct AllocationExactTests {
  @Test func smallAllocationsAreAllThereOnce() {
    var found: [[Int]] = []
    SmallAllocations.forEach(count: 3, budget: 5, bounds: 1...2) { found.append($0) }
    #expect(found == [[1, 2, 2], [2, 1, 2], [2, 2, 1]])
    // Five rollouts to three prompts, one or more each: C(4, 2) = 6.
    var count = 0
    SmallAllocations.forEach(count: 3, budget: 5, bounds: 1...5) { _ in count += 1 }
    #expect(count == 6)
    SmallAllocations.forEach(count: 2, budget: 5, bounds: 1...2) { _ in Issue.record("4 < 5") }
  }

  @Test func totalsAreSumsOfFractions() {
    #expect(SmallAllocations.total([Rational(1), Rational(3)], [1, 3]) == Rational(2))
    // σ² = 1, 4 and 4 rollouts: (1, 3) gives 1 + 4/3, (2, 2) gives 5/2, (3, 1) gives 13/3.
    let best = SmallAllocations.best([Rational(1), Rational(4)], budget: 4, bounds: 1...4)
    #expect(best?.total == Rational(7, 3) && best?.rollouts == [1, 3])
    #expect(
      SmallAllocations.binomial(2, Rational(1, 3)) == [Rational(4, 9), Rational(4, 9), Rational(1, 9)])
  }

  /// Two prompts, two rollouts each: (1, 2), (1, 3), (2, 3), (2, 4), (3, 4) keep uniform optimal, (1, 4) does not: ratio 4 > 3.
  @Test func uniformIsIntegerOptimalUpToTheStatedRatio() {
    var specification = UniformSuboptimal.registered
    specification.parameters["integer_prompts"] = [2]
    specification.parameters["each"] = [2]
    specification.parameters["largest_variance"] = [4]
    let cases = UniformSuboptimal(specification: specification).integerCases()
    #expect(cases.cases == 6 && cases.uniformOptimal == 5 && cases.againstCondition == 0)
    #expect(cases.first?.variances == [1, 2] && cases.first?.each == 2)
  }

  @Test func relativeVarianceIsThatOfTheShares() {
    // σ² = 1, 4: uniform 2·5 = 10, optimum (1 + 2)² = 9, n ∝ σ² again 10.
    #expect(relativeVariance([1, 4], weights: [1, 2]) == 0.9)
    #expect(relativeVariance([1, 4], weights: [1, 4]) == 1)
    #expect(relativeVariance([1, 4], rollouts: [1, 3]) == (1 + 4.0 / 3) / 2.5)
    #expect(relativeVariance([0, 0], rollouts: [1, 3]) == 1)
    #expect(ProxyAllocationOptimal.efficiency([1, 4], weights: [1, 1]) == 0.9)
  }

  /// METHODS.md C6, worked example: eight pass rates, 128 rollouts, Σp(1−p)/n to five decimals.
  @Test func theWorkedExampleIsReproduced() throws {
    let proxies = [0.02, 0.05, 0.1, 0.2, 0.35, 0.5, 0.65, 0.8].map { $0 * (1 - $0) }
    let roots = proxies.map { $0.squareRoot() }
    func total(_ shares: [Double]) -> Double { TotalVariance.value(variances: proxies, shares: shares) }
    func proportional(_ weights: [Double], floor: Double = 0) -> [Double] {
      weights.map { floor + (128 - 8 * floor) * $0 / weights.reduce(0, +) }
    }
    // Half a unit of the last printed digit.
    func agrees(_ value: Double, _ printed: Double) -> Bool { abs(value - printed) <= 5.5e-6 }
    #expect(agrees(total(proportional(proxies.map { _ in 1 })), 0.07388))
    #expect(agrees(total(proportional(proxies)), 0.07388))
    #expect(agrees(total(proportional(roots)), 0.06624))
    let bounds = AllocationBounds(minimum: 8, maximum: 24)
    let bounded = try BoundedNeymanAllocation.continuous(deviations: roots, budget: 128, bounds: bounds)
    #expect(agrees(total(bounded), 0.06648))
    #expect(agrees(total(proportional(proxies, floor: 8)), 0.06686))
    #expect(agrees(total(proportional(roots, floor: 8)), 0.06849))
  }

  @Test func leaveOneOutVarianceIsConvexAndItsGreedyOptimal() throws {
    for population in PromptPopulation.all where population.name != PromptPopulation.diffuse.name {
      var stream = RandomStream(StreamKey(seed: 5, claim: population.name))
      let pair = try Batch(population, count: 2, stream: &stream).moments
      func total(_ first: Int) -> Double {
        pair[0].leaveOneOutVariance(group: first) + pair[1].leaveOneOutVariance(group: 12 - first)
      }
      let greedy = NeymanOptimal.greedy(pair, budget: 12)
      #expect(greedy[0] + greedy[1] == 12)
      let best = (2...10).map(total).min() ?? .nan
      // Two sums of two rounded terms.
      #expect(total(greedy[0]) <= best * (1 + 1e-14), "\(population.name) \(greedy)")
      for prompt in pair {
        let decreases = (2..<40).map {
          prompt.leaveOneOutVariance(group: $0) - prompt.leaveOneOutVariance(group: $0 + 1)
        }
        for (earlier, later) in zip(decreases, decreases.dropFirst()) {
          #expect(later <= earlier + 1e-15, "\(population.name): \(decreases)")
        }
      }
    }
  }

  @Test func theGreedyRuleIsCountedAgainstBruteForce() {
    var specification = NeymanOptimal.registered
    specification.parameters["integer_budgets"] = [5]
    specification.parameters["integer_low"] = [1, 3]
    specification.parameters["integer_high"] = [3, 5]
    specification.parameters["largest_variance"] = [2]
    // Four lists of three variances in {1, 2}; the second pair of bounds cannot be met with five rollouts.
    let cases = NeymanOptimal(specification: specification).integerCases()
    #expect(
      cases == NeymanOptimal.IntegerCases(cases: 4, failures: 0, roundedFailures: cases.roundedFailures))
  }

  /// V(n ∝ P) − V(uniform) has the sign of −Cov(P, c): c falls in P here, so P loses; and the check can say no.
  @Test func proxyLosesWhereTheFactorFallsInIt() throws {
    var stream = RandomStream(StreamKey(seed: 1, claim: "covariance"))
    var batch = try Batch(.twoAction, count: 2, stream: &stream)
    // Two actions: v_S = v_F = 0, D² = 2, c = 2(1 − 2p)².
    for (index, p) in [0.5, 0.25].enumerated() {
      batch.moments[index] = BinaryScoreMoments(
        successProbability: p, successVariance: 0, failureVariance: 0, squaredDistance: 2)
    }
    #expect(batch.variances(.valueBaseline) == [0, 0.09375])
    // Shares 4/7 and 3/7: σ² · 7/3 against σ² · 2.
    #expect(abs(relativeVariance(batch.variances(.valueBaseline), weights: batch.proxies) - 7.0 / 6) < 1e-15)
    #expect(!ProxyAllocationOptimal.contradictsCovariance(batch, tolerance: 1e-12))
    for population in [PromptPopulation.flatDirichlet, .oneCorrect, .sharedSequences] {
      let random = try Batch(population, count: 16, stream: &stream)
      #expect(!ProxyAllocationOptimal.contradictsCovariance(random, tolerance: 1e-12))
    }
  }

  /// G = 1, two fair prompts, w(0) = 1, w(1) = 2: ½·(1 + ¾·3/2) = 17/16; over the four pairs of counts (1 + 1 + 9/8 + 9/8)/4.
  @Test func theExpectedTotalOverCountsIsItsClosedForm() {
    #expect(EstimatedProxyKeepsGain.expectedTotal(rates: [0.5, 0.5], group: 1) { Double($0 + 1) } == 1.0625)
    let sum = EstimatedProxyKeepsGain.enumeratedTotal(rates: [0.5, 0.5], group: 1) { counts in
      let weights = counts.map { Double($0 + 1) }
      let total = weights.reduce(0, +)
      return TotalVariance.value(variances: [0.25, 0.25], shares: weights.map { $0 / total })
    }
    #expect(abs(sum - 1.0625) < 1e-15)
    let rates = [0.1, 0.35, 0.8]
    func weight(_ k: Int) -> Double { Double(k + 1) * Double(7 - k) }
    let formula = EstimatedProxyKeepsGain.expectedTotal(rates: rates, group: 6, weight: weight)
    let enumerated = EstimatedProxyKeepsGain.enumeratedTotal(rates: rates, group: 6) { counts in
      let weights = counts.map(weight)
      let total = weights.reduce(0, +)
      return TotalVariance.value(
        variances: rates.map { $0 * (1 - $0) }, shares: weights.map { $0 / total })
    }
    // 343 terms, binomial densities through logarithms: some hundred ulps.
    #expect(abs(formula / enumerated - 1) < 1e-13)
  }

  @Test func aRatioOfMeansHasTheErrorOfItsLinearisation() {
    // Means 2 and 2; residuals −1 and 1 have standard error 1, over a mean of 2.
    let ratio = EstimatedProxyKeepsGain.ratio([1, 3], [2, 2])
    #expect(ratio.value == 1 && ratio.standardError == 0.5 && ratio.count == 2)
  }

  @Test func pooledHistoryHasAllItsSamples() {
    var stream = RandomStream(StreamKey(seed: 2, claim: "history"))
    let history = EstimatedProxyKeepsGain.History.pooled(drift: 0.1, steps: 5, each: 7)
    let counts = history.counts(0.4, stream: &stream)
    #expect(counts.samples == 35 && history.samples == 35 && (0...35).contains(counts.successes))
    #expect(EstimatedProxyKeepsGain.History.fresh(9).counts(1, stream: &stream).successes == 9)
  }
}
