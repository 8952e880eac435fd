extension ProxyTracksVariance {
  /// The specification that is locked.
  public static let registered = ClaimSpecification(
    id: "proxy-tracks-variance", section: .estimation,
    statement:
      "Across prompts, p(1−p) rises and falls with the true variance of the REINFORCE estimator, for each estimator: no baseline, value baseline, optimal baseline, RLOO, GRPO, Dr.GRPO, PPO-clip, DynaMO-modulated.",
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
      "the probability of concordance (1 + τ)/2; exact variance of each prompt by closed form or enumeration (of all groups, with the factors computed inside, for the modulated estimators)",
    methods: [
      "reinforce", "value-baseline", "optimal-baseline", "rloo", "grpo", "dr-grpo", "ppo-clip",
      "dynamo (GRPO with both factors of the text, extremes over the group)",
      "dynamo-released (mode 6, the group as micro-batch)",
    ],
    performance: [
      "concordance", "pearson", "spearman", "kendall", "isotonic_r_squared", "largest_relative_fall",
      "trace_variance",
      "z_against_exact",
    ],
    decisionRule:
      "For each estimator and population: supported if the concordance exceeds `margin`, refuted if it falls below, by anytime-valid betting tests in one family with all others. For each estimator on every small world: refuted if a pair has P smaller and variance more than `inversion_ratio` times larger (for the modulated estimators, whose variance is not rational, larger by `modulated_distance`).",
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
      // One group size for each population: 8 up to 8 outcomes, 3 up to 32, 2 up to 81; the thousand actions of "diffuse" have too many pairs.
      "modulated_group": [8, 8, 8, 2, 3, 3, 3, 0, 3, 2, 2], "modulated_points": [60, 200, 600],
      "modulated_pairs": [400, 4000, 40_000], "modulated_distance": [1e-9], "modulated_check_group": [4],
      "strength": [0.2], "floor": [0.6], "steepness": [50], "centre": [0.9], "long_length": [32],
      "long_groups": [128], "long_pairs": [512, 4096, 32_768],
    ])
}
