import Policies
import Statistics
import Testing
import _TestSupport

@testable import Estimators

/// The simulation against the exact moments, and its promises about determinism.
@Suite struct SoftmaxGroupSimulationTests {
  struct World: Sendable, CustomTestStringConvertible {
    let name: String
    let probabilities: [Double]
    let rewards: [Double]
    var testDescription: String { name }
  }

  static let worlds = [
    World(name: "two actions", probabilities: [0.25, 0.75], rewards: [1, 0]),
    World(
      name: "eight actions", probabilities: (1...8).map { Double($0) / 36 },
      rewards: [1, 0, 0, 1, 0, 1, 0, 0]),
    World(
      name: "graded rewards", probabilities: [0.1, 0.2, 0.3, 0.15, 0.25], rewards: [0, 0.5, 1, -0.7, 0.5]),
    World(
      name: "sixty-four actions", probabilities: (1...64).map { Double($0) / 2080 },
      rewards: (0..<64).map { $0 % 3 == 0 ? 1 : 0 }),
  ]

  static let estimators: [any GradientEstimator] = [
    NoBaseline(), ConstantBaseline(0.4), LeaveOneOut(), DrGRPO(), GRPO(),
    GRPO(deviation: .sample, epsilon: 1e-4), GRPO(epsilon: 0.3),
  ]

  /// Trace, second moment and every coordinate of the mean against the oracle, about 2500 checks at a rate of 1e-11 each.
  ///
  /// Seen would be a trace or second moment that is off by 40 %, or a mean off by a tenth of ĝ's deviation; `pairsFollowTheDefinition` sees every smaller error of the
  /// algebra, and `GroupCountsDistributionTests` of the counts.
  @Test(arguments: worlds, [1, 2, 3, 16, 64, 280])
  func momentsMatchTheOracle(world: World, group: Int) throws {
    // The oracle enumerates compositions of the group over the reward levels, which the debug build does slowly. At n = 280 binomials are drawn.
    if group > 16 && (Set(world.rewards).count > 2 || world.rewards.count > 8) { return }
    let summary = try SoftmaxPolicy(probabilities: world.probabilities).scoreSummary(rewards: world.rewards)
    for (index, estimator) in Self.estimators.enumerated() {
      let advantage = try #require(GroupAdvantage(estimator))
      let key = StreamKey(seed: 41, claim: "simulation-\(world.name)-\(index)", designPoint: UInt64(group))
      let simulated = SoftmaxGroupSimulation.run(
        probabilities: world.probabilities, rewards: world.rewards, advantage: advantage, group: group,
        replicates: 20_007, key: key, threads: 2)
      let exact = GroupOracle.moments(summary, estimator: estimator, group: group)
      check(
        simulated.trace, exact.covarianceTrace, detectable: 0.4 * exact.covarianceTrace,
        "trace, \(estimator.name), key \(key)")
      check(
        simulated.secondMoment, exact.secondMoment, detectable: 0.4 * exact.secondMoment,
        "second moment, \(estimator.name), key \(key)")
      #expect(simulated.trace.count == 20_007 && simulated.replicates == 20_007)
      for (a, value) in exact.mean.enumerated() {
        let estimate = Estimate(
          value: simulated.mean[a], standardError: simulated.meanStandardError[a], count: 40_014)
        check(
          estimate, value, detectable: 0.1 * exact.covarianceTrace.squareRoot(),
          "mean \(a), \(estimator.name), key \(key)")
      }
    }
  }

  /// `expectMean`, or mere rounding where the estimator does not vary (a dead group of one, say).
  private func check(_ estimate: Estimate, _ exact: Double, detectable: Double, _ what: String) {
    if estimate.standardError <= 1e-15 {
      #expect(abs(estimate.value - exact) <= 1e-14, "\(what): \(estimate) against \(exact)")
    } else {
      expectMean(estimate, equals: exact, falseFailRate: 1e-11, detectable: detectable, what)
    }
  }

  @Test(arguments: [16, 1024])
  func threadsDoNotChangeABit(group: Int) {
    let world = Self.worlds[1]
    for advantage in [GroupAdvantage.leaveOneOut, .groupNormalised(deviation: .sample, epsilon: 1e-6)] {
      let runs = [1, 2, 8].map { threads in
        SoftmaxGroupSimulation.run(
          probabilities: world.probabilities, rewards: world.rewards, advantage: advantage, group: group,
          replicates: 9001, key: StreamKey(seed: 42, claim: "threads"), threads: threads)
      }
      #expect(runs[0] == runs[1] && runs[0] == runs[2])
    }
  }

  /// Every pair by definition, from the same counts, through the estimators' own advantages; sizes that fill no batch, one batch, one step and one block.
  @Test(arguments: [1, 7, 8, 9, 127, 128, 129, 2048, 2050])
  func pairsFollowTheDefinition(replicates: Int) throws {
    let world = Self.worlds[2]
    let key = StreamKey(seed: 43, claim: "definition", replicate: 3)
    let (count, group) = (world.rewards.count, 5)
    let counts = GroupCounts(probabilities: world.probabilities, trials: group)
    let batches = (replicates + 7) / 8
    let drawn = UnsafeMutableBufferPointer<UInt32>.allocate(capacity: 16 * count * batches)
    defer { drawn.deallocate() }
    counts.fill(drawn, batches: batches, firstGroup: 0, key: key)
    for estimator in Self.estimators {
      func estimate(_ index: Int) -> [Double] {
        var c = [Int](repeating: 0, count: count)
        for (row, action) in counts.order.enumerated() {
          c[action] = Int(drawn[(index / 16 * count + row) * 16 + index % 16])
        }
        let advantages = estimator.classAdvantages(counts: c, rewards: world.rewards, lengths: c)
        var g = [Double](repeating: 0, count: count)
        for a in 0..<count where c[a] > 0 {
          for b in 0..<count {
            g[b] +=
              Double(c[a]) * advantages[a] * ((a == b ? 1 : 0) - world.probabilities[b]) / Double(group)
          }
        }
        return g
      }
      var distance = Moments()
      var length = Moments()
      var mean = [Double](repeating: 0, count: count)
      for pair in 0..<replicates {
        let (x, y) = (estimate(2 * pair), estimate(2 * pair + 1))
        distance.add(zip(x, y).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) } / 2)
        length.add((x + y).reduce(0) { $0 + $1 * $1 } / 2)
        for a in 0..<count { mean[a] += (x[a] + y[a]) / Double(2 * replicates) }
      }
      let simulated = SoftmaxGroupSimulation.run(
        probabilities: world.probabilities, rewards: world.rewards,
        advantage: try #require(GroupAdvantage(estimator)), group: group, replicates: replicates, key: key,
        threads: 1)
      // Sums of up to 4100 terms of order one in different orders: 1e-12 is a few thousand ulp.
      #expect(abs(simulated.trace.value - distance.mean) <= 1e-12)
      #expect(abs(simulated.secondMoment.value - length.mean) <= 1e-12)
      for a in 0..<count { #expect(abs(simulated.mean[a] - mean[a]) <= 1e-12) }
      if replicates > 1 {
        #expect(abs(simulated.trace.standardError - distance.standardError) <= 1e-12)
      }
    }
  }

  /// A reward of 0.1 for every action: the mean of eleven of them is not 0.1 in doubles, and yet there is no signal.
  @Test func groupsWithoutSignalGiveExactlyZero() {
    for epsilon in [0, 1e-6] {
      let simulated = SoftmaxGroupSimulation.run(
        probabilities: [0.3, 0.7], rewards: [0.1, 0.1],
        advantage: .groupNormalised(deviation: .population, epsilon: epsilon), group: 11, replicates: 100,
        key: StreamKey(seed: 44, claim: "dead"), threads: 1)
      #expect(simulated.trace.value == 0 && simulated.secondMoment.value == 0 && simulated.mean == [0, 0])
    }
  }

  @Test func estimatorsBeyondCountsHaveNoFastForm() {
    #expect(GroupAdvantage(OPO()) == nil)
    #expect(GroupAdvantage(GRPO(groupOfOne: .reward)) == nil)
    #expect(GroupAdvantage(GRPO(deviation: .sample)) == .groupNormalised(deviation: .sample, epsilon: 0))
  }
}
