import Policies

/// The exact mean vector and covariance trace of a token-level group estimator, by enumeration over multisets of outcomes.
///
/// Rules do not depend on the order of responses, so that one ordered tuple stands for all its permutations with the multinomial weight
///
///     G!/(Π_y c_y!) Π_y π_y^{c_y}
///
/// There are C(M + G − 1, G) multisets where there are M^G tuples: 495 for 6561 with nine outcomes and G = 4. Unlike `GroupOracle` nothing can be summarised
/// further, as factors may depend on every token of the group. Two passes: deviations from the mean are squared.
public enum TokenGroupOracle {
  /// The largest number of multisets that is enumerated.
  public static let groupLimit = 20_000_000.0

  /// How many numbers of estimates are kept for the second pass rather than computed again: 32 MiB.
  static let keptNumbers = 1 << 22

  /// The number of multisets of `group` outcomes.
  public static func groupCount(_ prompt: TokenPrompt, group: Int) -> Double {
    Compositions.count(total: group, parts: prompt.outcomeCount)
  }

  /// Whether the groups stay within `groupLimit`.
  public static func isEnumerable(_ prompt: TokenPrompt, group: Int) -> Bool {
    groupCount(prompt, group: group) <= groupLimit
  }

  /// The moments of `ĝ = (1/G) Σ_i Σ_t A_{i,t} s_{i,t}` over groups of `group` responses.
  ///
  /// - Precondition: `group > 0`, at most `groupLimit` multisets, a rule that does not depend on the order of responses.
  public static func moments(_ prompt: TokenPrompt, group: Int, rule: @escaping TokenRule)
    -> EstimatorMoments
  {
    moments(prompt, group: group, estimator: TokenEstimator(rule: rule))
  }

  /// The moments of an estimator that may add to the scores and draw given the group.
  ///
  /// The law of total variance: what the draw adds to tr Cov is the mean over groups of its own variance.
  ///
  /// - Precondition: as for a rule alone.
  public static func moments(_ prompt: TokenPrompt, group: Int, estimator: TokenEstimator) -> EstimatorMoments
  {
    let count = groupCount(prompt, group: group)
    precondition(count <= groupLimit, "\(count) groups, enumeration stops at \(groupLimit)")
    let dimension = prompt.dimension
    let keeps = count * Double(dimension) <= Double(keptNumbers)
    var workspace = TokenWorkspace(prompt, group: group)
    // Unsafe buffers: arrays that a closure captures are checked for exclusive access at every use.
    let mean = UnsafeMutableBufferPointer<Double>.allocate(capacity: dimension)
    mean.initialize(repeating: 0)
    let kept = UnsafeMutableBufferPointer<Double>.allocate(capacity: keeps ? Int(count) * dimension : 0)
    let weights = UnsafeMutableBufferPointer<Double>.allocate(capacity: keeps ? Int(count) : 0)
    defer {
      mean.deallocate()
      kept.deallocate()
      weights.deallocate()
    }
    var rows = 0
    var trace = 0.0
    forEachGroup(&workspace) { workspace, probability in
      workspace.evaluate(estimator)
      if let lottery = estimator.lottery { trace += probability * lottery.variance(workspace.group) }
      let estimate = workspace.estimate
      for j in 0..<dimension { mean[j] += probability * estimate[j] }
      guard keeps else { return }
      weights[rows] = probability
      let start = rows * dimension
      for j in 0..<dimension { kept[start + j] = estimate[j] }
      rows += 1
    }
    for row in 0..<rows {
      var square = 0.0
      for j in 0..<dimension {
        let deviation = kept[row * dimension + j] - mean[j]
        square += deviation * deviation
      }
      trace += weights[row] * square
    }
    if !keeps {
      forEachGroup(&workspace) { workspace, probability in
        workspace.evaluate(estimator)
        var square = 0.0
        for j in 0..<dimension {
          let deviation = workspace.estimate[j] - mean[j]
          square += deviation * deviation
        }
        trace += probability * square
      }
    }
    return EstimatorMoments(mean: Array(mean), covarianceTrace: trace)
  }

  /// Calls `body` with every multiset of outcomes of positive probability as an ascending list, and its multinomial probability.
  private static func forEachGroup(
    _ workspace: inout TokenWorkspace, _ body: (borrowing TokenWorkspace, Double) -> Void
  ) {
    let size = workspace.group.count
    let outcomes = workspace.group.prompt.outcomeCount
    let probabilities = workspace.group.prompt.probabilities
    func descend(
      _ workspace: inout TokenWorkspace, _ position: Int, from first: Int, run: Int, _ weight: Double
    ) {
      if position == size {
        body(workspace, weight)
        return
      }
      for outcome in first..<outcomes where probabilities[outcome] > 0 {
        // The r-th copy of an outcome at place i multiplies the multinomial coefficient by (i + 1)/r.
        let copies = outcome == first ? run + 1 : 1
        workspace.group.outcomes[position] = outcome
        descend(
          &workspace, position + 1, from: outcome, run: copies,
          weight * probabilities[outcome] * (Double(position + 1) / Double(copies)))
      }
    }
    descend(&workspace, 0, from: 0, run: 0, 1)
  }
}
