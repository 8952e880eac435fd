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

    /// What holds where KL-Cov charges nothing and no range clips, and says nothing of later updates of a batch.
    static let onPolicy =
      "on-policy: with ρ = 1 nothing is priced and nothing clipped; later updates of a batch were not examined"

    /// The decision; nil without modulation, where the statement is about nothing.
    ///
    /// That on a rival is a comparison and decides nothing about the claim.
    ///
    /// The project's own rule is decided too, as a check that the examination can find something unbiased. Its forms are proved, so that they carry no condition
    /// and are supported outright: of several verdicts the weakest counts, and this one is never that unless it is refuted, which would mean an error here.
    var finding: Finding? {
      let isOwn = if case .stateBaseline = rule.modulation { true } else { false }
      guard rule.isModulated || isOwn || rule.isRival else { return nil }
      let suffix = isOwn ? " (positive check)" : rule.isRival ? " (rival)" : ""
      var condition = holds && !isProved ? "no violation in \(count) random worlds" : nil
      if holds, rule.isIdentityOnPolicy { condition = Self.onPolicy }
      return Finding(
        estimator: rule.name, population: "\(worlds.name): \(form)\(suffix)",
        basis: .exact(holds: holds), condition: condition, isComparison: rule.isRival)
    }
  }

  /// The forms of the statement on one family; the last only where states have logits of their own.
  func checks(_ rule: ModulatedRule, _ worlds: TokenWorlds, _ summary: BiasSummary) -> [Check] {
    let margin = specification.margin
    func check(_ form: String, _ holds: Bool, proved: Bool) -> Check {
      Check(rule: rule, worlds: worlds, form: form, holds: holds, isProved: proved, count: summary.count)
    }
    let keepsState = rule.dependsOnStateAndRewardsOnly || rule.isUnbiasedByConstruction
    // With one distribution for all states all entropies tie, and a mask by entropy keeps every token: over leave-one-out nothing is left to bias.
    let keepsAll = if case .forkTokens = rule.modulation { worlds.blocks == 1 } else { false }
    // With two actions all scores of the one state are collinear: only an addition of its own can turn their mean round.
    let addsGradient = if case .entropyBonus = rule.modulation { true } else { false }
    var checks = [
      check(
        "strict", summary.isUnbiased(margin: margin),
        proved: rule.isUnbiasedByConstruction || (keepsAll && rule.advantage != .grpo)),
      check(
        "direction", summary.keepsDirection(margin: margin),
        proved: rule.keepsDirectionByConstruction || keepsAll || (worlds.isOneToken && keepsState)
          || (worlds.shape == .twoActions && !addsGradient)),
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
    let rivals = ModulatedRule.rivals(specification)
    let rivalNames = Set(rivals.map(\.name))
    func smallest(_ stat: String) -> EstimateRow? {
      evidence.estimates.filter {
        $0.stat == stat && !$0.method.hasPrefix("control") && !rivalNames.contains($0.method)
      }.min { $0.estimate < $1.estimate }
    }
    func words(_ row: EstimateRow?) -> String {
      "\(short(row?.estimate ?? .nan, digits: 4)) (\(row?.method ?? "?"), \(row?.design ?? "?"))"
    }
    func list(_ form: String, _ rules: [ModulatedRule], limit: Int = 8) -> String {
      let failing = checks.filter { $0.form == form && !$0.holds }.map(\.rule)
      let names = rules.filter { !failing.contains($0) }.map(\.name)
      return names.isEmpty ? "none" : listing(names, limit: limit)
    }
    let studied = ModulatedRule.studied(specification)
    let modulated = studied.filter(\.isModulated)
    let others = studied.filter { !$0.isModulated }
    evidence.explanation =
      "Of \(modulated.count) modulated rules these are strictly unbiased on every family: \(list("strict", modulated)); these keep the direction on every family: \(list("direction", modulated)). "
      + "The smallest cosine with the true gradient is \(words(smallest("smallest_cosine"))) among random worlds and \(words(smallest("adversarial_cosine"))) among those searched for; "
      + "with a fixed range, α = \(alpha) and logits of their own for all states it cannot fall below \(short(Self.cosineBound(strength: alpha), digits: 5)). "
      + "The same enumeration finds strictly unbiased without modulation or as the project's own rule: \(list("strict", others)); keeping the direction: \(list("direction", others)). "
      + "Of \(rivals.count) rules of rivals, which the statement does not speak of and which do not decide it, strictly unbiased on-policy: \(list("strict", rivals, limit: rivals.count)); keeping the direction: \(list("direction", rivals, limit: rivals.count))."
  }
}
