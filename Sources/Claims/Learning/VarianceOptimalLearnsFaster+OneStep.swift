import Foundation
import Statistics

/// One step: every count vector, the second order in η, and simulation beside each other.
extension VarianceOptimalLearnsFaster {
  /// The setting in which single steps and whole ascents are simulated.
  func simulatedSetting(
    _ estimator: AscentEstimator, _ aggregation: Aggregation, _ source: AscentRule.Source, widest: Bool
  ) -> AscentSetting {
    let ordered = bounds.sorted { $0.maximum < $1.maximum }
    return AscentSetting(
      estimator: estimator, aggregation: aggregation,
      bounds: widest ? ordered[ordered.count - 1] : ordered[0],
      source: source, each: each)
  }

  /// E ΔJ of the first step under Neyman's rule: enumerated, expanded, simulated; and the order of what the expansion leaves out.
  func addOneStep(_ evidence: inout Evidence, _ examination: Examination, _ worlds: [AscentWorld]) throws {
    let step = specification.value("fixed_step")
    let count = specification.count("replicates", for: examination.preset)
    var designPoint = 20
    for world in [worlds[0], worlds[worlds.count - 1]] {
      for estimator in AscentEstimator.allCases {
        for aggregation in Aggregation.allCases {
          let setting = simulatedSetting(estimator, aggregation, .oracle, widest: false)
          var probe = RandomStream(examination.key(designPoint: 10))
          let start = StochasticAscent(world: world, setting: setting, step: step, stream: &probe)
          let groups = try start.rollouts(.neyman)
          let design =
            "\(world.name), first step, \(aggregation.rawValue), \(setting.boundsName), η=\(short(step))"
          let method = "\(AscentRule.neyman.rawValue) \(estimator.rawValue)"
          let gains = try examination.map(world.count) { i in
            let factor = aggregation.factor(group: groups[i], each: each)
            return StochasticAscent.exactGain(
              world, prompt: i, group: groups[i], estimator: estimator, step: step * factor)
          }
          let exact = compensatedSum(gains) / Double(world.count)
          let field = MeanFieldAscent(
            world: world, estimator: estimator, aggregation: aggregation, each: each, step: step)
          var expansion = EstimateRow(
            design: design, method: method, stat: "expected_gain_second_order", exact: exact)
          expansion.estimate = field.outlook(groups).gain
          evidence.estimates.append(expansion)
          let before = start.objective
          // A group's step never lowers p: successes' logits rise, failures' fall.
          let mean = try SequentialMean.run(
            examination, designPoint: designPoint, range: -1...1, boundary: 0, maximumCount: count,
            stopBelow: 0
          ) { stream in
            var ascent = start
            ascent.advance(groups, stream: &stream)
            return ascent.objective - before
          }
          evidence.estimates += MonteCarloCheck.rows(
            design: design, method: method, stat: "expected_gain", mean: mean, exact: exact)
          designPoint += 1
        }
      }
      addOrder(&evidence, world)
    }
  }

  /// log₂ of the ratio of remainders `E Δp − second order` when η is halved: 3 if the second order is right.
  private func addOrder(_ evidence: inout Evidence, _ world: AscentWorld) {
    let group = Int(specification.value("order_group"))
    let steps = specification.values("order_step")
    let prompt = world.count / 4
    for estimator in AscentEstimator.allCases {
      let shape = world.shape(prompt)
      let remainders = steps.map { step -> Double in
        let moments = estimator.coefficients(group: group, probability: shape.probability)
        let exact = StochasticAscent.exactGain(
          world, prompt: prompt, group: group, estimator: estimator, step: step)
        return abs(exact - shape.expectedGain(moments, step: step))
      }
      for (index, step) in steps.enumerated().dropFirst() {
        evidence.estimates.append(
          EstimateRow(
            design: "\(world.name), prompt \(prompt), G=\(group), η from \(steps[index - 1]) to \(step)",
            method: estimator.rawValue, stat: "order_of_remainder",
            exact: log(remainders[index - 1] / remainders[index]) / log(steps[index - 1] / step)))
      }
    }
  }
}
