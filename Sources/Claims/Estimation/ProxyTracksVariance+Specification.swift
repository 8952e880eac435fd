extension ProxyTracksVariance {
  /// The specification that is locked.
  public static let registered = ClaimSpecification(
    id: "proxy-tracks-variance", section: .estimation,
    statement:
      "Across prompts, p(1−p) rises and falls with the true variance of the REINFORCE estimator, for each estimator: no baseline, value baseline, optimal baseline, RLOO, GRPO, Dr.GRPO, PPO-clip.",
    formula: "(P_i − P_j)(σ_i² − σ_j²) > 0 for pairs of prompts i, j",
    source: "dynamo2026 (abstract and README); the referees' report",
    aim:
      "How often p(1−p) orders two prompts as their true gradient variance does, for each estimator and population, and whether it always does.",
    worlds: [
      "eleven named populations of one-step and sequence prompts",
      "all one-step worlds with few actions and small denominators",
      "sequences of 32 tokens over 16, not enumerable",
    ],
    estimand:
      "the probability of concordance (1 + τ)/2; exact variance of each prompt by closed form or enumeration",
    methods: ["reinforce", "value-baseline", "optimal-baseline", "rloo", "grpo", "dr-grpo", "ppo-clip"],
    performance: [
      "concordance", "pearson", "spearman", "kendall", "isotonic_r_squared", "largest_relative_fall",
      "trace_variance",
      "z_against_exact",
    ],
    decisionRule:
      "For each estimator and population: supported if the concordance exceeds `margin`, refuted if it falls below, by anytime-valid betting tests in one family with all others. For each estimator on every small world: refuted if a pair has P smaller and variance more than `inversion_ratio` times larger.",
    margin: 0.9,
    negativeControl: "−p(1−p) orders prompts as the variance does, with concordance above the margin",
    targetStandardError: 0.01,
    parameters: [
      "group": [8], "pairs": [4000, 40_000, 400_000], "points": [120, 300, 1000], "logit_drift": [0.3],
      "clip_low": [0.2],
      "clip_high": [0.2], "small_actions": [4], "small_denominator": [6], "small_group": [2],
      "inversion_ratio": [1],
      "restarts": [12], "adversarial_step": [0.01], "replicates": [4000, 40_000, 400_000],
      "long_vocabulary": [16],
      "long_length": [32], "long_groups": [128], "long_pairs": [512, 4096, 32_768],
    ])
}
