extension ModulationUnbiased {
  /// One form of the statement for one rule on one family.
  struct Check: Sendable {
    let rule: ModulatedRule
    let worlds: TokenWorlds
    /// `strict`, `direction`, or `direction in each state`.
    let form: String
    let holds: Bool
    /// Whether it is proved and not only unrefuted.
    let isProved: Bool
    let count: Int

    /// The decision; nil without modulation, where the statement is about nothing.
    ///
    /// The project's own rule is decided too, as a check that the examination can find something unbiased. Its forms are proved, so that they carry no condition
    /// and are supported outright: of several verdicts the weakest counts, and this one is never that unless it is refuted, which would mean an error here.
    var finding: Finding? {
      let isOwn = if case .stateBaseline = rule.modulation { true } else { false }
      guard rule.isModulated || isOwn else { return nil }
      return Finding(
        estimator: rule.name, population: "\(worlds.name): \(form)\(isOwn ? " (positive check)" : "")",
        basis: .exact(holds: holds),
        condition: holds && !isProved ? "no violation in \(count) random worlds" : nil)
    }
  }

  /// The forms of the statement on one family; the last only where states have logits of their own.
  func checks(_ rule: ModulatedRule, _ worlds: TokenWorlds, _ summary: BiasSummary) -> [Check] {
    let margin = specification.margin
    func check(_ form: String, _ holds: Bool, proved: Bool) -> Check {
      Check(rule: rule, worlds: worlds, form: form, holds: holds, isProved: proved, count: summary.count)
    }
    let keepsState = rule.dependsOnStateAndSignOnly || rule.isUnbiasedByConstruction
    var checks = [
      check("strict", summary.isUnbiased(margin: margin), proved: rule.isUnbiasedByConstruction),
      check(
        "direction", summary.keepsDirection(margin: margin),
        proved: rule.isUnbiasedByConstruction || rule.modulation == .none || (worlds.isOneToken && keepsState)
          || worlds.shape == .twoActions),
    ]
    if worlds.blocks > 1 {
      checks.append(check("direction in each state", summary.keepsStates(margin: margin), proved: keepsState))
    }
    return checks
  }

  /// Condition and explanation, from what was found.
  func addWords(_ evidence: inout Evidence, _ checks: [Check]) {
    let alpha = specification.value("strength")
    evidence.condition =
      "a factor of state and sign alone, u_x on successes and w_x on failures, gives m_x = S_x ∇_x with S_x = (1−b)u_x + b w_x: the direction is kept in every state, "
      + "and in the whole if S_x is the same in all (one state: S = 1 + c(1−p)); checked on \(TokenWorlds.Shape.allCases.count) families of up to nine responses in "
      + "groups of \(Int(specification.value("group"))), within \(specification.margin); the micro-batch of the released modes is the group of one prompt"
    func smallest(_ stat: String) -> EstimateRow? {
      evidence.estimates.filter { $0.stat == stat && !$0.method.hasPrefix("control") }.min {
        $0.estimate < $1.estimate
      }
    }
    func words(_ row: EstimateRow?) -> String {
      "\(short(row?.estimate ?? .nan, digits: 4)) (\(row?.method ?? "?"), \(row?.design ?? "?"))"
    }
    func holding(_ form: String, modulated: Bool) -> [String] {
      let failing = checks.filter { $0.form == form && !$0.holds }.map(\.rule)
      return ModulatedRule.studied(specification).filter {
        $0.isModulated == modulated && !failing.contains($0)
      }.map(\.name)
    }
    func list(_ form: String, modulated: Bool) -> String {
      let names = holding(form, modulated: modulated)
      return names.isEmpty ? "none" : listing(names)
    }
    evidence.explanation =
      "Of \(ModulatedRule.studied(specification).count(where: \.isModulated)) modulated rules these are strictly unbiased on every family: \(list("strict", modulated: true)); these keep the direction on every family: \(list("direction", modulated: true)). "
      + "The smallest cosine with the true gradient is \(words(smallest("smallest_cosine"))) among random worlds and \(words(smallest("adversarial_cosine"))) among those searched for; "
      + "with a fixed range, α = \(alpha) and logits of their own for all states it cannot fall below \(short(Self.cosineBound(strength: alpha), digits: 5)). "
      + "The same enumeration finds strictly unbiased without modulation or as the project's own rule: \(list("strict", modulated: false)); keeping the direction: \(list("direction", modulated: false))."
  }
}
