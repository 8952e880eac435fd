import Estimators
import Policies

/// What `allot variance` was asked about: one prompt, one estimator.
struct World {
  /// The prompt as the target policy sees it: its true gradient is taken here.
  var target: EnumeratedPrompt
  /// The prompt that rollouts are drawn from, with the scores that advantages multiply; the target itself on-policy.
  var sampled: EnumeratedPrompt
  /// The advantages.
  var estimator: any GradientEstimator
  /// Rollouts in a group; 1 for single-rollout estimators.
  var group: Int
  /// A one-step on-policy softmax, for which simulation has a faster path.
  var softmax: SoftmaxPolicy?
  /// The tokens and their rule, for estimators that change advantages token by token; `estimator` then makes the advantages before that.
  var tokens: TokenWorld?
}

/// A field of the input that is wrong.
struct WorldError: Error, CustomStringConvertible {
  var field: String
  var reason: String

  init(_ field: String, _ reason: String) {
    self.field = field
    self.reason = reason
  }

  var description: String { "field '\(field)': \(reason)" }
}
