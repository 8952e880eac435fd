/// What an allocation is judged by: σ² of one rollout's contribution to the prompt's gradient.
enum JudgedVariance: Sendable, Equatable {
  /// V = P: the unbiased Bernoulli variance k(n − k)/(n(n − 1)).
  case proxy
  /// The variance of an estimator, from Gram matrices or, as an upper bound, from score norms.
  case measured(MeasuredEstimator, Basis)

  /// What a measured variance rests on.
  enum Basis: String, Sendable {
    /// Inner products of all scores: the trace of the sample covariance of A·s (divisor n − 1).
    case gram
    /// Norms alone: Σ A²‖s‖²/(n − 1), which is that trace plus n/(n − 1) times the squared norm of the mean, an upper bound.
    case scoreNorms = "score-norms"
  }

  /// The name of the `variance` column.
  var variance: String { if case .proxy = self { "proxy" } else { "measured" } }

  /// The name of the `estimator` column: under V = P the variance is that of the reward itself, whose law is Bernoulli.
  var estimator: String {
    if case .measured(let estimator, _) = self { estimator.rawValue } else { "bernoulli" }
  }

  /// The basis; nil under V = P.
  var basis: Basis? { if case .measured(_, let basis) = self { basis } else { nil } }

  /// σ̂² of `prompt` from the rollouts of `subset`; nil where there are too few of them.
  func value(_ prompt: PromptAccumulator, _ subset: RolloutSubset) -> Double? {
    let counts = prompt[subset]
    switch self {
    case .proxy: return counts.bernoulliVariance
    case .measured(let estimator, .gram):
      guard let place = MeasuredEstimator.allCases.firstIndex(of: estimator) else { return nil }
      return prompt.gram?.variances[subset.rawValue][place]
    case .measured(let estimator, .scoreNorms):
      guard counts.samples >= 2 && counts.normed == counts.samples else { return nil }
      let advantages = estimator.advantages(
        samples: counts.samples, successes: counts.successes, successNorms: counts.successNorms.value,
        failureNorms: counts.failureNorms.value)
      let sum =
        advantages.success * advantages.success * counts.successNorms.value
        + advantages.failure * advantages.failure * counts.failureNorms.value
      return sum / Double(counts.samples - 1)
    }
  }

  /// The measured variances that a log allows: by Gram matrices if it has any, else by score norms, else none.
  static func available(in prompts: [PromptAccumulator]) -> [JudgedVariance] {
    let basis: Basis
    if prompts.contains(where: { $0.gram != nil }) {
      basis = .gram
    } else if prompts.contains(where: { $0[.all].normed > 0 }) {
      basis = .scoreNorms
    } else {
      return []
    }
    return MeasuredEstimator.allCases.map { .measured($0, basis) }
  }
}
