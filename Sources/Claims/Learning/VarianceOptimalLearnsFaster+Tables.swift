import Foundation
import Statistics

/// The tables that are plotted, how differences shrink with η, and the sentences.
extension VarianceOptimalLearnsFaster {
  /// Tables `steps` (fixed and longest η) and `curves` (J by step at the fixed η, widest bounds, oracle).
  func addTables(_ evidence: inout Evidence, _ results: [Result], _ worlds: [AscentWorld]) {
    // A target that is never reached leaves its cells empty.
    func cell(_ value: Double) -> StructuredValue { value.isFinite ? .number(value) : .missing }
    var steps = PointTable(
      name: "steps",
      columns: [
        "world", "estimator", "aggregation", "bounds", "p_source", "allocator", "step_choice", "step_size",
        "target", "steps", "relative_steps", "relative_variance", "start_variance",
      ])
    var curves = PointTable(
      name: "curves", columns: ["world", "estimator", "aggregation", "allocator", "step", "success"])
    for result in results {
      let setting = result.design.setting
      let world = StructuredValue.text(worlds[result.design.world].name)
      let names: [StructuredValue] = [
        world, .text(setting.estimator.rawValue), .text(setting.aggregation.rawValue),
      ]
      for pair in comparisons(result) {
        steps.rows.append(
          names + [
            .text("\(setting.bounds.minimum)-\(setting.bounds.maximum)"), .text(setting.source.rawValue),
            .text(pair.rule.rawValue), .text(pair.choice.rawValue), .number(pair.step),
            .number(pair.target), cell(pair.steps), cell(pair.relativeSteps),
            .number(pair.relativeVariance), .number(pair.startVariance),
          ])
      }
      guard isShown(setting), let race = result.races.first(where: { $0.step == fixedStep }) else { continue }
      // Up to twice the steps of uniform; of long curves about sixty points.
      let length = 2 * race.curves[0].count
      let stride = max(1, length / Self.pointsPerCurve)
      for (rule, curve) in zip(race.rules, race.curves) {
        for (step, success) in curve.prefix(length).enumerated() where step % stride == 0 {
          curves.rows.append(
            names + [.text(rule.rawValue), .integer(step), .number(success)])
        }
      }
    }
    evidence.pointTables += [steps, curves]
  }

  /// The points that a drawn curve has at most, about.
  private static let pointsPerCurve = 60

  /// The η that all rules share.
  var fixedStep: Double { specification.value("fixed_step") }

  /// Whether a setting is the one that curves and shrinkage are shown for: the oracle within the widest bounds.
  func isShown(_ setting: AscentSetting) -> Bool {
    setting.source == .oracle && setting.bounds.maximum == bounds.map(\.maximum).max()
  }

  /// T(rule)/T(uniform) − 1 by η on the middle target, and its order: log of the ratio at the two smallest η over the log of theirs.
  func addShrinkage(_ evidence: inout Evidence, _ results: [Result], _ worlds: [AscentWorld]) {
    var table = PointTable(
      name: "shrinkage",
      columns: ["world", "estimator", "aggregation", "allocator", "step_size", "step_difference"])
    let middle = targets.count / 2
    for result in results where isShown(result.design.setting) {
      let setting = result.design.setting
      let world = worlds[result.design.world].name
      let ordered = result.races.sorted { $0.step < $1.step }
      guard let first = ordered.first else { continue }
      for (index, rule) in first.rules.enumerated() where index > 0 {
        let differences = ordered.compactMap { race -> (step: Double, value: Double)? in
          guard let own = race.steps[index][middle], let base = race.steps[0][middle] else { return nil }
          return (race.step, own / base - 1)
        }
        for (step, value) in differences {
          table.rows.append([
            .text(world), .text(setting.estimator.rawValue), .text(setting.aggregation.rawValue),
            .text(rule.rawValue), .number(step), .number(value),
          ])
        }
        guard differences.count > 1 else { continue }
        let (low, high) = (differences[0], differences[1])
        evidence.estimates.append(
          EstimateRow(
            design:
              "\(world), \(setting.aggregation.rawValue), \(setting.boundsName), η from \(short(high.step)) to \(short(low.step))",
            method: "\(rule.rawValue) \(setting.estimator.rawValue)", stat: "order_of_step_difference",
            exact: log(abs(high.value / low.value)) / log(high.step / low.step)))
      }
    }
    evidence.pointTables.append(table)
  }

  /// The rule of the condition against Neyman's and the one-step rule, where variance is all that allocation changes: two actions, RLOO, prompt-equal.
  ///
  /// It is told where every prompt ends under uniform allocation, which a trainer does not know.
  func addArrival(_ evidence: inout Evidence, _ worlds: [AscentWorld]) throws {
    let target = targets[targets.count / 2]
    let setting = simulatedSetting(.leaveOneOut, .promptEqual, .oracle, widest: true)
    for world in worlds where world.actions == 2 {
      for step in [stepSizes.min() ?? fixedStep, stepSizes.max() ?? fixedStep] {
        func run(_ rule: AscentRule, watch: [AscentRule] = [], ends: [Double] = []) throws -> AscentRun {
          try AscentRun.run(
            rule, world: world, setting: setting, step: step, until: target,
            maximumSteps: Int(specification.value("largest_steps")), copies: 1, watch: watch, ends: ends)
        }
        let uniform = try run(.uniform, watch: [.uniform])
        guard let base = uniform.steps(to: target), base.isFinite, let ends = uniform.successes.last else {
          continue
        }
        for rule in [AscentRule.neyman, .curvature, .arrival] {
          guard let steps = try run(rule, ends: ends).steps(to: target) else { continue }
          evidence.estimates.append(
            EstimateRow(
              design:
                "\(world.name), prompt-equal, \(setting.boundsName), oracle, η=\(short(step)), J=\(short(target))",
              method: "\(rule.rawValue) rloo", stat: "relative_steps", exact: steps / base))
        }
      }
    }
  }

  /// How often, over designs, rules and targets, no η of the grid needs fewer steps than its longest.
  private func longestIsFastest(_ results: [Result]) -> String {
    var (cases, longest) = (0, 0)
    for result in results {
      guard let last = result.races.max(by: { $0.step < $1.step }) else { continue }
      for rule in last.rules.indices {
        for target in targets.indices {
          let steps = result.races.compactMap { $0.steps[rule][target] }.filter(\.isFinite)
          guard let least = steps.min() else { continue }
          cases += 1
          if last.steps[rule][target] == least { longest += 1 }
        }
      }
    }
    return "\(longest) of \(cases)"
  }

  /// What the worlds cannot show.
  private func limits(_ results: [Result]) -> String {
    "No world here punishes a long step: with 0/1 rewards and independent tabular prompts no draw lowers p, and the longest η of the grid, \(short(stepSize(.longest))), needs fewest steps in \(longestIsFastest(results)) cases (designs, rules and targets). A best η inside the grid does not exist, hence variance cannot limit η, which is the way in which lower variance is mostly thought to speed up learning: that needs parameters that prompts share. '\(AscentRule.Source.lastCounts.rawValue)' estimates p from the last step's counts alone; pooled or decayed history is not examined. Steps are those of the mean field, which keeps two moments of every prompt's logits; whole ascents are simulated beside it on the first and the last world up to J = \(short(targets[targets.count / 2])) and for the reversals shown, not for every pair: where many prompts of tiny p take off at random times its J, and with it a difference of a few per cent in steps, can be wrong"
  }

  /// Condition and explanation from the numbers found.
  func explain(
    _ evidence: inout Evidence, _ results: [Result], _ pairs: [Pair], _ worlds: [AscentWorld]
  ) {
    let judged = pairs.filter { isJudged($0) && outcome($0) != nil }
    func tally(_ aggregation: Aggregation, _ estimator: AscentEstimator? = nil) -> Tally {
      Tally(
        judged.filter {
          $0.design.setting.aggregation == aggregation
            && (estimator == nil || $0.design.setting.estimator == estimator)
        }.compactMap(outcome))
    }
    /// How often a sign tells the sign of the difference in steps at the fixed η, in worlds of two actions.
    func agreement(_ aggregation: Aggregation, _ estimator: AscentEstimator, _ faster: (Pair) -> Bool)
      -> String
    {
      let own = judged.filter {
        $0.choice == .fixed && $0.design.setting.aggregation == aggregation
          && $0.design.setting.estimator == estimator && !$0.terminal.isNaN
      }
      return "\(own.count { faster($0) == ($0.relativeSteps < 1) }) of \(own.count)"
    }
    func agreements(_ faster: (Pair) -> Bool) -> String {
      Aggregation.allCases.flatMap { aggregation in
        AscentEstimator.allCases.map {
          "\(agreement(aggregation, $0, faster)) (\(aggregation.rawValue) \($0.rawValue))"
        }
      }.joined(separator: ", ")
    }
    func extremes(_ aggregation: Aggregation) -> String {
      let own = judged.filter { $0.design.setting.aggregation == aggregation && $0.choice == .fixed }
        .sorted { $0.relativeSteps < $1.relativeSteps }
      guard let low = own.first, let high = own.last else { return "none" }
      func text(_ pair: Pair) -> String {
        "\(pair.relativeSteps.isFinite ? short(pair.relativeSteps) : "not within \(Int(specification.value("largest_steps"))) steps") (\(pair.rule.rawValue), \(pair.design.setting.estimator.rawValue), \(worlds[pair.design.world].name), variance \(short(pair.relativeVariance)))"
      }
      return "\(text(low)) to \(text(high))"
    }
    func orders(_ estimator: AscentEstimator) -> String {
      let own = evidence.estimates.filter {
        $0.stat == "order_of_step_difference" && $0.method.hasSuffix(estimator.rawValue)
          && $0.design.contains(Aggregation.promptEqual.rawValue) && $0.estimate.isFinite
      }.map(\.estimate).sorted()
      guard let low = own.first, let high = own.last else { return "?" }
      return "\(short(own[own.count / 2])) (from \(short(low)) to \(short(high)))"
    }
    evidence.condition =
      "what decides is what a step is worth at the target: Σ [S_i η μ_i(n_i) + (η²/2) W_i v_i(n_i)], with slope and curvature S, W of the prompt's final p in its present logits. Prompt-equal RLOO has μ free of n, so that allocation acts at order η of the number of steps, and best is n_i ∝ √(−W_i σ_i²) where that is positive; for two actions W = (P_T²/P)[2(1−2p_T)P_T/P − (1−2p)], negative for a prompt that is below ½ now and near 1 at the end although p itself is convex there. GRPO's μ = c_n d grows with n, and rollout-mean weighs μ by n_i: both act whatever η is. Signs that are right about the faster rule, two actions, η = \(short(fixedStep)): of this value \(agreements { $0.terminal > 0 }); of the variance \(agreements { $0.relativeVariance < 1 }); of the one-step gain with tr(HΣ) \(agreements { $0.gain > 0 }). "
      + limits(results)
    func distance(_ source: AscentRule.Source) -> String {
      let own = evidence.estimates.filter { $0.design.contains(", \(source.rawValue), ") }
      let simulated = own.filter { $0.stat == "mean_success" }
      let field = own.filter { $0.stat == "mean_success_mean_field" }
      return short(zip(simulated, field).map { abs($0.estimate - $1.estimate) }.max() ?? .nan, digits: 2)
    }
    func relative(_ rule: AscentRule) -> String {
      let largest = short(stepSizes.max() ?? .nan)
      let own = evidence.estimates.filter {
        $0.stat == "relative_steps" && $0.method == "\(rule.rawValue) rloo"
          && $0.design.contains("prompt-equal") && $0.design.contains("η=\(largest),")
      }
      return own.map { short($0.estimate, digits: 5) }.joined(separator: ", ")
    }
    evidence.explanation =
      "All cases: \(Tally(judged.compactMap(outcome)).text). Prompt-equal: \(tally(.promptEqual).text); rollout-mean: \(tally(.rolloutMean).text). At η = \(short(fixedStep)) steps relative to uniform go from \(extremes(.promptEqual)) prompt-equal and from \(extremes(.rolloutMean)) rollout-mean; "
      + "as η falls the prompt-equal difference shrinks with a median power of \(orders(.leaveOneOut)) of η for RLOO and \(orders(.normalised)) for GRPO. "
      + "Told where prompts end, n ∝ √(−Wσ²) needs \(relative(.arrival)) of uniform's steps (RLOO, prompt-equal, η = \(short(stepSizes.max() ?? .nan)), the two-action worlds in turn), Neyman's rule \(relative(.neyman)), n ∝ √(−tr HΣ) \(relative(.curvature)). "
      + "Simulated ascents, sampling error included, end within \(distance(.oracle)) of mean-field J with the oracle and \(distance(.lastCounts)) with last counts."
  }
}
