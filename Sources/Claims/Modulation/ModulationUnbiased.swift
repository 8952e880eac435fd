import Estimators
import Policies
import Statistics

/// The modulated advantage leaves the gradient estimator unbiased.
///
/// Let ∇_x = d(x) Σ_a π_a s_a Q(x, a) be the block of state x, with Q the chance of success after token a and d(x) the chance of a visit.
///
/// 1. A factor of state and sign, u_x for successes and w_x for failures, on the advantage R − b:
///
///        E[(R − b)β | x, a] = Q (1 − b) u_x − (1 − Q) b w_x = S_x Q − b w_x,   S_x = (1 − b) u_x + b w_x
///
///    and Σ π_a s_a = 0 removes the constant: m_x = S_x ∇_x. Equivalently the product is S_x (R − b'), b' = b w_x/S_x: a step size and another baseline. With
///    b = p, w = 1, u = 1 + c this is (1 + c(1 − p)) ∇_x. Leave-one-out has the same mean, as its baseline is independent with mean p; GRPO's advantage has
///    p E[A | R = 1] = (1 − p) E[A | R = 0] up to sign and hence S_x ∝ (1 − p) u_x + p w_x.
/// 2. In one state that is a scale; in several it turns the gradient unless S_x is the same in all of them. The cosine is then at least
///    `2√(S_min S_max)/(S_min + S_max)` (Kantorovich), with S in [1, 1 + α]: `2√(1 + α)/(2 + α)`, never negative.
/// 3. Extremes over the group make β depend on which tokens were drawn, the own response's among them: E[Aβ | x, a] is no longer affine in Q.
/// 4. β_stab depends on the drawn token itself. With two actions all scores of a state are collinear and nothing can turn; with three the weights π_a β_a differ
///    from π_a and turn the mean even in one state.
/// 5. Where states share parameters their gradients add up and may nearly cancel; a factor that differs between tokens then decides the sign of what is left, and
///    the cosine has no bound. The bound of 2 is one for states with logits of their own.
/// 6. Rivals' rules are put to the same test and decide nothing here. What depends on a token's own state and on the group's rewards alone, rising with its own reward,
///    keeps the direction in every state: for advantages f_1 and f_0 of the two rewards, averaged over the others, m_x = (f_1 − f_0) ∇_x; so do entropy advantages.
///    Two values λ and −μ are (λ + μ)(R − μ/(λ + μ)): the gradient times λ + μ in every state. A mask by entropies or by covariances depends on which tokens
///    were drawn, as in 3; an entropy bonus adds Σ_x d(x) c ∂H_x.
/// 7. A response of one token has a released |ΔH| of 0, and one state has one entropy: in worlds of one token the released modes and β_comp relative to the
///    group multiply by 1 (within 10⁻¹⁶) and are as unbiased as what they multiply.
///
/// - Source: `dynamo2026`, as quoted in the authors' rebuttal; `kantorovich1948` for the bound.
public struct ModulationUnbiased: Claim {
  /// What is claimed and how it is examined.
  public let specification: ClaimSpecification

  /// The claim with its registered specification, or with another one for tests.
  public init(specification: ClaimSpecification = Self.registered) { self.specification = specification }

  /// Every rule on every family exactly, the worst cosine by search, long responses by Monte Carlo, the factor π_a as control.
  public func examine(_ examination: Examination) throws -> Evidence {
    var evidence = Evidence(control: Finding(basis: .exact(holds: true)))
    let rules = ModulatedRule.all(specification)
    let control = ModulatedRule(advantage: .leaveOneOut, modulation: .probability)
    var points = PointTable(
      name: "points", columns: ["method", "world", "index", "scale", "cosine", "relative_bias"])
    var rivals = PointTable(name: "rivals", columns: points.columns)
    var checks: [Check] = []
    for (row, shape) in TokenWorlds.Shape.allCases.enumerated() {
      let worlds = TokenWorlds(shape: shape)
      let summaries = try summaries(
        examination, designPoint: 100 + row, worlds: worlds,
        rules: shape == .oneToken ? rules + [control] : rules, points: &points, rivals: &rivals)
      for (rule, summary) in zip(rules, summaries) {
        evidence.estimates += summary.rows(design: worlds.name, method: rule.name)
        let own = self.checks(rule, worlds, summary)
        checks += own
        evidence.findings += own.compactMap(\.finding)
      }
      if shape == .oneToken, let last = summaries.last {
        evidence.estimates += last.rows(design: worlds.name, method: "control \(control.name)")
        evidence.control = Finding(
          estimator: control.name, population: "\(worlds.name): direction",
          basis: .exact(holds: last.keepsDirection(margin: specification.margin)))
      }
    }
    evidence.pointTables = [points, rivals, try grid(examination)]
    let worst = try addSearches(&evidence, examination)
    addCounterexamples(&evidence)
    evidence.counterexamples += worst
    try addLongResponses(&evidence, examination)
    try addMonteCarlo(&evidence, examination)
    addWords(&evidence, checks)
    return evidence
  }

  /// The moments of every rule on random worlds of a family, summarised in the order of the rules.
  private func summaries(
    _ examination: Examination, designPoint: Int, worlds: TokenWorlds, rules: [ModulatedRule],
    points: inout PointTable, rivals: inout PointTable
  ) throws -> [BiasSummary] {
    let key = examination.key(designPoint: designPoint)
    let group = Int(specification.value("group"))
    let count = specification.count("points", for: examination.preset)
    let specification = specification
    let table = try examination.map(count) { index in
      var stream = RandomStream(key.replicate(index))
      let prompt = worlds.draw(specification, &stream).prompt
      let gradient = prompt.gradient
      return rules.map {
        BiasPoint(
          TokenGroupOracle.moments(prompt, group: group, estimator: $0.estimator(prompt)),
          gradient: gradient, vocabulary: prompt.vocabulary)
      }
    }
    examination.progress(count * rules.count)
    var summaries = rules.map { _ in BiasSummary() }
    for (index, row) in table.enumerated() {
      for (place, point) in row.enumerated() {
        summaries[place].add(point)
        let row: [StructuredValue] = [
          .text(rules[place].name), .text(worlds.name), .integer(index), .number(point.agreement.scale),
          .number(point.agreement.cosine), .number(point.agreement.relativeBias),
        ]
        if rules[place].isRival { rivals.rows.append(row) } else { points.rows.append(row) }
      }
    }
    return summaries
  }

  /// Scale and cosine of every rule over strengths, constants of β_stab and group sizes, on a few worlds of two tokens.
  private func grid(_ examination: Examination) throws -> PointTable {
    let key = examination.key(designPoint: 150)
    let specification = specification
    let sizes = specification.integers("group_sizes")
    let rules = ModulatedRule.grid(specification)
    let rows = try examination.map(Int(specification.value("grid_worlds"))) { index in
      var stream = RandomStream(key.replicate(index))
      let prompt = TokenWorlds(shape: .twoTokens).draw(specification, &stream).prompt
      let gradient = prompt.gradient
      return sizes.flatMap { group in
        rules.map { entry -> [StructuredValue] in
          let rule = entry.rule
          let agreement = GradientAgreement(
            TokenGroupOracle.moments(prompt, group: group, rule: rule.tokens(prompt)), gradient: gradient)
          return [
            .text(rule.advantage.rawValue), .text(entry.name), .number(entry.strength), .integer(group),
            .integer(index), .number(agreement.scale), .number(agreement.cosine),
            .number(agreement.rawVariance), .number(agreement.varianceAtEqualStep),
          ]
        }
      }
    }
    return PointTable(
      name: "grid",
      columns: [
        "estimator", "method", "strength", "group", "index", "scale", "cosine", "variance",
        "variance_at_equal_step",
      ], rows: rows.flatMap { $0 })
  }

  /// `2√(1 + α)/(2 + α)`: the least cosine of any factors S_x in [1, 1 + α] on the blocks of a gradient.
  static func cosineBound(strength: Double) -> Double { 2 * (1 + strength).squareRoot() / (2 + strength) }
}
