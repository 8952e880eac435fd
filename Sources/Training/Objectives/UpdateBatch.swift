import Modulation

/// What an objective sees of the rollouts of one update, or of a part of it: numbers per rollout and per token, and nothing of the model.
///
/// Responses lie end to end as in `RolloutBatch`; token-level arrays run over response tokens. "Current" means the policy under update, "sampled" the one that drew the tokens. What a part cannot know of the whole is in `totals`.
///
/// Rules that compare tokens (extremes, quantiles, covariances, baselines of states) compare those of this batch: it is their micro-batch. An update that is cut into parts gives them less to look at, as it does in
/// the released code.
public struct UpdateBatch: Sendable, Hashable {
  /// The prompt of each rollout, a label that is not negative.
  public var groups: [Int]
  /// Where each response starts, and the number of tokens at the end.
  public var starts: [Int]
  /// The reward of each rollout.
  public var rewards: [Double]
  /// The advantage of each rollout, from an `AdvantageRule` over the whole step.
  public var advantages: [Double]
  /// log π_old of each token, in nats.
  public var sampledLogProbabilities: [Double]
  /// Current log π of each token, in nats.
  public var logProbabilities: [Double]
  /// Current exact entropy H of each token's distribution, in nats.
  public var entropies: [Double]
  /// Current Σ π² of each token's distribution; nil unless a rule needs it.
  public var sumsOfSquares: [Double]?
  /// Current Σ π² log π of each token's distribution, in nats; nil unless a rule needs it.
  public var squaredLogarithmSums: [Double]?
  /// The state that each token was drawn in, see `stateLabels`; nil unless a rule needs it.
  public var states: [Int]?
  /// log π_ref of each token, in nats; nil without a penalty.
  public var referenceLogProbabilities: [Double]?
  /// The constant length of `Aggregation.sequenceMeanTokenSumNorm`, in tokens.
  public var maximumLength: Int
  /// The sizes of the whole update where this is a part of it; nil where it is the whole.
  public var totals: BatchTotals?

  /// Collects the parts.
  ///
  /// - Precondition: counts agree, starts do not fall, labels are not negative.
  public init(
    groups: [Int], starts: [Int], rewards: [Double], advantages: [Double], sampledLogProbabilities: [Double],
    logProbabilities: [Double], entropies: [Double], sumsOfSquares: [Double]? = nil,
    squaredLogarithmSums: [Double]? = nil, states: [Int]? = nil, referenceLogProbabilities: [Double]? = nil,
    maximumLength: Int, totals: BatchTotals? = nil
  ) {
    self.groups = groups
    self.starts = starts
    self.rewards = rewards
    self.advantages = advantages
    self.sampledLogProbabilities = sampledLogProbabilities
    self.logProbabilities = logProbabilities
    self.entropies = entropies
    self.sumsOfSquares = sumsOfSquares
    self.squaredLogarithmSums = squaredLogarithmSums
    self.states = states
    self.referenceLogProbabilities = referenceLogProbabilities
    self.maximumLength = maximumLength
    self.totals = totals
    check()
  }

  /// The number of rollouts.
  public var count: Int { groups.count }
  /// The number of tokens.
  public var tokenCount: Int { logProbabilities.count }
  /// The tokens of one response.
  public func range(_ rollout: Int) -> Range<Int> { starts[rollout]..<starts[rollout + 1] }

  private func check() {
    precondition(
      starts.count == count + 1 && starts.first == 0 && starts.last == tokenCount
        && zip(starts, starts.dropFirst()).allSatisfy { $0 <= $1 },
      "\(starts.count) starts up to \(starts.last ?? -1) for \(count) rollouts of \(tokenCount) tokens")
    precondition(
      rewards.count == count && advantages.count == count && groups.allSatisfy { $0 >= 0 },
      "\(count) rollouts, \(rewards.count) rewards, \(advantages.count) advantages")
    let optional = [sumsOfSquares?.count, squaredLogarithmSums?.count, states?.count]
    let counts =
      [sampledLogProbabilities.count, entropies.count, referenceLogProbabilities?.count].compactMap { $0 }
      + optional.compactMap { $0 }
    precondition(
      counts.allSatisfy { $0 == tokenCount }, "\(tokenCount) tokens, token-level arrays of \(counts)")
    precondition(maximumLength > 0, "maximumLength is \(maximumLength), it must be positive")
  }

  /// A label for the state of each token, the prompt and the response so far: equal for equal states, numbered in the order of first appearance.
  ///
  /// - Precondition: one start more than rollouts, the last the number of tokens.
  public static func stateLabels(groups: [Int], starts: [Int], tokens: [Int32]) -> [Int] {
    precondition(
      starts.count == groups.count + 1 && starts.last == tokens.count,
      "\(groups.count) rollouts, \(starts.count) starts up to \(starts.last ?? -1), \(tokens.count) tokens")
    struct Edge: Hashable {
      var parent: Int
      var token: Int32
    }
    var roots: [Int: Int] = [:]
    var edges: [Edge: Int] = [:]
    var next = 0
    return groups.indices.flatMap { rollout -> [Int] in
      var state = -1
      return (starts[rollout]..<starts[rollout + 1]).map { place in
        let known =
          place == starts[rollout]
          ? roots[groups[rollout]] : edges[Edge(parent: state, token: tokens[place - 1])]
        let label = known ?? next
        if known == nil {
          if place == starts[rollout] {
            roots[groups[rollout]] = label
          } else {
            edges[Edge(parent: state, token: tokens[place - 1])] = label
          }
          next += 1
        }
        state = label
        return label
      }
    }
  }
}
