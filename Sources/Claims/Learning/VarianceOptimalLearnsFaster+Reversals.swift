import Foundation
import Statistics

/// Pairs that are reversed beyond both margins, as counterexamples, and the negative control under the same comparisons.
extension VarianceOptimalLearnsFaster {
  /// For each aggregation and estimator the clearest reversal: the largest difference in steps, up or down, on a logarithmic scale.
  ///
  /// First come those that a reader can set up from their pass rates alone (two actions, p known, the registered η) in the world and up to the target where whole ascents are
  /// simulated under every rule, then such in any world. Far from there the mean field may be wrong: prompts of tiny p take off at random times, which gives their logits a skewed law.
  func clearestReversal(
    _ pairs: [Pair], _ aggregation: Aggregation, _ estimator: AscentEstimator, _ worlds: [AscentWorld]
  ) -> Pair? {
    let reversed = pairs.filter {
      isJudged($0) && outcome($0) == .reversed && $0.relativeSteps.isFinite
        && $0.design.setting.aggregation == aggregation && $0.design.setting.estimator == estimator
    }
    let plain = reversed.filter {
      worlds[$0.design.world].actions == 2 && $0.design.setting.source == .oracle && $0.choice == .fixed
    }
    let followed = plain.filter { $0.design.world == 0 && $0.target <= targets[targets.count / 2] }
    return [followed, plain, reversed].first { !$0.isEmpty }?.max {
      abs(log($0.relativeSteps)) < abs(log($1.relativeSteps))
    }
  }

  /// The clearest reversal of each aggregation and estimator, with the steps to every target and simulated ascents beside it.
  func addReversals(
    _ evidence: inout Evidence, _ examination: Examination, _ pairs: [Pair], _ worlds: [AscentWorld]
  ) throws {
    var designPoint = 200
    for aggregation in Aggregation.allCases {
      for estimator in AscentEstimator.allCases {
        guard let pair = clearestReversal(pairs, aggregation, estimator, worlds) else { continue }
        let world = worlds[pair.design.world]
        let simulated = try addSimulation(
          &evidence, examination, pair, pairs, world, designPoint: designPoint)
        designPoint += 1
        evidence.counterexamples.append(counterexample(pair, pairs, world, simulated))
      }
    }
  }

  /// J of the rule less that of uniform when mean-field uniform has reached the target: simulated and in the mean field.
  private func addSimulation(
    _ evidence: inout Evidence, _ examination: Examination, _ pair: Pair, _ pairs: [Pair],
    _ world: AscentWorld, designPoint: Int
  ) throws -> (difference: Estimate, field: Double) {
    let setting = pair.design.setting
    let rules = [AscentRule.uniform, pair.rule]
    let length = Int((pair.steps / pair.relativeSteps).rounded(.up))
    let fields = try rules.map { rule in
      try AscentRun.run(
        rule, world: world, setting: setting, step: pair.step, until: 2, maximumSteps: length,
        copies: Int(specification.value("copies"))
      ).curve[length]
    }
    let key = examination.key(designPoint: designPoint)
    let count = specification.count("ascents", for: examination.preset)
    let ends = try examination.map(count) { replicate -> [Double] in
      try rules.indices.map { index in
        var stream = RandomStream(key.replicate(replicate * rules.count + index))
        var ascent = StochasticAscent(world: world, setting: setting, step: pair.step, stream: &stream)
        for _ in 0..<length { ascent.advance(try ascent.rollouts(rules[index]), stream: &stream) }
        return ascent.objective
      }
    }
    examination.progress(count)
    let difference = Moments(ends.map { $0[1] - $0[0] }).estimate
    let design =
      "reversal: \(world.name), \(setting.aggregation.rawValue), \(setting.boundsName), \(setting.source.rawValue), η=\(short(pair.step)), after \(length) steps"
    func add(_ rule: AscentRule, _ stat: String, _ estimate: Estimate, field: Double) {
      let method = "\(rule.rawValue) \(setting.estimator.rawValue)"
      evidence.estimates += [
        EstimateRow(
          design: design, method: method, stat: stat, estimate: estimate,
          interval: estimate.studentInterval(level: 0.95)),
        EstimateRow(design: design, method: method, stat: "\(stat)_mean_field", exact: field),
      ]
    }
    for (index, rule) in rules.enumerated() {
      add(rule, "mean_success", Moments(ends.map { $0[index] }).estimate, field: fields[index])
    }
    add(pair.rule, "success_above_uniform", difference, field: fields[1] - fields[0])
    return (difference, fields[1] - fields[0])
  }

  private func counterexample(
    _ pair: Pair, _ pairs: [Pair], _ world: AscentWorld,
    _ simulated: (difference: Estimate, field: Double)
  ) -> Counterexample {
    let setting = pair.design.setting
    /// The pairs of one rule on the same design at the same η, by target.
    func along(_ rule: AscentRule) -> [Pair] {
      pairs.filter {
        $0.rule == rule && $0.choice == pair.choice && $0.design.world == pair.design.world
          && $0.design.setting == setting
      }
    }
    let rates = (0..<world.count).map { world.shape($0).probability }
    var values = [ExactValue("step_size", pair.step)]
    for (own, uniform) in zip(along(pair.rule), along(.uniform)) {
      let target = short(own.target)
      values += [
        ExactValue("steps_uniform_to_\(target)", uniform.steps),
        ExactValue("steps_rule_to_\(target)", own.steps),
        ExactValue("relative_steps_to_\(target)", own.relativeSteps),
        ExactValue("relative_variance_to_\(target)", own.relativeVariance),
      ]
    }
    let (lower, higher) =
      pair.relativeVariance < 1 ? (pair.rule.rawValue, "uniform") : ("uniform", pair.rule.rawValue)
    return Counterexample(
      title:
        "\(setting.aggregation.rawValue), \(setting.estimator.rawValue), steps to J = \(short(pair.target)): beyond both margins \(lower) has less variance than \(higher) and needs more steps",
      worlds: [
        .record([
          .init("world", .text(world.name)),
          .init("success_probabilities", .list(rates.map { .number($0) })),
          .init("estimator", .text(setting.estimator.rawValue)),
          .init("aggregation", .text(setting.aggregation.rawValue)),
          .init("rollouts_each", .integer(setting.each)),
          .init("bounds", .integers([setting.bounds.minimum, setting.bounds.maximum])),
          .init("p_source", .text(setting.source.rawValue)),
          .init("rule", .text(pair.rule.rawValue)),
          .init("against", .text(AscentRule.uniform.rawValue)),
          .init("step_size", .number(pair.step)),
        ])
      ],
      values: values,
      explanation:
        "In mean-field ascent, along uniform's way to J = \(short(pair.target)), \(pair.rule.rawValue) has \(short(pair.relativeVariance, digits: 4)) times the total variance of uniform (margin \(short(specification.value("variance_margin")))) and needs \(short(pair.relativeSteps, digits: 4)) times its steps (margin \(short(specification.margin)))"
        + (setting.aggregation == .rolloutMean
          ? "; a prompt is weighed by its rollouts, so that the rule also changes what is ascended."
          : setting.estimator == .normalised
            ? "; GRPO's mean step grows with the group, so that the rule also changes the drift."
            : "; the mean step is the same for both, what differs is what the noise is worth at the target.")
        + " When mean-field uniform is there, the rule is ahead of it by \(short(simulated.field)) in J; in \(simulated.difference.count) simulated ascents by \(short(simulated.difference.value)) ± \(short(simulated.difference.standardError, digits: 2)) (standard error)."
    )
  }

  /// The opposite statement, that the rule of higher variance needs fewer steps, asked of a rule that spends where p(1−p) is smallest.
  ///
  /// Prompt-equal, where that rule has the higher variance (rollout-mean it has the lower: prompts with rollouts to spare have little to vary). Races, comparisons, margins and decision are those of the claim.
  func addControl(_ evidence: inout Evidence, _ examination: Examination, _ worlds: [AscentWorld]) throws {
    let steps = StepChoice.allCases.map(stepSize)
    let designs = AscentEstimator.allCases.flatMap { estimator in
      worlds.indices.map {
        Design(world: $0, setting: simulatedSetting(estimator, .promptEqual, .oracle, widest: true))
      }
    }
    let races = try examination.map(designs.count * steps.count) { index in
      try race(
        designs[index / steps.count], worlds: worlds, step: steps[index % steps.count],
        rules: [.uniform, .reversed])
    }
    let pairs = designs.indices.flatMap { index in
      comparisons(
        Result(
          design: designs[index], races: Array(races[index * steps.count..<(index + 1) * steps.count])))
    }.filter { isJudged($0) }
    let tally = Tally(pairs.compactMap { outcome($0)?.mirrored })
    let population = "prompt-equal, oracle, the opposite statement"
    evidence.control = Finding(
      estimator: AscentRule.reversed.rawValue, population: population, basis: tally.basis,
      condition: "the rule of higher variance needs fewer steps: \(tally.text)")
    evidence.estimates += [
      ("pairs_as_claimed", tally.asClaimed), ("pairs_reversed", tally.reversed),
      ("pairs_within_margin", tally.withinMargin),
    ].map {
      EstimateRow(
        design: population, method: AscentRule.reversed.rawValue, stat: $0.0, exact: Double($0.1))
    }
    for pair in pairs {
      let design =
        "\(worlds[pair.design.world].name), prompt-equal, \(pair.design.setting.boundsName), η=\(short(pair.step)), J=\(short(pair.target)), control"
      let method = "\(AscentRule.reversed.rawValue) \(pair.design.setting.estimator.rawValue)"
      evidence.estimates += [
        EstimateRow(design: design, method: method, stat: "relative_steps", exact: pair.relativeSteps),
        EstimateRow(design: design, method: method, stat: "relative_variance", exact: pair.relativeVariance),
      ]
    }
  }
}
