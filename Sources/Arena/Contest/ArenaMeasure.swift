/// What a contest measures of each run.
public enum ArenaMeasure: String, Sendable, Hashable, CaseIterable {
  /// The mean success probability of all prompts at the end.
  case quality
  /// Its mean over the budget.
  case meanQuality = "mean_quality"
  /// The mean success probability of the worst tenth at the end.
  case worstTenth = "worst_tenth"
  /// The better oracle's quality less this.
  case regret
  /// V of the next step from the common state.
  case gradientVariance = "gradient_variance"
  /// V/‖E g‖²: the variance at equal step.
  case relativeVariance = "relative_variance"
  /// The expected improvement of the best step, relative to the exact gradient's.
  case expectedImprovement = "expected_improvement"
  /// The cosine of the expected step and the gradient of the mean success probability.
  case cosine
  /// Groups whose rewards agree, of all groups rolled out.
  case deadShare = "dead_share"
  /// Rollouts drawn that carry no advantage.
  case wastedShare = "wasted_share"
  /// One less the fewest rollouts of a prompt over the mean: 1 where some prompt got none.
  case starvation
  /// The share of prompts that got none.
  case unserved
  /// Steps made.
  case steps
  /// Rollouts drawn.
  case rollouts
  /// Tokens drawn.
  case tokens
  /// Whether the target was reached.
  case reached
  /// Steps to the target; those of the whole run where it was not reached.
  case stepsToTarget = "steps_to_target"
  /// Rollouts to the target; those of the whole run where it was not reached.
  case rolloutsToTarget = "rollouts_to_target"
  /// Tokens to the target; those of the whole run where it was not reached.
  case tokensToTarget = "tokens_to_target"
}
