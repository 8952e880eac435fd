/// How the losses of tokens become the loss of an update: `L = Σ_t w_t ℓ_t`.
///
/// With m prompts, n_i rollouts of prompt i, N = Σ n_i rollouts, |o| tokens in a rollout and T tokens in all:
///
/// | rule | w_t |
/// |---|---|
/// | prompt-equal | 1/(m n_i) |
/// | rollout-mean | 1/N |
/// | token-mean | 1/T |
/// | sequence-mean-token-mean | 1/(N \|o\|) |
/// | sequence-mean-token-sum-norm | 1/(N L), L a constant |
///
/// Only prompt-equal keeps every prompt's weight whatever its number of rollouts: it is the objective that theories of allocation speak of. Under the others n_i is a weight.
///
/// - Source: `liu2025` for the constant L; `yu2025` for the mean over tokens.
public enum Aggregation: String, Sendable, Hashable, CaseIterable {
  /// The mean over prompts of the mean over a prompt's rollouts of token sums.
  case promptEqual = "prompt-equal"
  /// The mean over rollouts of token sums.
  case rolloutMean = "rollout-mean"
  /// The mean over all tokens.
  case tokenMean = "token-mean"
  /// The mean over rollouts of token means.
  case sequenceMeanTokenMean = "sequence-mean-token-mean"
  /// The mean over rollouts of token sums divided by a constant length.
  ///
  /// Some trainers add rollouts up instead of taking their mean, which is a choice of step size.
  case sequenceMeanTokenSumNorm = "sequence-mean-token-sum-norm"

  /// A rule by its name, or by the one that trainers use; nil for an unknown name.
  public init?(name: String) {
    switch name {
    case "seq-mean-token-sum": self = .rolloutMean
    case "seq-mean-token-mean": self = .sequenceMeanTokenMean
    case "seq-mean-token-sum-norm": self = .sequenceMeanTokenSumNorm
    default: self.init(rawValue: name)
    }
  }

  /// w_t of every token of a batch; 0 for the tokens of rollouts that do not count.
  ///
  /// `totals` are those of the whole update, of which the batch may be a part: the weights of the parts are then those of the whole. `maximumLength` is L.
  ///
  /// - Precondition: every label of a prompt is within the totals, L > 0.
  public func weights(
    groups: [Int], starts: [Int], counting: [Bool]? = nil, totals: BatchTotals, maximumLength: Int
  ) -> [Double] {
    precondition(starts.count == groups.count + 1, "\(starts.count) starts for \(groups.count) rollouts")
    precondition(maximumLength > 0, "maximumLength is \(maximumLength), it must be positive")
    var result = [Double](repeating: 0, count: starts.last ?? 0)
    for (rollout, group) in groups.enumerated() where counting?[rollout] ?? true {
      let places = starts[rollout]..<starts[rollout + 1]
      guard !places.isEmpty else { continue }
      let divisor: Double =
        switch self {
        case .promptEqual: Double(totals.prompts) * Double(totals.rolloutsOfPrompt[group])
        case .rolloutMean: Double(totals.rollouts)
        case .tokenMean: Double(totals.tokens)
        case .sequenceMeanTokenMean: Double(totals.rollouts) * Double(places.count)
        case .sequenceMeanTokenSumNorm: Double(totals.rollouts) * Double(maximumLength)
        }
      for place in places { result[place] = 1 / divisor }
    }
    return result
  }
}

/// What the weights of an aggregation are made of: the sizes of the whole update.
public struct BatchTotals: Sendable, Hashable {
  /// m, prompts with at least one rollout.
  public var prompts: Int
  /// N.
  public var rollouts: Int
  /// T.
  public var tokens: Int
  /// n_i by label; 0 for labels without rollouts.
  public var rolloutsOfPrompt: [Int]

  /// The sizes of these rollouts, or of those that count.
  ///
  /// - Precondition: one label for each rollout, not negative; one start more.
  public init(groups: [Int], starts: [Int], counting: [Bool]? = nil) {
    precondition(starts.count == groups.count + 1, "\(starts.count) starts for \(groups.count) rollouts")
    rolloutsOfPrompt = [Int](repeating: 0, count: (groups.max() ?? -1) + 1)
    rollouts = 0
    tokens = 0
    for (rollout, group) in groups.enumerated() where counting?[rollout] ?? true {
      rolloutsOfPrompt[group] += 1
      rollouts += 1
      tokens += starts[rollout + 1] - starts[rollout]
    }
    prompts = rolloutsOfPrompt.count { $0 > 0 }
  }
}
