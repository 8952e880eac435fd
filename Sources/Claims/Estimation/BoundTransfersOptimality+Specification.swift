extension BoundTransfersOptimality {
  /// The specification that is locked.
  public static let registered = ClaimSpecification(
    id: "bound-transfers-optimality", section: .estimation,
    statement:
      "A bound of the variance by p(1−p) makes the proxy's allocation optimal (also in the minimax sense).",
    formula: "σ_i² ≤ C·P_i for all i  ⇒  n ∝ P (or √P) minimises Σσ_i²/n_i (or its maximum over all such σ)",
    source: "the authors' rebuttal",
    aim: "Whether an upper bound on the variances says anything about which allocation is best.",
    worlds: [
      "N proxies in (0, ¼] and variances σ² ≤ C·P, by adversarial search", "pairs of small one-step prompts",
    ],
    estimand: "V/V* − 1 = Σ(q*−q)²/q, exact",
    methods: ["n ∝ P", "n ∝ √P", "uniform (control)"],
    performance: ["largest_relative_excess", "trace_variance", "z_against_exact"],
    decisionRule:
      "supported if the largest relative excess found over the optimum (or over the best worst case) is at most `margin`; else refuted.",
    margin: 1e-9,
    negativeControl: "the bound makes uniform allocation optimal in the worst case",
    targetStandardError: 0.01,
    parameters: [
      "prompts": [3], "restarts": [24], "bound": [2], "small_actions": [3], "small_denominator": [6],
      "counterexample_excess": [0.01], "simulated_worlds": [3], "replicates": [4000, 40_000, 400_000],
    ])
}
