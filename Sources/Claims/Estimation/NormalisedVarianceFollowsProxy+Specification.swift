extension NormalisedVarianceFollowsProxy {
  /// The specification that is locked.
  public static let registered = ClaimSpecification(
    id: "normalised-variance-follows-proxy", section: .estimation,
    statement: "The variance of the GRPO (deviation-normalised) estimator follows p(1−p).",
    formula: "G·Var ĝ_GRPO increases with p(1−p) across prompts",
    source: "assumed: the paper allocates by p(1−p) and trains with GRPO",
    aim: "Whether dividing by the group's deviation leaves a variance that p(1−p) still orders.",
    worlds: [
      "eleven named populations", "equal spreads v_S = v_F = 1, D² = 0", "all small one-step worlds at G = 2",
    ],
    estimand: "the probability of concordance between p(1−p) and G·Var, exact variance by closed form",
    methods: ["grpo (population deviation, ε = 0) at several group sizes"],
    performance: [
      "concordance", "pearson", "spearman", "kendall", "isotonic_r_squared", "variance_ratio",
      "trace_variance",
      "z_against_exact",
    ],
    decisionRule:
      "For each population and group size: supported if the concordance exceeds `margin`, refuted if it falls below, by anytime-valid betting tests. On every small world at G = 2: refuted by a pair that P and the variance order oppositely.",
    margin: 0.9,
    negativeControl: "−p(1−p) orders prompts as the variance does, with concordance above the margin",
    targetStandardError: 0.01,
    parameters: [
      "group": [4, 8, 16, 64], "pairs": [4000, 40_000, 400_000], "points": [100, 250, 1000], "flat_p": [0.05],
      "small_actions": [4], "small_denominator": [6], "replicates": [16_000, 160_000, 1_600_000],
    ])
}
