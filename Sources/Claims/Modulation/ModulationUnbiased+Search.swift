import Estimators
import Policies
import Statistics

extension ModulationUnbiased {
  /// The smallest cosine of every modulation by search, on responses of two tokens.
  ///
  /// Returns the worst world of all, and the worst of what the released script runs: GRPO with mode 6.
  func addSearches(_ evidence: inout Evidence, _ examination: Examination) throws -> [Counterexample] {
    let group = Int(specification.value("search_group"))
    let script = ModulatedRule(advantage: .grpo, modulation: .released6)
    var all: [Found] = []
    for (row, shape) in [TokenWorlds.Shape.twoTokensTwoActions, .twoTokens, .sharedTokens].enumerated() {
      let worlds = TokenWorlds(shape: shape)
      for (column, rule) in searched.enumerated() {
        guard
          let found = try smallestCosine(
            examination, designPoint: 200 + 100 * row + column, rule, worlds, group: group)
        else { continue }
        all.append(Found(cosine: found.value, rule: rule, worlds: worlds, point: found.point))
        let design = "\(worlds.name), searched, G=\(group)"
        evidence.estimates.append(
          EstimateRow(design: design, method: rule.name, stat: "adversarial_cosine", exact: found.value))
        // The bound is one on blocks of their own; with one entropy for all states the factor is the same everywhere.
        if case .fixedCompensation(let strength) = rule.modulation, shape != .sharedTokens {
          evidence.estimates.append(
            EstimateRow(
              design: design, method: rule.name, stat: "cosine_bound",
              exact: Self.cosineBound(strength: strength)))
        }
      }
    }
    let worst = all.filter { !$0.rule.isRival }.min { $0.cosine < $1.cosine }
    let worstOfScript = all.filter { $0.rule == script }.min { $0.cosine < $1.cosine }
    return [worst, worst?.rule == script ? nil : worstOfScript].compactMap { $0 }.compactMap {
      counterexample($0.rule, $0.worlds, $0.point, group: group)
    }
  }

  private struct Found {
    let cosine: Double
    let rule: ModulatedRule
    let worlds: TokenWorlds
    let point: [Double]
  }

  /// Every modulation at the strength examined and at the largest of the grid.
  var searched: [ModulatedRule] {
    let strengths = [specification.value("strength"), specification.values("strengths").max() ?? 0]
    var rules: [ModulatedRule] = []
    for strength in strengths {
      for advantage in ModulatedRule.Advantage.allCases {
        for modulation in ModulatedRule.modulations(specification, strength: strength) {
          let rule = ModulatedRule(advantage: advantage, modulation: modulation)
          if modulation != .none, !rules.contains(rule) { rules.append(rule) }
        }
      }
    }
    // In groups of two GRPO's advantages are leave-one-out's.
    return rules + turningRivals
  }

  /// The rivals' rules that could turn a gradient, over leave-one-out.
  var turningRivals: [ModulatedRule] {
    ModulatedRule.rivals(specification).filter {
      $0.advantage == .leaveOneOut && !$0.keepsDirectionByConstruction
    }
  }

  private func smallestCosine(
    _ examination: Examination, designPoint: Int, _ rule: ModulatedRule, _ worlds: TokenWorlds, group: Int
  ) throws -> AdversarialSearch.Worst? {
    let largest = specification.value("largest_logit")
    // A gradient that rounding or a hair's breadth decides would be turned by anything.
    let smallest = specification.value("search_gradient")
    let size = worlds.blocks * worlds.vocabulary
    var found = try AdversarialSearch.maximise(
      examination, designPoint: designPoint, restarts: Int(specification.value("restarts")),
      maximumIterations: Int(specification.value("iterations")),
      start: { stream in (0..<size + worlds.outcomes).map { _ in 1.5 * stream.normal() } },
      objective: { point in
        guard point[..<size].allSatisfy({ abs($0) <= largest }),
          let prompt = worlds.prompt(point: point),
          prompt.gradient.reduce(0, { $0 + $1 * $1 }) >= smallest * smallest
        else { return -.infinity }
        let moments = TokenGroupOracle.moments(prompt, group: group, estimator: rule.estimator(prompt))
        return -GradientAgreement(moments, gradient: prompt.gradient).cosine
      })
    found?.value.negate()
    return found
  }

  /// The world found, with probabilities rounded to ten-thousandths, enumerated anew: what is printed is what was computed.
  private func counterexample(
    _ rule: ModulatedRule, _ worlds: TokenWorlds, _ point: [Double], group: Int
  ) -> Counterexample? {
    guard let exact = worlds.prompt(point: point) else { return nil }
    let rows = (0..<worlds.blocks).map { block in
      Self.rounded(Array(point[block * worlds.vocabulary..<(block + 1) * worlds.vocabulary]))
    }
    guard let prompt = worlds.prompt(rows: rows, rewards: exact.rewards) else { return nil }
    let moments = TokenGroupOracle.moments(prompt, group: group, estimator: rule.estimator(prompt))
    let agreement = GradientAgreement(moments, gradient: prompt.gradient)
    return Counterexample(
      title: "\(rule.name), group of \(group): the smallest cosine found",
      worlds: [TokenWorlds.record(prompt, rows: rows, rule: rule, group: group)],
      values: zip(prompt.gradient, moments.mean).enumerated().flatMap {
        [ExactValue("gradient_\($0.offset)", $0.element.0), ExactValue("mean_\($0.offset)", $0.element.1)]
      } + [
        ExactValue("scale", agreement.scale), ExactValue("cosine", agreement.cosine),
        ExactValue("groups_to_bias", agreement.groupsToBias),
      ],
      explanation:
        "Found by search over logits and reward sets with gradients of at least \(short(specification.value("search_gradient"))), rounded to ten-thousandths and enumerated again. "
        + (agreement.cosine < 0 ? "The expected step lowers the success probability. " : "")
        + (rule.fields == nil ? ModulatedRule.isNotInTheFormat : ""))
  }

  /// Probabilities in whole ten-thousandths, none of them 0; the largest takes what rounding leaves.
  private static func rounded(_ logits: [Double]) -> [Double] {
    var parts = StableSoftmax.probabilities(logits).map { max(1, Int((10_000 * $0).rounded())) }
    let largest = parts.indices.max { parts[$0] < parts[$1] } ?? 0
    parts[largest] += 10_000 - parts.reduce(0, +)
    return parts.map { Double($0) / 10_000 }
  }
}
