extension VarianceFallsAsOneOverN {
  /// The specification that is locked.
  public static let registered = ClaimSpecification(
    id: "variance-falls-as-one-over-n", section: .estimation,
    statement: "A prompt's contribution to the variance is σ²/n with σ independent of n, for each estimator.",
    formula: "n · Var ĝ_n = σ² for all n ≥ 2",
    source: "assumed by the allocation argument (Neyman's objective)",
    aim: "Whether n·Var(n) is constant, and if not, how it moves.",
    worlds: [
      "the symmetric two-action world", "the first prompt of four populations",
      "a batch of eight prompts (REINFORCE++)",
    ],
    estimand: "n·Var(n), exact by enumeration of counts",
    methods: [
      "reinforce", "value-baseline", "optimal-baseline", "rloo", "grpo", "dr-grpo", "opo", "reinforce++",
      "ppo-clip on-policy",
    ],
    performance: [
      "relative_range_of_n_times_variance", "n_times_variance", "trace_variance", "z_against_exact",
      "relative_range_of_n_squared_times_variance",
    ],
    decisionRule:
      "supported if n·Var(n) over the grid stays within `margin` of a rollout's second moment (largest n·Var(n) plus ‖E ĝ‖²) in every world; else refuted. The margin is rounding error only: the statement is an identity.",
    margin: 1e-9,
    negativeControl: "n²·Var(n) is constant for REINFORCE",
    targetStandardError: 0.01,
    parameters: [
      "group": [2, 3, 4, 6, 8, 12, 16, 32, 64], "batch": [8], "batch_group": [4, 16],
      "replicates": [4000, 40_000, 400_000],
    ])
}
