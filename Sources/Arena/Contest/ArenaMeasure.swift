/// What a contest measures of each run.
public enum ArenaMeasure: String, Sendable, Hashable, CaseIterable {
  /// The mean success probability of all prompts at the end.
  case quality
  /// Its mean over the budget.
  case meanQuality = "mean_quality"
  /// The mean success probability of the worst tenth at the end.
  case worstTenth = "worst_tenth"
  /// The quality of the oracle with the best mean over seeds, less this; negative where a rule beats what that oracle does with the truth.
  case regret
  /// V of the next step from the common state.
  case gradientVariance = "gradient_variance"
  /// V/‖E g‖²: the variance at equal step.
  case relativeVariance = "relative_variance"
  /// The expected improvement of the best step, relative to the exact gradient's.
  case expectedImprovement = "expected_improvement"
  /// The same over the step's rollouts, in units of the setting's m·n: what equal rollouts gain.
  case improvementPerCost = "improvement_per_cost"
  /// Rollouts of the examined step.
  case stepRollouts = "step_rollouts"
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
  /// Steps to the target, among the seeds that reached it.
  case stepsToTarget = "steps_to_target"
  /// Rollouts to the target; the budget, or all of the run, where it was not reached.
  case rolloutsToTarget = "rollouts_to_target"
  /// Tokens to the target; the budget, or all of the run, where it was not reached.
  case tokensToTarget = "tokens_to_target"
}
