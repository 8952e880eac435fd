import Foundation
import Modulation
import Policies
import Statistics

extension CompensationRestoresGradient {
  /// The share that a full boost restores to a token of probability 1 − m in a state of two, beside a uniform state; and the strength that half would need.
  ///
  /// Computed by the rule itself on a batch of two tokens, and compared with α√2 m/(‖s_ref‖ − √2 m).
  func addClosedForm(_ evidence: inout Evidence) throws {
    let size = Int(specification.value("reference_tokens"))
    let uniform = NextTokenDistribution(
      normalised: [Double](repeating: 1 / Double(size), count: size))
    let reference = ScoreNorm.expectedSquared(uniform).squareRoot()
    var table = PointTable(name: "restored", columns: ["strength", "missing", "restored_share"])
    var needed = PointTable(name: "needed", columns: ["missing", "needed_strength"])
    var gap = 0.0
    for missing in specification.values("missing") {
      let state = NextTokenDistribution(normalised: [1 - missing, missing])
      let tokens = try SampledTokens(
        states: [state, uniform], actions: [0, 0], advantages: [1, 1], sequences: [0, 1], groups: [0, 0])
      let norm = tokens.squaredNorms[0].squareRoot()
      for strength in specification.values("strengths") {
        let factor = try Rule.published(strength, .group).factors(tokens.batch)[0]
        guard let share = Self.restoredShare(factor: factor, norm: norm, reference: reference) else {
          continue
        }
        let closed = min(
          strength * 2.0.squareRoot() * missing / (reference - 2.0.squareRoot() * missing), 1)
        gap = max(gap, abs(share - closed))
        table.rows.append([.number(strength), .number(missing), .number(share)])
      }
      let strength = (reference - norm) / (2 * norm)
      needed.rows.append([.number(missing), .number(strength)])
      evidence.estimates.append(
        EstimateRow(
          design: "π = 1 − \(short(missing)) of two, beside uniform over \(size)", method: "half of the gap",
          stat: "needed_strength", exact: strength))
    }
    evidence.pointTables += [table, needed]
    evidence.estimates.append(
      EstimateRow(
        design: "two tokens, all strengths", method: "rule against closed form", stat: "largest_difference",
        exact: gap))
  }

  /// The smallest worlds: a confident correct token with less than half restored, for the released strength and for the largest; a boosted token that is not attenuated.
  func addCounterexamples(_ evidence: inout Evidence) {
    let worlds = SmallDistribution.all(
      maximumActions: Int(specification.value("small_actions")),
      maximumDenominator: Int(specification.value("small_denominator")))
    let coin = SmallDistribution(parts: [1, 1])
    let threshold = specification.values("thresholds")[0]
    for strength in [specification.value("added_strength"), specification.values("strengths").max() ?? 1] {
      // Strengths are given to a thousandth: exact as fractions.
      let alpha = Rational(Int128((strength * 1000).rounded()), 1000)
      let factor = .one + alpha + alpha
      guard
        let found = Self.firstToken(
          in: worlds,
          where: { world, token in
            world.probabilities[token].value >= threshold
              && world.distribution.entropy < coin.distribution.entropy
              && factor * factor * world.squaredNorm(token) < coin.expectedSquaredNorm
          })
      else { continue }
      evidence.counterexamples.append(Self.unrestored(found.0, found.1, coin: coin, alpha: alpha))
    }
    func isBoostedAbove(_ world: SmallDistribution, _ token: Int) -> Bool {
      world.distribution.entropy < coin.distribution.entropy
        && world.squaredNorm(token) > coin.expectedSquaredNorm
    }
    let count = worlds.reduce(0) { sum, world in sum + world.parts.indices.count { isBoostedAbove(world, $0) }
    }
    evidence.estimates.append(
      EstimateRow(
        design: "every small world beside (1/2, 1/2)", method: "tokens at H_min, any strength",
        stat: "boosted_above_reference", exact: Double(count)))
    if let boosted = Self.firstToken(in: worlds, where: isBoostedAbove) {
      evidence.counterexamples.append(Self.boosted(boosted.0, boosted.1, coin: coin))
    }
  }

  private static func firstToken(
    in worlds: [SmallDistribution], where condition: (SmallDistribution, Int) -> Bool
  ) -> (SmallDistribution, Int)? {
    for world in worlds {
      for token in world.parts.indices where condition(world, token) { return (world, token) }
    }
    return nil
  }

  private static func unrestored(
    _ world: SmallDistribution, _ token: Int, coin: SmallDistribution, alpha: Rational
  ) -> Counterexample {
    let norm = world.squaredNorm(token)
    let reference = coin.expectedSquaredNorm
    let share =
      alpha.value * norm.value.squareRoot() / (reference.value.squareRoot() - norm.value.squareRoot())
    // With two tokens ‖s‖ = √2 m and ‖s_ref‖ = √2/2: the roots cancel.
    let missing = Rational(1, 1) - world.probabilities[token]
    let exact = world.parts.count == 2 ? (alpha * missing / (Rational(1, 2) - missing)).description : nil
    return Counterexample(
      title: "α = \(alpha): less than half of the gap restored",
      worlds: [world.world(action: token), coin.world(action: 0)],
      values: [
        ExactValue("squared_score_norm", norm.value, exact: norm.description),
        ExactValue("squared_reference_norm", reference.value, exact: reference.description),
        ExactValue("factor", 1 + alpha.value, exact: (Rational.one + alpha).description),
        ExactValue("restored_share", share, exact: exact),
      ],
      explanation:
        "Two correct tokens are processed together; the coin has H_max and is the reference, the confident token has H_min and gets the full factor 1 + α. Half of the gap would need (1 + 2α)²‖s‖² ≥ ‖s_ref‖²."
    )
  }

  private static func boosted(_ world: SmallDistribution, _ token: Int, coin: SmallDistribution)
    -> Counterexample
  {
    let norm = world.squaredNorm(token)
    return Counterexample(
      title: "the full boost for a token that is not attenuated",
      worlds: [world.world(action: token), coin.world(action: 0)],
      values: [
        ExactValue("squared_score_norm", norm.value, exact: norm.description),
        ExactValue(
          "squared_reference_norm", coin.expectedSquaredNorm.value,
          exact: coin.expectedSquaredNorm.description),
        ExactValue("entropy", world.distribution.entropy),
        ExactValue("entropy_of_reference", coin.distribution.entropy, exact: "log 2"),
        ExactValue("share_of_full_boost", 1, exact: "1"),
      ],
      explanation:
        "The token of probability \(world.probabilities[token]) is correct and already has a larger score than the reference; its state has the lowest entropy, so that β_comp = 1 + α all the same."
    )
  }

  /// The largest restored share of a confident token that a search finds, at the largest strength: states of four tokens, the other uniform over `reference_tokens`.
  func addSearch(_ evidence: inout Evidence, _ examination: Examination) throws -> Double {
    let strength = specification.values("strengths").max() ?? 1
    let threshold = specification.value("search_threshold")
    let size = Int(specification.value("reference_tokens"))
    let uniform = NextTokenDistribution(
      normalised: [Double](repeating: 1 / Double(size), count: size))
    let reference = ScoreNorm.expectedSquared(uniform).squareRoot()
    let rule = Rule.published(strength, .group)
    let worst = try AdversarialSearch.maximise(
      examination, designPoint: 500, restarts: Int(specification.value("restarts")),
      maximumIterations: Int(specification.value("search_iterations")),
      start: { stream in [5 + stream.uniform()] + (0..<3).map { _ in stream.normal() } },
      objective: { logits in
        guard logits.allSatisfy({ abs($0) < 300 }) else { return -.infinity }
        let state = NextTokenDistribution(normalised: StableSoftmax.probabilities(logits))
        guard state.probabilities[0] >= threshold,
          let tokens = try? SampledTokens(
            states: [state, uniform], actions: [0, 0], advantages: [1, 1], sequences: [0, 1],
            groups: [0, 0]),
          let factor = try? rule.factors(tokens.batch)[0]
        else { return -.infinity }
        return Self.restoredShare(
          factor: factor, norm: tokens.squaredNorms[0].squareRoot(), reference: reference) ?? -.infinity
      })
    guard let worst else { return .nan }
    evidence.estimates.append(
      EstimateRow(
        design: "search K=4, π ≥ \(short(threshold)), beside uniform over \(size)", method: rule.name,
        stat: "largest_restored_share", exact: worst.value))
    return worst.value
  }
}
