import Foundation
import Statistics

/// The tables that are plotted, how differences shrink with η, and the sentences.
extension VarianceOptimalLearnsFaster {
  /// Tables `steps` (fixed and best η) and `curves` (J by step at the fixed η, widest bounds, oracle).
  func addTables(_ evidence: inout Evidence, _ results: [Result], _ worlds: [AscentWorld]) {
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
            .number(pair.target), .number(pair.steps), .number(pair.relativeSteps),
            .number(pair.relativeVariance), .number(pair.startVariance),
          ])
      }
      guard isShown(setting), let race = result.races.first(where: { $0.step == fixedStep }) else { continue }
      for (rule, curve) in zip(race.rules, race.curves) {
        for (step, success) in curve.enumerated() {
          curves.rows.append(
            names + [.text(rule.rawValue), .integer(step), .number(success)])
        }
      }
    }
    evidence.pointTables += [steps, curves]
  }

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

  /// Condition and explanation from the numbers found.
  func explain(_ evidence: inout Evidence, _ pairs: [Pair], _ worlds: [AscentWorld]) {
    let judged = pairs.filter { isJudged($0) && outcome($0) != nil }
    func tally(_ aggregation: Aggregation, _ estimator: AscentEstimator? = nil) -> Tally {
      Tally(
        judged.filter {
          $0.design.setting.aggregation == aggregation
            && (estimator == nil || $0.design.setting.estimator == estimator)
        }.compactMap(outcome))
    }
    /// How often a sign tells the sign of the difference in steps, where that exceeds the margin.
    func agreement(_ aggregation: Aggregation, _ faster: (Pair) -> Bool) -> String {
      let clear = judged.filter {
        $0.design.setting.aggregation == aggregation && outcome($0) != .withinMargin
      }
      let right = clear.count { faster($0) == ($0.relativeSteps < 1) }
      return "\(right) of \(clear.count)"
    }
    func extremes(_ aggregation: Aggregation) -> String {
      let own = judged.filter { $0.design.setting.aggregation == aggregation && $0.choice == .fixed }
        .sorted { $0.relativeSteps < $1.relativeSteps }
      guard let low = own.first, let high = own.last else { return "none" }
      func text(_ pair: Pair) -> String {
        "\(short(pair.relativeSteps)) (\(pair.rule.rawValue), \(pair.design.setting.estimator.rawValue), \(worlds[pair.design.world].name), variance \(short(pair.relativeVariance)))"
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
    let grid = stepSizes.sorted()
    evidence.condition =
      "what decides is not Σ tr Σ_i(n_i) but the expected gain Σ η∇pᵀμ_i(n_i) + (η²/2)[μᵀHμ + tr(HΣ_i(n_i))]: prompt-equal RLOO has μ free of n, so that allocation acts at order η² of a step and best is n_i ∝ √(−tr HΣ_i), more noise where tr HΣ_i > 0 (for two actions p < ½); GRPO's μ = c_n d grows with n, and rollout-mean weighs μ by n_i, both at order η. Its sign, summed over uniform's states, tells the faster rule in \(agreement(.promptEqual) { $0.gain > 0 }) pairs prompt-equal and \(agreement(.rolloutMean) { $0.gain > 0 }) rollout-mean; the variance's in \(agreement(.promptEqual) { $0.relativeVariance < 1 }) and \(agreement(.rolloutMean) { $0.relativeVariance < 1 }) (pairs beyond the margins; \(worlds.count) worlds, η in \(short(grid.first ?? .nan))...\(short(grid.last ?? .nan)))"
    evidence.explanation =
      "Prompt-equal: \(tally(.promptEqual).text); rollout-mean: \(tally(.rolloutMean).text). At η = \(short(fixedStep)) steps relative to uniform go from \(extremes(.promptEqual)) prompt-equal and from \(extremes(.rolloutMean)) rollout-mean; "
      + "as η falls the prompt-equal difference shrinks with a median power of \(orders(.leaveOneOut)) of η for RLOO and \(orders(.normalised)) for GRPO."
  }
}
