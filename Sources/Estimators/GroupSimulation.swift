import Policies
import Statistics

/// Monte Carlo of a group estimator on any enumerated prompt.
///
/// Replicates come in pairs: `x = ½‖ĝ − ĝ'‖²` of two independent groups is unbiased for the covariance trace, and the x are independent, so that their mean has
/// an honest standard error and admits confidence sequences. One-step softmax prompts have a much faster path in `Simulation/`.
public enum GroupSimulation {
  /// One replicate: `½‖ĝ − ĝ'‖²` of two independent groups drawn from `stream`; `outcomes` draws an outcome of `prompt`.
  ///
  /// - Precondition: `group > 0`.
  public static func halfSquaredDistance(
    _ prompt: EnumeratedPrompt, outcomes: AliasTable, estimator: some GradientEstimator, group: Int,
    stream: inout RandomStream
  ) -> Double {
    precondition(group > 0, "group is \(group), it must be positive")
    let first = TupleOracle.evaluate(prompt, estimator, (0..<group).map { _ in outcomes.draw(&stream) })
    let second = TupleOracle.evaluate(prompt, estimator, (0..<group).map { _ in outcomes.draw(&stream) })
    var square = 0.0
    for (a, b) in zip(first, second) { square += (a - b) * (a - b) }
    return square / 2
  }

  /// The estimated covariance trace from `pairs` pairs, on `threads` threads; the result does not depend on their number.
  public static func covarianceTrace(
    _ prompt: EnumeratedPrompt, estimator: some GradientEstimator, group: Int, pairs: Int, key: StreamKey,
    threads: Int
  ) throws -> Estimate {
    let chunk = 256
    let table = AliasTable(weights: prompt.probabilities)
    let parts = try parallelMap(count: (pairs + chunk - 1) / chunk, threads: threads) { index in
      var moments = Moments()
      for pair in index * chunk..<min((index + 1) * chunk, pairs) {
        var stream = RandomStream(key.replicate(pair))
        moments.add(
          halfSquaredDistance(prompt, outcomes: table, estimator: estimator, group: group, stream: &stream))
      }
      return moments
    }
    var total = Moments()
    for part in parts { total.merge(part) }
    return total.estimate
  }
}
