import Policies
import Statistics

/// Monte Carlo of a group estimator on any enumerated prompt.
///
/// Replicates come in pairs: `x = ½‖ĝ − ĝ'‖²` of two independent groups is unbiased for the covariance trace, and the x are independent, so that their mean has
/// an honest standard error and admits confidence sequences. One-step softmax prompts have a much faster path in `Simulation/`.
public enum GroupSimulation {
  /// Calls `body` with x for each of `pairs` pairs, pair r drawn from stream `key.replicate(r)`.
  ///
  /// - Precondition: `group > 0`.
  public static func forEachPair(
    _ prompt: EnumeratedPrompt, estimator: some GradientEstimator, group: Int, pairs: Range<Int>, key: StreamKey,
    _ body: (Double) -> Void
  ) {
    precondition(group > 0, "group is \(group), it must be positive")
    let table = AliasTable(weights: prompt.probabilities)
    for pair in pairs {
      var stream = RandomStream(key.replicate(pair))
      let first = TupleOracle.evaluate(prompt, estimator, (0..<group).map { _ in table.draw(&stream) })
      let second = TupleOracle.evaluate(prompt, estimator, (0..<group).map { _ in table.draw(&stream) })
      var square = 0.0
      for (a, b) in zip(first, second) { square += (a - b) * (a - b) }
      body(square / 2)
    }
  }

  /// The estimated covariance trace from `pairs` pairs, on `threads` threads; the result does not depend on their number.
  public static func covarianceTrace(
    _ prompt: EnumeratedPrompt, estimator: some GradientEstimator, group: Int, pairs: Int, key: StreamKey, threads: Int
  ) throws -> Estimate {
    let chunk = 256
    let parts = try parallelMap(count: (pairs + chunk - 1) / chunk, threads: threads) { index in
      var moments = Moments()
      forEachPair(
        prompt, estimator: estimator, group: group, pairs: index * chunk..<min((index + 1) * chunk, pairs), key: key
      ) { moments.add($0) }
      return moments
    }
    var total = Moments()
    for part in parts { total.merge(part) }
    return total.estimate
  }
}
