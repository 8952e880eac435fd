import Estimators
import Policies
import Statistics

extension ModulationUnbiased {
  /// The smallest cosine of every modulation by search, on two tokens over two and over three actions; the worst world of all as a counterexample.
  func addSearches(_ evidence: inout Evidence, _ examination: Examination) throws -> Counterexample? {
    let group = Int(specification.value("search_group"))
    var worst: (cosine: Double, rule: ModulatedRule, worlds: TokenWorlds, point: [Double])?
    for (row, shape) in [TokenWorlds.Shape.twoTokensTwoActions, .twoTokens].enumerated() {
      let worlds = TokenWorlds(shape: shape)
      for (column, rule) in searched.enumerated() {
        guard
          let found = try smallestCosine(
            examination, designPoint: 200 + 100 * row + column, rule, worlds, group: group)
        else { continue }
        evidence.estimates.append(
          EstimateRow(
            design: "\(worlds.name), searched, G=\(group)", method: rule.name, stat: "adversarial_cosine",
            exact: found.value))
        if case .fixedCompensation(let strength) = rule.modulation {
          evidence.estimates.append(
            EstimateRow(
              design: "\(worlds.name), searched, G=\(group)", method: rule.name, stat: "cosine_bound",
              exact: Self.cosineBound(strength: strength)))
        }
        if worst.map({ found.value < $0.cosine }) ?? true {
          worst = (found.value, rule, worlds, found.point)
        }
      }
    }
    return worst.flatMap { counterexample($0.rule, $0.worlds, $0.point, group: group) }
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
    return rules
  }

  private func smallestCosine(
    _ examination: Examination, designPoint: Int, _ rule: ModulatedRule, _ worlds: TokenWorlds, group: Int
  ) throws -> AdversarialSearch.Worst? {
    let specification = specification
    let largest = specification.value("largest_logit")
    let size = worlds.blocks * worlds.vocabulary
    var found = try AdversarialSearch.maximise(
      examination, designPoint: designPoint, restarts: Int(specification.value("restarts")),
      maximumIterations: Int(specification.value("iterations")),
      start: { stream in (0..<size + worlds.outcomes).map { _ in 1.5 * stream.normal() } },
      objective: { point in
        guard point[..<size].allSatisfy({ abs($0) <= largest }),
          let prompt = worlds.prompt(point: point), worlds.belongs(prompt, specification)
        else { return -.infinity }
        let moments = TokenGroupOracle.moments(prompt, group: group, rule: rule.tokens(prompt))
        return -GradientAgreement(moments, gradient: prompt.gradient).cosine
      })
    found?.value.negate()
    return found
  }

  /// The world found, with probabilities rounded to thousandths, enumerated anew: what is printed is what was computed.
  private func counterexample(
    _ rule: ModulatedRule, _ worlds: TokenWorlds, _ point: [Double], group: Int
  ) -> Counterexample? {
    guard let exact = worlds.prompt(point: point) else { return nil }
    let rows = (0..<worlds.blocks).map { block in
      Self.rounded(Array(point[block * worlds.vocabulary..<(block + 1) * worlds.vocabulary]))
    }
    guard let prompt = worlds.prompt(rows: rows, rewards: exact.rewards) else { return nil }
    let moments = TokenGroupOracle.moments(prompt, group: group, rule: rule.tokens(prompt))
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
        "Found by search over logits and reward sets with gradients of at least \(short(specification.value("smallest_gradient"))), rounded to thousandths and enumerated again. "
        + (agreement.cosine < 0 ? "The expected step lowers the success probability." : ""))
  }

  /// Probabilities in whole thousandths, none of them 0; the largest takes what rounding leaves.
  private static func rounded(_ logits: [Double]) -> [Double] {
    var parts = StableSoftmax.probabilities(logits).map { max(1, Int((1000 * $0).rounded())) }
    let largest = parts.indices.max { parts[$0] < parts[$1] } ?? 0
    parts[largest] += 1000 - parts.reduce(0, +)
    return parts.map { Double($0) / 1000 }
  }
}
