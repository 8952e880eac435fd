import CNumerics
import Testing

@testable import Statistics

/// Both methods against exact probabilities, by Pearson's statistic with a bound whose false-alarm probability is known.
@Suite struct GroupCountsDistributionTests {
  /// Pearson's X² as its excess over a bound; a positive one is a failure.
  ///
  /// Cells with an expected count below `least` are pooled. The bound is
  /// `d + 2√(dx) + 2x` that a χ² of d degrees of freedom exceeds with probability at most e^−x (Laurent and Massart 2000, Lemma 1);
  /// x = 21, that is 8e-10. With 200 expected counts per cell X² follows χ² closely enough for a bound this far out.
  static func excess(observed: [Int], probabilities: [Double], least: Double = 200) -> Double {
    let total = Double(observed.reduce(0, +))
    var statistic = 0.0
    var cells = 0.0
    var restObserved = 0.0
    var restExpected = 0.0
    for (count, probability) in zip(observed, probabilities) {
      let expected = total * probability
      if expected < least {
        restObserved += Double(count)
        restExpected += expected
      } else {
        statistic += (Double(count) - expected) * (Double(count) - expected) / expected
        cells += 1
      }
    }
    if restExpected >= 5 {
      statistic += (restObserved - restExpected) * (restObserved - restExpected) / restExpected
      cells += 1
    } else if restObserved > 5 + restExpected + 25 {
      return .infinity
    }
    let freedom = cells - 1
    return statistic - (freedom + 2 * (freedom * 21).squareRoot() + 42)
  }

  /// How often an action's count takes each value from 0 to n in `groups` groups.
  static func histogram(_ counts: GroupCounts, action: Int = 0, groups: Int, key: StreamKey) -> [Int] {
    var result = [Int](repeating: 0, count: counts.trials + 1)
    let row = counts.order.firstIndex(of: action) ?? 0
    let drawn = counts.drawn(batches: groups / 16, firstGroup: 0, key: key)
    for batch in 0..<groups / 16 {
      for lane in 0..<16 { result[Int(drawn[(batch * counts.actionCount + row) * 16 + lane])] += 1 }
    }
    return result
  }

  static func binomial(_ n: Int, _ p: Double) -> [Double] {
    (0...n).map { SpecialFunctions.binomialProbability($0, of: n, probability: p) }
  }

  /// The first binomial, by table: few and many trials, rare and common outcomes.
  @Test(arguments: [
    (1, 0.3), (5, 0.5), (20, 0.5), (100, 0.1), (1000, 0.002), (1024, 0.3), (1024, 0.7), (65536, 0.01),
  ])
  func firstBinomialsHaveTheExactProbabilities(trials: Int, probability: Double) {
    check([probability, 1 - probability], trials: trials)
  }

  /// Later binomials: every action's count is binomial by itself, whatever came before it.
  ///
  /// Conditional means on both sides of 10 (inversion below, rejection from there on), conditional probabilities on both sides of ½, edges, and many trials.
  @Test(arguments: [
    (1, [0.4, 0.3, 0.3]), (7, [0.4, 0.3, 0.3]), (50, [0.34, 0.33, 0.33]), (60, [0.34, 0.33, 0.33]),
    (70, [0.34, 0.33, 0.33]), (100, [0.5, 0.45, 0.05]), (200, [0.5, 0.099, 0.401]), (220, [0.5, 0.2, 0.3]),
    (1000, [0.98, 0.015, 0.005]), (1024, [0.6, 0.1, 0.2, 0.1]), (65536, [0.9, 0.09, 0.0099, 0.0001]),
  ])
  func laterBinomialsHaveTheExactProbabilities(trials: Int, probabilities: [Double]) {
    check(probabilities, trials: trials)
  }

  /// The rejection and inversion samplers alone: a first action of probability zero leaves all trials to the second.
  @Test(arguments: [
    (1, 0.3), (5, 0.5), (19, 0.5), (20, 0.5), (21, 0.5), (100, 0.099), (100, 0.101), (100, 0.899),
    (100, 0.901),
    (1000, 0.002), (1000, 0.02), (1024, 0.3), (1024, 0.7), (65536, 0.0001), (65536, 0.01),
  ])
  func samplersHaveTheExactProbabilities(trials: Int, probability: Double) {
    let table = ConditionalBinomialTable(probabilities: [0, probability, 1 - probability], trials: trials)
    let key = StreamKey(seed: 20, claim: "sampler", designPoint: UInt64(trials))
    var observed = [Int](repeating: 0, count: trials + 1)
    let groups = 800_000
    var drawn = [UInt32](repeating: 0, count: 3 * groups)
    drawn.withUnsafeMutableBufferPointer { drawn in
      guard let base = drawn.baseAddress else { return }
      table.fill(
        base, trials: trials, batches: groups / 16, firstGroup: 0, stream: numerics_stream(key),
        lanes: numerics_lanes_automatic)
    }
    for batch in 0..<groups / 16 {
      for lane in 0..<16 { observed[Int(drawn[batch * 48 + 16 + lane])] += 1 }
    }
    let excess = Self.excess(observed: observed, probabilities: Self.binomial(trials, probability))
    #expect(excess <= 0, "X² exceeds its bound by \(excess); key \(key)")
  }

  private func check(_ probabilities: [Double], trials: Int) {
    let counts = GroupCounts(probabilities: probabilities, trials: trials, method: .binomials)
    for action in probabilities.indices {
      let key = StreamKey(seed: 21, claim: "binomial-\(action)", designPoint: UInt64(trials))
      let observed = Self.histogram(counts, action: action, groups: 160_000, key: key)
      let excess = Self.excess(
        observed: observed, probabilities: Self.binomial(trials, probabilities[action]))
      #expect(excess <= 0, "action \(action): X² exceeds its bound by \(excess); key \(key)")
    }
  }

  @Test(arguments: [(1, 0.3), (16, 0.123), (100, 0.9), (333, 1.0 / 3)])
  func drawsHaveTheExactProbabilities(trials: Int, probability: Double) {
    let counts = GroupCounts(probabilities: [probability, 1 - probability], trials: trials, method: .draws)
    let key = StreamKey(seed: 22, claim: "draws", designPoint: UInt64(trials))
    let observed = Self.histogram(counts, groups: 160_000, key: key)
    let excess = Self.excess(observed: observed, probabilities: Self.binomial(trials, probability))
    #expect(excess <= 0, "X² exceeds its bound by \(excess); key \(key)")
  }

  /// The same check must notice a probability that is off by one part in a hundred.
  @Test func aWrongProbabilityIsNoticed() {
    for method in GroupCounts.Method.allCases {
      let counts = GroupCounts(probabilities: [0.303, 0.697], trials: 100, method: method)
      let observed = Self.histogram(counts, groups: 160_000, key: StreamKey(seed: 23, claim: "control"))
      #expect(Self.excess(observed: observed, probabilities: Self.binomial(100, 0.3)) > 100)
    }
  }

  /// GSL's own binomial generator, on the same kind of stream, gives the same distribution: two samples, pooled expectation.
  @Test func binomialsAgreeWithGSL() {
    let (trials, probability, groups) = (200, 0.3, 160_000)
    let counts = GroupCounts(
      probabilities: [probability, 0.4, 0.6 - probability], trials: trials, method: .binomials)
    #expect(counts.order == [1, 0, 2] || counts.order == [1, 2, 0])
    let ours = Self.histogram(counts, groups: groups, key: StreamKey(seed: 24, claim: "gsl"))
    var theirs = [Int](repeating: 0, count: trials + 1)
    var stream = RandomStream(StreamKey(seed: 25, claim: "gsl"))
    for _ in 0..<groups { theirs[stream.binomial(trials: trials, probability: probability)] += 1 }
    // X² of a two-row table: Σ (a − b)²/(a + b) over cells, one degree of freedom each but one.
    var statistic = 0.0
    var freedom = -1.0
    for (a, b) in zip(ours, theirs) where a + b >= 100 {
      statistic += Double((a - b) * (a - b)) / Double(a + b)
      freedom += 1
    }
    #expect(freedom > 30)
    #expect(statistic <= freedom + 2 * (freedom * 21).squareRoot() + 42)
  }

  /// The joint distribution of three counts against the multinomial's exact probabilities.
  @Test(arguments: GroupCounts.Method.allCases, [4, 60])
  func triplesHaveTheExactProbabilities(method: GroupCounts.Method, trials: Int) {
    let p = [0.2, 0.5, 0.3]
    let counts = GroupCounts(probabilities: p, trials: trials, method: method)
    let drawn = counts.drawn(
      batches: 20_000, firstGroup: 0, key: StreamKey(seed: 26, claim: "triples"))
    let rows = (0..<2).map { action in counts.order.firstIndex(of: action) ?? 0 }
    var observed = [Int](repeating: 0, count: (trials + 1) * (trials + 1))
    for group in 0..<320_000 {
      let at = group / 16 * 48 + group % 16
      observed[Int(drawn[at + 16 * rows[0]]) * (trials + 1) + Int(drawn[at + 16 * rows[1]])] += 1
    }
    var exact = [Double](repeating: 0, count: observed.count)
    for a in 0...trials {
      let first = SpecialFunctions.binomialProbability(a, of: trials, probability: p[0])
      for b in 0...trials - a {
        exact[a * (trials + 1) + b] =
          first
          * SpecialFunctions.binomialProbability(b, of: trials - a, probability: p[1] / (p[1] + p[2]))
      }
    }
    #expect(Self.excess(observed: observed, probabilities: exact) <= 0)
  }

  /// p = 1.5/65536 is one whole head and half of a shared one.
  ///
  /// 1.5 per group of 65536 draws; without the residual it would be 1 or 2.
  @Test func residualDrawsCarryTheirShare() {
    let p = 1.5 / 65536
    let counts = GroupCounts(probabilities: [p, 1 - p], trials: 65536, method: .draws)
    let observed = Self.histogram(counts, groups: 1600, key: StreamKey(seed: 27, claim: "shared-head"))
    let total = observed.enumerated().reduce(0) { $0 + $1.offset * $1.element }
    // Poisson to 4 digits, mean 2400, deviation 49: 6.5 deviations have probability below 1e-10.
    #expect(abs(Double(total) - 2400) < 6.5 * 2400.0.squareRoot())
  }

  @Test func impossibleActionsAreNeverDrawn() {
    for method in GroupCounts.Method.allCases {
      let counts = GroupCounts(probabilities: [0, 0.3, 0, 0.7, 0], trials: 200, method: method)
      let drawn = counts.drawn(batches: 100, firstGroup: 0, key: StreamKey(seed: 28, claim: "zeros"))
      for (row, action) in counts.order.enumerated() where action % 2 == 0 {
        for batch in 0..<100 {
          for lane in 0..<16 { #expect(drawn[(batch * 5 + row) * 16 + lane] == 0) }
        }
      }
      let certain = GroupCounts(probabilities: [0, 1], trials: 30, method: method)
      #expect(certain.drawn(batches: 1, firstGroup: 0, key: StreamKey(seed: 1, claim: "one")).max() == 30)
    }
  }

  @Test func theMethodIsChosenBySize() {
    #expect(GroupCounts(probabilities: [0.5, 0.5], trials: 16).method == .draws)
    #expect(GroupCounts(probabilities: [0.5, 0.5], trials: 4096).method == .binomials)
  }
}
