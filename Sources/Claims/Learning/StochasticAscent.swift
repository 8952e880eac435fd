import Allocation
import Estimators
import Foundation
import Statistics

/// The real ascent: groups are drawn, the estimate is computed from their counts, logits move.
struct StochasticAscent {
  /// The world.
  let world: AscentWorld
  /// What it runs under.
  let setting: AscentSetting
  /// The step size η.
  let step: Double
  /// The present logits.
  private(set) var logits: [Double]
  /// The counts of the last step.
  private(set) var counts: [PromptStatistics]

  /// The world at its start, with the counts of one group of the mean size for each prompt, which move nothing.
  init(world: AscentWorld, setting: AscentSetting, step: Double, stream: inout RandomStream) {
    self.world = world
    self.setting = setting
    self.step = step
    logits = world.logits
    counts = (0..<world.count).map { i in
      let p = world.shape(i).probability
      return PromptStatistics(
        successes: stream.binomial(trials: setting.each, probability: p), samples: setting.each)
    }
  }

  /// The shape of every prompt now.
  func shapes() -> [SoftmaxShape] {
    let k = world.actions
    return withUnsafeTemporaryAllocation(of: Double.self, capacity: k) { direction in
      logits.withUnsafeBufferPointer { logits in
        world.correct.withUnsafeBufferPointer { correct in
          (0..<world.count).map { i in
            let range = i * k..<(i + 1) * k
            return SoftmaxShape(
              logits: UnsafeBufferPointer(rebasing: logits[range]),
              correct: UnsafeBufferPointer(rebasing: correct[range]), direction: direction)
          }
        }
      }
    }
  }

  /// The objective now.
  var objective: Double { compensatedSum(shapes().lazy.map(\.probability)) / Double(world.count) }

  /// What `rule` does now: the oracle sees every prompt's own p, not its expectation.
  func rollouts(_ rule: AscentRule) throws(AllocationError) -> [Int] {
    try rule.rollouts(
      zip(shapes(), counts).map { AscentRule.View(shape: $0.0, counts: $0.1) },
      source: setting.source, estimator: setting.estimator, each: setting.each, bounds: setting.bounds)
  }

  /// One step with these groups.
  mutating func advance(_ groups: [Int], stream: inout RandomStream) {
    let k = world.actions
    for i in 0..<world.count {
      let range = i * k..<(i + 1) * k
      let drawn = stream.multinomial(
        trials: groups[i], probabilities: Self.probabilities(Array(logits[range])))
      var successes = 0
      for a in 0..<k where world.correct[i * k + a] { successes += drawn[a] }
      counts[i] = PromptStatistics(successes: successes, samples: groups[i])
      guard successes > 0, successes < groups[i] else { continue }
      let factor = setting.aggregation.factor(group: groups[i], each: setting.each)
      let weight = step * factor * setting.estimator.weight(successes: successes, group: groups[i])
      let (up, down) = (weight / Double(successes), weight / Double(groups[i] - successes))
      for a in 0..<k {
        logits[i * k + a] += Double(drawn[a]) * (world.correct[i * k + a] ? up : -down)
      }
    }
  }

  /// The logits after a step with the action counts of one group: `z + η w(k)(f_S − f_F)`; unchanged where the group agrees.
  static func moved(
    _ logits: [Double], correct: [Bool], counts: [Int], estimator: AscentEstimator, step: Double
  ) -> [Double] {
    let group = counts.reduce(0, +)
    let successes = zip(counts, correct).reduce(0) { $0 + ($1.1 ? $1.0 : 0) }
    guard successes > 0, successes < group else { return logits }
    let weight = step * estimator.weight(successes: successes, group: group)
    let (up, down) = (weight / Double(successes), weight / Double(group - successes))
    return logits.indices.map { logits[$0] + Double(counts[$0]) * (correct[$0] ? up : -down) }
  }

  private static func probabilities(_ logits: [Double]) -> [Double] {
    let largest = logits.max() ?? 0
    let weights = logits.map { exp($0 - largest) }
    let sum = weights.reduce(0, +)
    return weights.map { $0 / sum }
  }

  /// `E p(z + η·factor·ĝ) − p(z)` of prompt i for a group of n, over every count vector; no expansion in η.
  ///
  /// - Complexity: C(n + K − 1, K − 1) softmaxes.
  static func exactGain(
    _ world: AscentWorld, prompt i: Int, group n: Int, estimator: AscentEstimator, step: Double
  ) -> Double {
    let logits = world.logits(i)
    let correct = world.correct(i)
    let before = SoftmaxShape(logits: logits, correct: correct).probability
    var gain = CompensatedSum()
    GroupOracle.forEachComposition(group: n, probabilities: probabilities(logits)) { counts, probability in
      let after = moved(logits, correct: correct, counts: counts, estimator: estimator, step: step)
      gain.add(probability * (SoftmaxShape(logits: after, correct: correct).probability - before))
    }
    return gain.value
  }
}
