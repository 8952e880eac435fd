import Policies
import Statistics

/// Monte Carlo of a token-level group estimator, on the same rule that the oracles take.
///
/// Only the outcomes of one response are enumerated, to be drawn from; groups are not. Cost of a group: its tokens.
public struct TokenGroupSimulation: Sendable {
  /// The prompt.
  public let prompt: TokenPrompt
  /// The number of responses G.
  public let group: Int
  /// The estimator.
  public let estimator: TokenEstimator
  private let table: AliasTable

  /// A simulation of groups of `group` responses.
  ///
  /// - Precondition: `group > 0`.
  public init(_ prompt: TokenPrompt, group: Int, rule: @escaping TokenRule) {
    self.init(prompt, group: group, estimator: TokenEstimator(rule: rule))
  }

  /// A simulation of an estimator that may add to the scores and draw given the group.
  ///
  /// - Precondition: `group > 0`.
  public init(_ prompt: TokenPrompt, group: Int, estimator: TokenEstimator) {
    precondition(group > 0, "group is \(group), it must be positive")
    self.prompt = prompt
    self.group = group
    self.estimator = estimator
    table = AliasTable(weights: prompt.probabilities)
  }

  /// The estimate ĝ of one group drawn from `stream`.
  public func estimate(_ stream: inout RandomStream) -> [Double] {
    var workspace = TokenWorkspace(prompt, group: group)
    draw(&workspace, &stream)
    return Array(workspace.estimate)
  }

  /// The products ĝ·u of one group with each direction u.
  ///
  /// - Precondition: directions have the prompt's dimension.
  public func projections(_ directions: [[Double]], _ stream: inout RandomStream) -> [Double] {
    let estimate = estimate(&stream)
    return directions.map { direction in
      precondition(
        direction.count == estimate.count, "a direction of \(direction.count) for \(estimate.count)")
      return zip(direction, estimate).reduce(0) { $0 + $1.0 * $1.1 }
    }
  }

  /// One replicate for the covariance trace: `½‖ĝ − ĝ'‖²` of two independent groups drawn from `stream`.
  public func halfSquaredDistance(_ stream: inout RandomStream) -> Double {
    var workspace = TokenWorkspace(prompt, group: group)
    draw(&workspace, &stream)
    let first = Array(workspace.estimate)
    draw(&workspace, &stream)
    var square = 0.0
    for (j, value) in first.enumerated() {
      square += (value - workspace.estimate[j]) * (value - workspace.estimate[j])
    }
    return square / 2
  }

  /// The estimated covariance trace from `pairs` pairs, on `threads` threads; the result does not depend on their number.
  public func covarianceTrace(pairs: Int, key: StreamKey, threads: Int) throws -> Estimate {
    try moments(count: pairs, key: key, threads: threads) { halfSquaredDistance(&$0) }.estimate
  }

  /// The moments of ĝ·u for a direction u, from `count` groups.
  public func projection(_ direction: [Double], count: Int, key: StreamKey, threads: Int) throws -> Moments {
    try moments(count: count, key: key, threads: threads) { projections([direction], &$0)[0] }
  }

  private func moments(
    count: Int, key: StreamKey, threads: Int, _ sample: @Sendable (inout RandomStream) -> Double
  ) throws -> Moments {
    let chunk = 256
    let parts = try parallelMap(count: (count + chunk - 1) / chunk, threads: threads) { index in
      var moments = Moments()
      for replicate in index * chunk..<min((index + 1) * chunk, count) {
        var stream = RandomStream(key.replicate(replicate))
        moments.add(sample(&stream))
      }
      return moments
    }
    var total = Moments()
    for part in parts { total.merge(part) }
    return total
  }

  private func draw(_ workspace: inout TokenWorkspace, _ stream: inout RandomStream) {
    for response in 0..<group { workspace.group.outcomes[response] = table.draw(&stream) }
    guard estimator.lottery != nil else { return workspace.evaluate(estimator) }
    // A stream of its own, keyed by a copy's next number: the stream itself stands where it would without a draw, so that all rules see the same groups.
    var copy = stream
    workspace.evaluate(estimator, drawing: RandomStream(key: copy.next(), replicate: 0))
  }
}
