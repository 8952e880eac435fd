import Foundation
import Statistics

/// Whole simulated ascents beside mean-field ones.
extension VarianceOptimalLearnsFaster {
  /// Every estimator, aggregation and source on the first and the last world, within the widest bounds at the fixed η.
  func addAscents(_ evidence: inout Evidence, _ examination: Examination, _ worlds: [AscentWorld]) throws {
    var designPoint = 100
    for world in [worlds[0], worlds[worlds.count - 1]] {
      for estimator in AscentEstimator.allCases {
        for aggregation in Aggregation.allCases {
          for source in AscentRule.Source.allCases {
            let setting = simulatedSetting(estimator, aggregation, source, widest: true)
            try addAscents(&evidence, examination, world, setting, designPoint: designPoint)
            designPoint += 1
          }
        }
      }
    }
  }

  /// Uniform and the rules other than n ∝ P: steps to the middle target, and J when mean-field uniform has reached it.
  private func addAscents(
    _ evidence: inout Evidence, _ examination: Examination, _ world: AscentWorld, _ setting: AscentSetting,
    designPoint: Int
  ) throws {
    let target = targets[targets.count / 2]
    let rules = [AscentRule.uniform] + AscentRule.judged(setting.source).dropFirst()
    func field(_ rule: AscentRule, until: Double, steps: Int) throws -> AscentRun {
      try AscentRun.run(
        rule, world: world, setting: setting, step: fixedStep, until: until, maximumSteps: steps,
        copies: Int(specification.value("copies")))
    }
    let length =
      try field(.uniform, until: target, steps: Int(specification.value("largest_steps"))).curve.count - 1
    // Slower rules are followed for a while longer; one that is not there by then has no steps to report.
    let limit = Int(specification.value("followed_lengths")) * length
    let fields = try rules.map { try field($0, until: 2, steps: limit) }
    let lengths = fields.map { min(limit, Int(($0.steps(to: target) ?? 0).rounded(.up)) * 5 / 4 + 2) }
      .map { max($0, length) }
    let key = examination.key(designPoint: designPoint)
    let count = specification.count("ascents", for: examination.preset)
    let rows = try examination.map(count) { replicate -> [[Double]] in
      // One stream for each rule: whatever coupling equal draws would give is not the rules' own.
      try rules.indices.map { index in
        var stream = RandomStream(key.replicate(replicate * rules.count + index))
        var ascent = StochasticAscent(world: world, setting: setting, step: fixedStep, stream: &stream)
        var curve = [ascent.objective]
        for _ in 0..<lengths[index] {
          ascent.advance(try ascent.rollouts(rules[index]), stream: &stream)
          curve.append(ascent.objective)
        }
        return curve
      }
    }
    examination.progress(count)
    let place =
      "\(world.name), \(setting.aggregation.rawValue), \(setting.boundsName), \(setting.source.rawValue), η=\(short(fixedStep))"
    for (index, rule) in rules.enumerated() {
      let method = "\(rule.rawValue) \(setting.estimator.rawValue)"
      func add(_ stat: String, _ design: String, _ estimate: Estimate, field: Double) {
        evidence.estimates += [
          EstimateRow(
            design: design, method: method, stat: stat, estimate: estimate,
            interval: estimate.studentInterval(level: 0.95)),
          EstimateRow(design: design, method: method, stat: "\(stat)_mean_field", exact: field),
        ]
      }
      let after = "\(place), after \(length) steps"
      let own = fields[index].curve[length]
      add("mean_success", after, Moments(rows.map { $0[index][length] }).estimate, field: own)
      if index > 0 {
        add(
          "success_above_uniform", after, Moments(rows.map { $0[index][length] - $0[0][length] }).estimate,
          field: own - fields[0].curve[length])
      }
      let expected = fields[index].steps(to: target) ?? .infinity
      if expected.isFinite, let steps = Self.steps(rows.map { $0[index] }, to: target) {
        add("steps_to_target", "\(place), J=\(short(target))", steps, field: expected)
      }
    }
  }

  /// Where the mean of simulated curves crosses `target`; nil if it does not.
  ///
  /// The standard error is that of the mean at the crossing over the slope there.
  static func steps(_ curves: [[Double]], to target: Double) -> Estimate? {
    guard let length = curves.first?.count else { return nil }
    let mean = (0..<length).map { step in Moments(curves.map { $0[step] }).mean }
    guard let steps = AscentRun.steps(mean, to: target), steps.isFinite else { return nil }
    let after = Int(steps.rounded(.up))
    let slope = mean[after] - mean[after - 1]
    let error = Moments(curves.map { $0[after] }).standardError
    return Estimate(value: steps, standardError: error / slope, count: curves.count)
  }
}
