import Estimators
import Foundation
import Policies
import Statistics

extension ModulationReducesVariance {
  /// The three formulas of the one-state case against enumeration, on every world drawn.
  func addClosedForms(_ evidence: inout Evidence, _ prompts: [TokenPrompt], _ worlds: TokenWorlds) {
    let alpha = specification.value("strength")
    let rule = ModulatedRule(advantage: .value, modulation: .fixedCompensation(strength: alpha))
    let group = Int(specification.value("group"))
    var formError = 0.0
    var stepError = 0.0
    var agreeing = 0
    var compared = 0
    for prompt in prompts {
      guard let policy = try? SoftmaxPolicy(probabilities: prompt.probabilities),
        let summary = try? policy.scoreSummary(rewards: prompt.rewards),
        let moments = BinaryScoreMoments(summary)
      else { continue }
      let c = alpha * (1 - prompt.tokens[0].entropy / log(Double(prompt.vocabulary)))
      let form = OneStateCompensation(moments, excess: c)
      let enumerated = GradientAgreement(
        TokenGroupOracle.moments(prompt, group: group, rule: rule.tokens(prompt)), gradient: prompt.gradient)
      let size = Double(group)
      formError = max(formError, abs(form.variance / (size * enumerated.rawVariance) - 1))
      stepError = max(stepError, abs(form.varianceAtEqualStep / (size * enumerated.varianceAtEqualStep) - 1))
      let reference = moments.valueBaselineVariance
      compared += 1
      if form.isNearer == (size * enumerated.varianceAtEqualStep < reference) { agreeing += 1 }
    }
    for (stat, value) in [
      ("closed_form_error", formError), ("equal_step_identity_error", stepError),
      ("condition_agreement", Double(agreeing) / Double(max(compared, 1))),
    ] {
      evidence.estimates.append(
        EstimateRow(design: worlds.name, method: rule.name, stat: stat, exact: value))
    }
  }

  /// Worlds in fractions in which the variance rises at equal step, and the smallest one in which the project's rule is worse than leave-one-out.
  func addCounterexamples(_ evidence: inout Evidence) {
    let strength = Rational(decimal: specification.value("strength"))
    let examples = [oneState(strength), confidentTokens(strength), ours()]
    evidence.counterexamples += examples.compactMap { $0 } + rivalCounterexamples()
  }

  /// One state whose entropy is a rational part of log K: V_b' > V_p.
  private func oneState(_ strength: Rational) -> Counterexample? {
    let rule = ModulatedRule(
      advantage: .value, modulation: .fixedCompensation(strength: specification.value("strength")))
    var found: Counterexample?
    SmallWorlds.search(
      maximumActions: Int(specification.value("small_actions")),
      maximumDenominator: Int(specification.value("small_denominator"))
    ) { world in
      guard let share = ModulationUnbiased.entropyShare(world), share < .one,
        let policy = try? softmax(world),
        let prompt = try? TokenPrompt(policy, rewards: world.rewards.map(\.value))
      else { return false }
      let p = world.meanReward
      let c = strength * (.one - share)
      let baseline = p / (.one + c * (.one - p))
      let plain = world.variance(baseline: p)
      let modulated = world.variance(baseline: baseline)
      guard plain < modulated else { return false }
      let named: [(String, Rational)] = [
        ("p", p), ("c", c), ("equivalent_baseline", baseline), ("optimal_baseline", world.optimalBaseline),
        ("variance", plain), ("variance_at_equal_step", modulated), ("ratio", modulated / plain),
      ]
      let values = named.map { ExactValue($0.0, $0.1.value, exact: $0.1.description) }
      found = Counterexample(
        title: "\(rule.name): the variance rises at equal step, one state",
        worlds: [
          TokenWorlds.record(
            prompt, rows: [world.probabilities.map(\.value)],
            fractions: [world.probabilities.map(\.description)], rule: rule, group: 1)
        ], values: values,
        explanation:
          "β = 1 + c on successes is the baseline b' = p/(1 + c(1−p)) with a longer step. b* lies above p: b' moves away from it, and V_b grows with (b − b*)². "
          + ModulatedRule.isNotInTheFormat)
      return true
    }
    return found
  }

  /// Two confident tokens over two actions: moments in fractions, the ratio at equal step from them.
  private func confidentTokens(_ strength: Rational) -> Counterexample? {
    let limit = specification.value("confident_entropy_share") * log(2)
    let sides = specification.integers("confident_denominators").flatMap {
      [Rational(1, Int128($0)), Rational(Int128($0 - 1), Int128($0))]
    }
    let rule = ModulatedRule(
      advantage: .value, modulation: .compensation(strength: specification.value("strength")))
    for first in sides {
      for after0 in sides {
        for after1 in sides {
          for mask in 1..<15 {
            let world = RationalTwoStep(
              first: [first, after0, after1], rewards: (0..<4).map { mask >> $0 & 1 })
            guard let example = confident(world, strength, rule: rule, limit: limit) else { continue }
            return example
          }
        }
      }
    }
    return nil
  }

  private func confident(
    _ world: RationalTwoStep, _ strength: Rational, rule: ModulatedRule, limit: Double
  ) -> Counterexample? {
    let plain = world.moments(strength: .zero)
    let modulated = world.moments(strength: strength)
    let scale =
      RationalTwoStep.product(modulated.mean, plain.mean) / RationalTwoStep.product(plain.mean, plain.mean)
    // Fractions of fractions of this size would not fit 128 bits; numerators and denominators are printed, the quotient is a double.
    let ratio = modulated.trace.value / (scale.value * scale.value) / plain.trace.value
    guard ratio > 1 + specification.value("resolution"),
      let prompt = TokenWorlds(shape: .twoTokensTwoActions).prompt(
        rows: world.rows.map { $0.map(\.value) }, rewards: world.rewards.map(Double.init)),
      prompt.tokens.allSatisfy({ $0.entropy <= limit })
    else { return nil }
    return Counterexample(
      title: "\(rule.name), group of one: the variance rises at equal step, two confident tokens",
      worlds: [
        TokenWorlds.record(
          prompt, rows: world.rows.map { $0.map(\.value) },
          fractions: world.rows.map { $0.map(\.description) }, rule: rule, group: 1)
      ],
      values: [
        ExactValue("strength", strength.value, exact: strength.description),
        ExactValue("variance", plain.trace.value, exact: plain.trace.description),
        ExactValue("modulated_variance", modulated.trace.value, exact: modulated.trace.description),
        ExactValue("scale", scale.value, exact: scale.description),
        ExactValue("ratio_at_equal_step", ratio),
      ],
      explanation:
        "Every state's entropy is at most \(short(specification.value("confident_entropy_share"))) log 2. β_comp is 1 + α at the smaller of the response's two entropies on success; the expected step grows by less than the standard deviation does."
    )
  }

  /// The smallest world of one state in which the project's own rule has more variance than leave-one-out.
  private func ours() -> Counterexample? {
    let rule = ModulatedRule.ours(specification)
    let group = Int(specification.value("small_group"))
    var found: Counterexample?
    SmallWorlds.search(
      maximumActions: Int(specification.value("small_actions")),
      maximumDenominator: Int(specification.value("small_denominator"))
    ) { world in
      guard let policy = try? softmax(world),
        let prompt = try? TokenPrompt(policy, rewards: world.rewards.map(\.value))
      else { return false }
      let own = TokenGroupOracle.moments(prompt, group: group, rule: rule.tokens(prompt)).covarianceTrace
      let plain = TokenGroupOracle.moments(prompt, group: group, rule: rule.unmodulated.tokens(prompt))
        .covarianceTrace
      guard own > plain * (1 + specification.value("resolution")) else { return false }
      let before = Self.baselineMoments(prompt, rule: rule.unmodulated, group: group)
      let after = Self.baselineMoments(prompt, rule: rule, group: group)
      found = Counterexample(
        title: "\(rule.name), group of \(group): more variance than leave-one-out",
        worlds: [rule.unmodulated, rule].map {
          TokenWorlds.record(
            prompt, rows: [world.probabilities.map(\.value)],
            fractions: [world.probabilities.map(\.description)], rule: $0, group: group)
        },
        values: [
          ExactValue("leave_one_out_variance", plain), ExactValue("state_baseline_variance", own),
          ExactValue("ratio", own / plain),
          ExactValue(
            "optimal_baseline", world.optimalBaseline.value, exact: world.optimalBaseline.description),
          ExactValue("leave_one_out_baseline_mean", before.mean),
          ExactValue("leave_one_out_baseline_variance", before.variance),
          ExactValue("state_baseline_mean", after.mean),
          ExactValue("state_baseline_variance_of_baseline", after.variance),
        ],
        explanation:
          "A baseline b from the others costs E‖s‖² [(E b − b*)² + Var b] and what b has in common between responses. Its mean goes from \(short(before.mean)) to \(short(after.mean)) "
          + "(b* = \(short(world.optimalBaseline.value))), its variance from \(short(before.variance)) to \(short(after.variance))."
      )
      return true
    }
    return found
  }
}
