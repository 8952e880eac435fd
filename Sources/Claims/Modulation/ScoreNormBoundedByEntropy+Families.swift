import Foundation
import Modulation
import Statistics

extension ScoreNormBoundedByEntropy {
  /// One token of probability 1 − 1/m and 2^m others that share 1/m: the entropy is log 2 + h(1/m), the expected norm below 2/m.
  struct Tail {
    let order: Int

    /// 2^m.
    var others: Int128 { Int128(1) << Int128(order) }

    /// 1 − (1 − 1/m)² − 1/(m² 2^m), in one fraction so that 128 bits suffice up to m = 100.
    var expectedNorm: Rational {
      let m = Int128(order)
      return Rational((2 * m - 1) * others - 1, m * m * others)
    }

    /// ‖s‖² of the likely token: 1/m² + 1/(m² 2^m).
    var likelyNorm: Rational {
      let m = Int128(order)
      return Rational(others + 1, m * m * others)
    }

    /// log 2 + h(1/m), in nats.
    var entropy: Double {
      let m = Double(order)
      return log(2) - (1 - 1 / m) * log1p(-1 / m) + log(m) / m
    }
  }

  /// No bound from below without K: the family keeps its entropy above log 2 while both norms go to 0.
  func addTail(_ evidence: inout Evidence) -> (order: Int, value: Double) {
    let floor = specification.value("floor")
    let family = specification.integers("tail").map(Tail.init)
    let leastEntropy = Foundation.log(2.0)
    var least = (order: 0, value: Double.infinity)
    var leastLikely = Double.infinity
    for member in family where member.entropy >= leastEntropy {
      if member.expectedNorm.value < least.value { least = (member.order, member.expectedNorm.value) }
      leastLikely = min(leastLikely, member.likelyNorm.value)
      let design = "one token 1 − 1/\(member.order), 2^\(member.order) others"
      evidence.estimates += [
        EstimateRow(design: design, method: "all", stat: "entropy", exact: member.entropy),
        EstimateRow(
          design: design, method: Reading.expectedBelowFree.rawValue, stat: "expected_squared_norm",
          exact: member.expectedNorm.value),
        EstimateRow(
          design: design, method: Reading.tokenBelowFree.rawValue, stat: "squared_norm",
          exact: member.likelyNorm.value),
      ]
    }
    evidence.findings += [
      Finding(
        estimator: Reading.expectedBelowFree.rawValue, population: "one likely token, 2^m others",
        basis: .exact(holds: least.value >= floor)),
      Finding(
        estimator: Reading.tokenBelowFree.rawValue, population: "one likely token, 2^m others",
        basis: .exact(holds: leastLikely >= floor)),
    ]
    let coin = Rational(1, 2)
    if let member = family.first(where: { $0.expectedNorm < coin && $0.entropy >= leastEntropy }) {
      evidence.counterexamples.append(Self.tailCounterexample(member, coin: coin))
    }
    return least
  }

  /// The first of the family with more entropy and less expected norm than a coin.
  private static func tailCounterexample(_ member: Tail, coin: Rational) -> Counterexample {
    let m = Int128(member.order)
    return Counterexample(
      title: "expected, from below, free of K: more entropy than a coin, a smaller expected norm",
      worlds: [
        .record([
          .init("probability_of_one_token", .text(Rational(m - 1, m).description)),
          .init("other_tokens", .integer(Int(clamping: member.others))),
          .init("probability_of_each_other", .text(Rational(1, m * member.others).description)),
        ])
      ],
      values: [
        ExactValue(
          "expected_squared_score_norm", member.expectedNorm.value, exact: member.expectedNorm.description),
        ExactValue("of_a_coin", coin.value, exact: coin.description),
        ExactValue(
          "entropy", member.entropy, exact: "log 2 + h(1/\(m))"),
        ExactValue("entropy_of_a_coin", Foundation.log(2.0), exact: "log 2"),
        ExactValue(
          "squared_score_norm_of_the_likely_token", member.likelyNorm.value,
          exact: member.likelyNorm.description),
      ],
      explanation:
        "With m in place of \(m) the others contribute (1/m)·log 2^m = log 2 to the entropy whatever m is, while the expected squared norm stays below 2/m: no function of the entropy alone bounds it from below."
    )
  }

  /// Two tokens 1 − 1/d and 1/d: as d grows the entropy vanishes and the rare token's squared norm 2(1 − 1/d)² rises to 2.
  func addRare(_ evidence: inout Evidence) -> (denominator: Int, entropy: Double, norm: Double) {
    var last = (denominator: 0, entropy: Double.infinity, norm: 0.0)
    var isBroken = false
    var states: [SmallDistribution] = []
    for denominator in specification.integers("rare") {
      let state = SmallDistribution(parts: [1, denominator - 1])
      let entropy = state.distribution.entropy
      let norm = state.squaredNorm(0).value
      let design = "(1/\(denominator), \(denominator - 1)/\(denominator)), rare token"
      evidence.estimates += [
        EstimateRow(design: design, method: Reading.tokenAbove.rawValue, stat: "entropy", exact: entropy),
        EstimateRow(design: design, method: Reading.tokenAbove.rawValue, stat: "squared_norm", exact: norm),
      ]
      if entropy < specification.value("floor"), norm > 1 { isBroken = true }
      if entropy < last.entropy { last = (denominator, entropy, norm) }
      states.append(state)
    }
    evidence.findings.append(
      Finding(
        estimator: Reading.tokenAbove.rawValue, population: "two tokens 1 − 1/d and 1/d",
        basis: .exact(holds: !isBroken)))
    if let pair = zip(states, states.dropFirst()).first(where: { first, second in
      second.distribution.entropy < first.distribution.entropy
        && first.squaredNorm(0) < second.squaredNorm(0)
    }) {
      evidence.counterexamples.append(
        Counterexample(
          title: "each token, from above: the entropy falls, the drawn token's norm rises",
          worlds: [pair.0.world(action: 0), pair.1.world(action: 0)],
          values: [
            ExactValue("entropy_first", pair.0.distribution.entropy),
            ExactValue("entropy_second", pair.1.distribution.entropy),
            ExactValue(
              "squared_score_norm_first", pair.0.squaredNorm(0).value,
              exact: pair.0.squaredNorm(0).description),
            ExactValue(
              "squared_score_norm_second", pair.1.squaredNorm(0).value,
              exact: pair.1.squaredNorm(0).description),
          ],
          explanation:
            "2(1 − 1/d)² rises to 2 as d grows while the entropy falls to 0: whatever function of the entropy bounds every token, it does not vanish with the entropy."
        ))
    }
    return last
  }

  /// The tight curves as points, and how near their own extremal distributions come to them.
  func addCurves(_ evidence: inout Evidence) throws {
    let grid = specification.values("curve_entropies")
    let tokens = specification.integers("curve_tokens")
    var table = PointTable(name: "curves", columns: ["curve", "entropy", "expected_norm"])
    let steps = Int(((grid[1] - grid[0]) / grid[2]).rounded())
    for step in 0...steps {
      let entropy = grid[0] + Double(step) * grid[2]
      func add(_ curve: String, _ value: Double) {
        table.rows.append([.text(curve), .number(entropy), .number(value)])
      }
      add("1 − exp(−H)", ScoreNormGivenEntropy.collisionBound(entropy: entropy))
      add("greatest, any K", try ScoreNormGivenEntropy.largest(entropy: entropy))
      for count in tokens where entropy <= Foundation.log(Double(count)) {
        add("least, K = \(count)", try ScoreNormGivenEntropy.smallest(entropy: entropy, vocabulary: count))
      }
    }
    evidence.pointTables.append(table)
    var gap = (upper: 0.0, lower: 0.0)
    for step in 1..<100 {
      let share = Double(step) / 100
      for whole in 1...8 {
        // k equal atoms between 1/(k+1) and 1/k and the rest.
        let atom = 1 / Double(whole + 1) + share * (1 / Double(whole) - 1 / Double(whole + 1))
        let state = NextTokenDistribution(
          normalised: [Double](repeating: atom, count: whole) + [1 - Double(whole) * atom])
        let curve = try ScoreNormGivenEntropy.largest(entropy: state.entropy)
        gap.upper = max(gap.upper, abs(curve - ScoreNorm.expectedSquared(state)))
        let count = whole + 1
        let epsilon = share * Double(whole) / Double(count)
        let other = NextTokenDistribution(
          normalised: [1 - epsilon] + [Double](repeating: epsilon / Double(whole), count: whole))
        let least = try ScoreNormGivenEntropy.smallest(entropy: other.entropy, vocabulary: count)
        gap.lower = max(gap.lower, abs(least - ScoreNorm.expectedSquared(other)))
      }
    }
    evidence.estimates += [
      EstimateRow(
        design: "k equal atoms and one smaller, k ≤ 8", method: Reading.expectedAbove.rawValue,
        stat: "gap_to_curve", exact: gap.upper),
      EstimateRow(
        design: "one atom and K − 1 equal ones, K ≤ 9", method: Reading.expectedBelow.rawValue,
        stat: "gap_to_curve", exact: gap.lower),
    ]
  }

  /// The tight lower bound at fixed entropies as K grows, beside the upper one, which K does not move; the bounds at one nat and K = 49152.
  func addVocabularyTable(_ evidence: inout Evidence) throws -> (low: Double, high: Double) {
    let decades = specification.integers("table_decades")
    var table = PointTable(name: "vocabulary", columns: ["entropy", "tokens", "least", "greatest"])
    for entropy in specification.values("table_entropies") {
      for decade in decades[0]...decades[1] {
        let count = (0..<decade).reduce(1) { result, _ in result * 10 }
        guard entropy <= Foundation.log(Double(count)) else { continue }
        let least = try ScoreNormGivenEntropy.smallest(entropy: entropy, vocabulary: count)
        let greatest = try ScoreNormGivenEntropy.largest(entropy: entropy, vocabulary: count)
        table.rows.append([.number(entropy), .number(Double(count)), .number(least), .number(greatest)])
        evidence.estimates += [
          EstimateRow(
            design: "H=\(short(entropy)) K=1e\(decade)", method: Reading.expectedBelow.rawValue,
            stat: "smallest_expected_norm", exact: least),
          EstimateRow(
            design: "H=\(short(entropy)) K=1e\(decade)", method: Reading.expectedAbove.rawValue,
            stat: "largest_expected_norm", exact: greatest),
        ]
      }
    }
    evidence.pointTables.append(table)
    return (
      try ScoreNormGivenEntropy.smallest(entropy: 1, vocabulary: 49_152),
      try ScoreNormGivenEntropy.largest(entropy: 1)
    )
  }
}
