extension ModulationUnbiased {
  /// The specification that is locked.
  public static let registered = ClaimSpecification(
    id: "modulation-unbiased", section: .modulation,
    statement: "The modulated advantage leaves the gradient estimator unbiased.",
    formula:
      "E[(1/G) Σ_i Σ_t A_i β_{i,t} s_{i,t}] = ∇p; weaker: = λ ∇p with λ > 0; weaker: = λ_x ∇_x p in every state x with λ_x > 0",
    source: "the authors' rebuttal to the referees of dynamo2026; dynamoRelease2026 for the released modes",
    aim:
      "The exact mean of the group estimator under every factor, beside the true gradient: strictly, up to a step size, and up to a step size for each state.",
    worlds: [
      "one token over two actions; one token over four; two tokens over three, per-prefix and shared logits: random policies and reward sets, all groups enumerated",
      "two tokens over two and over three actions, per-prefix and shared logits, found by search for the smallest cosine; two tokens over large vocabularies, uniform, in fractions",
      "eight tokens over three with shared logits and six with logits for every prefix, groups not enumerable",
      "tables only: every α of `strengths`, β_stab over `floors`, `steepnesses` and `centres`",
    ],
    estimand: "the mean vector of the group estimator, by enumeration of all groups with β computed inside",
    methods: [
      "value baseline (b = p), RLOO, GRPO (population deviation); each without modulation, with β_comp of the text (extremes over the group), with β_comp at H_min = 0 and H_max = log K, with β_stab of the text (exact ΔH, largest at the same position), with both, and with the released modes 5 and 6 (extremes over the group of the prompt as micro-batch)",
      "score-weighted-state-baseline: the project's own rule, proved unbiased, as a positive check; without modulation rows only",
      "rivals, for comparison, over RLOO and GRPO: fork tokens at `fork_fraction`, entropy advantages (`bonus_strength`, `bonus_cap`), Clip-Cov (`clip_cov_ratio`, `clip_cov_limits`; its draw averaged over exactly), KL-Cov (`kl_cov_ratio`, `kl_cov_coefficient`), the clip range as written and as released (`clip_range`, on-policy), entropy bonus (`entropy_coefficient`); two values in place of the advantage (W-REINFORCE, PSR, NSR: `reinforce_success`, `reinforce_failure`), PSR and NSR also with zeros out of the denominator: judged by the same rule, marked (rival), no part of the statement and of its verdict",
    ],
    performance: [
      "smallest_cosine", "smallest_scale", "largest_scale", "largest_strict_bias", "largest_relative_bias",
      "largest_state_bias", "smallest_groups_to_bias", "adversarial_cosine", "cosine_bound", "scale",
      "off_direction", "bias_in_standard_errors", "z_against_exact", "trace_variance",
    ],
    decisionRule:
      "For each modulated rule and family of worlds, on every world drawn: strictly supported if ‖m − ∇‖ ≤ `margin` ‖∇‖; up to scale if ‖m − λ∇‖ ≤ `margin` ‖m‖ and λ > 0; per state if the same holds of every state's block, relative to the whole. One world beyond it refutes. The margin is what rounding can do: sums of a few hundred terms, gradients not smaller than `smallest_gradient`.",
    margin: 1e-9,
    negativeControl: "a factor equal to π_a leaves the direction of the gradient",
    targetStandardError: 0.01,
    parameters: [
      // The script's mode 6 has α = .2, mode 5 has .4; the text gives no number.
      "strength": [0.2], "strengths": [0.1, 0.2, 0.4, 1],
      "floors": [0, 0.6], "steepnesses": [5, 50], "centres": [0.5, 0.9, 0.99],
      // The sigmoid of the text has no constants; these are mode 5's.
      "floor": [0.6], "steepness": [50], "centre": [0.9],
      // Rivals, with the numbers that trainers run; the first of each pair of values is W-REINFORCE, then PSR, NSR.
      "fork_fraction": [0.2], "bonus_strength": [0.4], "bonus_cap": [2], "clip_cov_ratio": [0.0002],
      "clip_cov_limits": [1, 5], "kl_cov_ratio": [0.002], "kl_cov_coefficient": [1], "clip_range": [0.2],
      "entropy_coefficient": [0.001], "reinforce_success": [0.1, 1, 0], "reinforce_failure": [1, 0, 1],
      "shrinkage": [1], "log_groups": [8, 16], "log_resamples": [2000], "group": [4],
      "group_sizes": [2, 3, 4], "points": [24, 120, 600], "grid_worlds": [4],
      "logit_spread": [1.5], "confident_logit_spread": [4], "confident_entropy_share": [0.3],
      "smallest_gradient": [1e-3],
      "restarts": [8], "iterations": [500], "search_group": [2], "search_gradient": [0.02],
      "largest_logit": [8],
      "small_actions": [4], "small_denominator": [8], "small_group": [2], "visible_bias": [0.01],
      "largest_vocabulary_exponent": [17],
      "long_length": [8], "long_vocabulary": [3], "long_replicates": [4000, 40_000, 400_000],
      "checked_success": [0.2, 0.8], "replicates": [4000, 40_000, 400_000],
    ])
}
