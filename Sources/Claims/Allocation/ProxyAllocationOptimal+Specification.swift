extension ProxyAllocationOptimal {
  /// The specification that is locked.
  public static let registered = ClaimSpecification(
    id: "proxy-allocation-optimal", section: .allocation,
    statement: "Replacing σ_i by P_i = p_i(1−p_i) keeps the allocation optimal.",
    formula: "n_i = B P_i/ΣP minimises Σσ_i²/n_i",
    source: "dynamo2026 (README: P offered as a proxy of σ)",
    aim: "How close n ∝ P comes to the optimum, under the proxy's own objective and under true variances.",
    worlds: [
      "batches of 64 prompts from eleven populations", "pass rates found by search",
      "pairs of small worlds with rational probabilities",
    ],
    estimand: "the mean efficiency V*/V(n ∝ P); exact for each batch",
    methods: ["n ∝ P", "n ∝ √P", "uniform", "score-aware from 16 rollouts", "oracle", "n ∝ σ^a"],
    performance: [
      "efficiency", "relative_variance", "batches_against_sign_of_covariance",
      "largest_total_over_optimum", "total_variance", "z_against_exact",
    ],
    decisionRule:
      "For each measure of variance and population: supported if the mean efficiency exceeds 1 − `margin`, refuted if it falls below, by anytime-valid betting tests. The rule n ∝ √P is a repaired sibling: reported, not judged.",
    margin: 0.01, negativeControl: "n ∝ P² is optimal", targetStandardError: 0.005,
    parameters: [
      "batch": [64], "batches": [400, 2000, 20_000], "table_batches": [40, 200, 2000], "samples": [16],
      "exponent": [-0.5, -0.25, 0, 0.25, 0.5, 0.75, 1, 1.25, 1.5, 1.75, 2, 2.25, 2.5], "denominator": [20],
      "tolerance": [1e-12], "search_prompts": [4], "largest_logit": [8], "restarts": [16],
      "small_actions": [3], "small_denominator": [6], "simulated_prompts": [6], "simulated_rollouts": [6],
      "replicates": [2000, 20_000, 200_000],
    ])
}
