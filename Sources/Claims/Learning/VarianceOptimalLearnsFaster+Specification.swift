extension VarianceOptimalLearnsFaster {
  /// The specification that is locked.
  public static let registered = ClaimSpecification(
    id: "variance-optimal-learns-faster", section: .learning,
    statement:
      "Lower gradient variance at equal budget means fewer steps to a given accuracy, under both aggregations.",
    formula: "V(rule) < V(uniform) ⇒ T_J(rule) < T_J(uniform), for J = 0.6, 0.8, 0.9",
    source: "dynamo2026 (the step from variance to learning)",
    aim:
      "Whether the order of allocation rules by total gradient variance is their order by steps to a target.",
    worlds: [
      "24 independent prompts of two actions, pass rates at the quantiles of Beta(1,1), Beta(2,2), Beta(0.5,2)",
      "24 independent prompts of four actions, pass rates at the quantiles of Beta(1,1), one to three correct actions",
      "16 rollouts per prompt and step on average, in 8...24 or 2...48",
      "every prompt has logits of its own and rewards are 0 or 1, so that no draw lowers p and no step is too long: variance cannot limit the step size in these worlds",
      "p known, or estimated from the prompt's counts of the last step alone (no pooled or decayed history)",
      "two prompts with rational pass rates, one step",
    ],
    estimand:
      "T_J(rule)/T_J(uniform): the steps after which mean success reaches J, interpolated, in mean-field ascent with the exact mean and covariance of every group estimate; third moments of the logits are lost, simulated ascents show by how much",
    methods: [
      "n ∝ P", "n ∝ √P", "Neyman for the estimator's own σ", "released water level", "score-aware Neyman",
      "uniform",
    ],
    performance: [
      "pairs_as_claimed", "pairs_reversed", "pairs_within_margin", "pairs_within_margin_as_claimed",
      "pairs_within_margin_reversed",
      "relative_variance", "expected_gain",
      "expected_gain_second_order",
      "order_of_remainder", "order_of_step_difference", "mean_success", "mean_success_mean_field",
      "steps_to_target", "steps_to_target_mean_field",
      "success_above_uniform",
      "success_above_uniform_mean_field", "relative_steps", "largest_loss_of_lower_variance",
      "z_against_exact",
    ],
    decisionRule:
      "For each estimator, aggregation, bounds, source of p and step size (`fixed_step`; the longest of `step_size`): a pair is a rule against uniform, at the same step size, in one world, on one target, where their total variances, summed over the states of the uniform run up to the target, differ by more than `variance_margin`. It is as claimed if the rule with the lower variance needs fewer steps by more than `margin` (relative to uniform), reversed if it needs more by more than `margin`, else within the margin. Refuted if at least one pair is reversed; supported if every pair is as claimed; otherwise unsettled, with the counts and the signs of the differences within the margin.",
    margin: 0.01,
    negativeControl:
      "the opposite statement, the rule with the higher total variance needs fewer steps, asked by the same comparisons and rule of rollouts where p(1−p) is smallest, prompt-equal (must come out refuted)",
    targetStandardError: 0.001,
    parameters: [
      "beta_a": [1, 2, 0.5], "beta_b": [1, 2, 2], "prompts": [24], "actions": [4], "each": [16],
      "minimum": [8, 2], "maximum": [24, 48], "target": [0.6, 0.8, 0.9],
      "variance_margin": [0.05], "fixed_step": [0.125], "step_size": [0.125, 0.25, 0.5, 1],
      "largest_steps": [4000], "copies": [4], "watch_time": [0.5],
      "order_step": [0.125, 0.0625, 0.03125, 0.015625], "order_group": [8],
      "replicates": [2000, 20_000, 200_000], "ascents": [8, 128, 1024], "followed_lengths": [2],
      "small_denominator": [15], "small_base": [5, 4], "small_each": [3], "restarts": [8],
      "search_iterations": [400],
    ])
}
