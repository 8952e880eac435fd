import Allocation
import Foundation
import Statistics

/// What an ascent is run under, all but the rule and the step.
struct AscentSetting: Sendable, Hashable {
  /// The estimator.
  var estimator: AscentEstimator
  /// How prompts are weighed.
  var aggregation: Aggregation
  /// Bounds on every group.
  var bounds: AllocationBounds
  /// Where p comes from.
  var source: AscentRule.Source
  /// Rollouts per prompt on average.
  var each: Int

  /// The bounds as a label.
  var boundsName: String { "n in \(bounds.minimum)...\(bounds.maximum)" }
}

/// One mean-field run.
struct AscentRun: Sendable {
  /// J after 0, 1, 2, … steps.
  var curve: [Double]
  /// E p of every prompt after 0, 1, 2, … steps; kept where rules are watched.
  var successes: [[Double]] = []
  /// The steps at which rules are watched.
  var watchedSteps: [Int] = []
  /// For every watched rule, what it would have done on this run's states at the watched steps.
  var watched: [[AscentOutlook]]

  /// Runs until `until` is reached or `maximumSteps` are done.
  ///
  /// `watch` lists rules that are asked on this run's states every `stride` steps: equal states make variances comparable. Where counts are the source, each prompt
  /// stands for `copies` prompts that begin alike, each with the counts of its own groups at a quantile of the binomial: a copy that drew no
  /// success has few rollouts next time and may stay so, as a real prompt may. `ends` gives every prompt's p when the target is reached, to a rule that asks for it.
  static func run(
    _ rule: AscentRule, world: AscentWorld, setting: AscentSetting, step: Double, until: Double,
    maximumSteps: Int, copies: Int, watch: [AscentRule] = [], stride: Int = 1, ends: [Double] = []
  ) throws(AllocationError) -> AscentRun {
    let copies = setting.source == .oracle ? 1 : copies
    var ascent = MeanFieldAscent(
      world: copies > 1 ? world.repeated(copies) : world, estimator: setting.estimator,
      aggregation: setting.aggregation, each: setting.each, step: step)
    var groups = [Int](repeating: setting.each, count: ascent.world.count)
    var result = AscentRun(curve: [ascent.objective], watched: watch.map { _ in [] })
    if !watch.isEmpty { result.successes.append(ascent.successes) }
    for time in 0..<maximumSteps {
      let isWatched = !watch.isEmpty && time % stride == 0
      if rule != .uniform || isWatched {
        let views = views(ascent, groups, copies: copies, time: time, ends: ends)
        func rollouts(_ rule: AscentRule) throws(AllocationError) -> [Int] {
          try rule.rollouts(
            views, source: setting.source, estimator: setting.estimator, each: setting.each,
            bounds: setting.bounds)
        }
        if isWatched {
          result.watchedSteps.append(time)
          for (index, other) in watch.enumerated() {
            result.watched[index].append(ascent.outlook(try rollouts(other)))
          }
        }
        groups = try rollouts(rule)
      }
      ascent.advance(groups)
      result.curve.append(ascent.objective)
      if !watch.isEmpty { result.successes.append(ascent.successes) }
      if ascent.objective >= until { break }
    }
    return result
  }

  /// What rules see of every prompt.
  ///
  /// The copies of a prompt stand at equidistant quantiles; from step to step and prompt to prompt all of them turn by irrational shares of the circle, so that over time
  /// a copy meets every quantile as often as chance would have it, and rare counts come as rarely as they should.
  private static func views(
    _ ascent: MeanFieldAscent, _ groups: [Int], copies: Int, time: Int, ends: [Double]
  ) -> [AscentRule.View] {
    let shapes = ascent.shapes()
    return groups.indices.map { i in
      // The fractional parts of the golden ratio and of √2.
      let turn = 0.618_033_988_749_894_8 * Double(time) + 0.414_213_562_373_095_1 * Double(i / copies)
      let level = (turn + (Double(i % copies) + 0.5) / Double(copies)).truncatingRemainder(dividingBy: 1)
      return AscentRule.View(
        shape: shapes[i],
        counts: PromptStatistics(
          successes: copies > 1 ? binomialQuantile(level, of: groups[i], shapes[i].probability) : 0,
          samples: groups[i]),
        value: ends.isEmpty
          ? nil
          : TerminalValue(
            probability: shapes[i].probability, end: ends[i], estimator: ascent.estimator,
            group: ascent.each))
    }
  }

  /// The least k with P(X ≤ k) ≥ level.
  static func binomialQuantile(_ level: Double, of n: Int, _ p: Double) -> Int {
    // The rarer outcome is counted, so that the first term does not underflow; the level is then that of the other tail.
    guard p <= 0.5 else { return n - binomialQuantile(1 - level, of: n, 1 - p) }
    let odds = p / (1 - p)
    var probability = pow(1 - p, Double(n))
    var below = probability
    var k = 0
    while below < level, k < n {
      k += 1
      probability *= odds * Double(n - k + 1) / Double(k)
      below += probability
    }
    return k
  }

  /// The number of steps after which J reaches `target`, interpolated linearly within the step; nil if it starts there, infinite if it never does.
  func steps(to target: Double) -> Double? { Self.steps(curve, to: target) }

  /// The same for any curve.
  static func steps(_ curve: [Double], to target: Double) -> Double? {
    guard let first = curve.first, first < target else { return nil }
    guard let after = curve.firstIndex(where: { $0 >= target }) else { return .infinity }
    return Double(after - 1) + (target - curve[after - 1]) / (curve[after] - curve[after - 1])
  }
}
