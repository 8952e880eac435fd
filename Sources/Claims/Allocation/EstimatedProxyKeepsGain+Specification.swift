extension EstimatedProxyKeepsGain {
  /// The specification that is locked.
  public static let registered = ClaimSpecification(
    id: "estimated-proxy-keeps-gain", section: .allocation,
    statement:
      "The gain over uniform allocation survives when P_i is estimated from G rollouts or from pooled, drifting history.",
    formula: "E[V(uniform) − V(rule(P̂))] ≥ share · E[V(uniform) − V(oracle)]",
    source: "dynamo2026 (historical counts as the proxy)",
    aim: "How much of the bounded optimum's gain is left when counts choose the allocation.",
    worlds: [
      "batches of 64 pass rates from six beta distributions, σ² = P", "counts fresh from G rollouts",
      "counts pooled while logit p walks", "two and three prompts, all counts enumerated",
    ],
    estimand:
      "gain of the rule minus `share` times the gain of the oracle, both relative to uniform; V exact for each batch",
    methods: ["P̂", "√P̂", "√E[P|k] (Jeffreys)", "oracle √P with the same bounds"],
    performance: [
      "kept_gain_minus_share", "kept_share", "relative_variance", "expected_total_variance",
      "expected_total_variance_formula", "z_against_exact",
    ],
    decisionRule:
      "For each rule, population and history: supported if the mean of gain(rule) − share·gain(oracle) exceeds 0, refuted if it falls below, by anytime-valid betting tests.",
    margin: 0.5, negativeControl: "allocating by ⅓ − P̂, most to those that seem settled, keeps the gain",
    targetStandardError: 0.002,
    parameters: [
      "share": [0.5], "batch": [64], "each": [16], "minimum": [8], "maximum": [24],
      "group": [4, 8, 16, 64, 160], "control_group": [16],
      "drift": [0.05, 0.3], "drift_steps": [16], "drift_each": [16], "batches": [2000, 20_000, 200_000],
      "table_batches": [200, 1000, 10_000], "exact_group": [8], "exact_p": [0.1, 0.35, 0.8],
      "replicates": [2000, 20_000, 200_000], "counterexample_group": [4], "counterexample_minimum": [2],
      "counterexample_maximum": [6], "counterexample_each": [4], "counterexample_denominator": [12],
    ])
}
