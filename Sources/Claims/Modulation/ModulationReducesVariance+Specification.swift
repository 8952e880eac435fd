extension ModulationReducesVariance {
  /// The specification that is locked.
  public static let registered = ClaimSpecification(
    id: "modulation-reduces-variance", section: .modulation,
    statement: "Modulation strictly reduces the variance for high-confidence tokens.",
    formula:
      "tr Cov ĝ_β < tr Cov ĝ, raw; and at equal expected step, tr Cov ĝ_β / λ_β² < tr Cov ĝ / λ² with λ = ⟨E ĝ, ∇⟩/‖∇‖²",
    source: "the authors' rebuttal to the referees of dynamo2026; dynamoRelease2026 for the released modes",
    aim:
      "Whether every factor lowers the exact variance of the group estimator on policies of low entropy, raw and at equal expected step: always, and how often.",
    worlds: [
      "one token over four actions and two tokens over three with logits for every prefix: any policy; every state's entropy at most `confident_entropy_share` log K; so and the likeliest response correct",
      "the same, found by search for the largest variance",
      "one token, the project's rule over `own_group_sizes` and `own_shrinkages`",
      "small worlds with rational probabilities",
      "eight tokens over three with shared logits and six with logits for every prefix, groups not enumerable: rows by simulation",
      "tables only: two tokens of high confidence, every α of `strengths`, β_stab over `floors`, `steepnesses` and `centres`",
    ],
    estimand:
      "tr Cov of the group estimate relative to the same advantage without modulation, by enumeration of all groups",
    methods: [
      "value baseline (b = p), RLOO, GRPO (population deviation), each with every factor of modulation-unbiased",
      "score-weighted-state-baseline, the project's own rule, relative to RLOO: rows and tables, no verdict",
      "rivals, for comparison, over RLOO and GRPO: fork tokens at `fork_fraction`, entropy advantages (`bonus_strength`, `bonus_cap`), Clip-Cov (`clip_cov_ratio`, `clip_cov_limits`; its draw averaged over exactly), entropy bonus (`entropy_coefficient`); two values in place of the advantage (W-REINFORCE, PSR, NSR: `reinforce_success`, `reinforce_failure`), PSR and NSR also with zeros out of the denominator: judged by the same rule, marked (rival), no part of the statement and of its verdict",
      "in worlds of one token only what differs from no modulation there: not β_comp relative to the group, the released modes and fork tokens; KL-Cov and clip ranges differ nowhere on-policy",
    ],
    performance: [
      "falls_raw", "falls_at_equal_step", "smallest_relative_variance", "largest_relative_variance",
      "median_relative_variance", "smallest_raw_relative_variance", "median_raw_relative_variance",
      "largest_raw_relative_variance", "adversarial_relative_variance", "adversarial_raw_relative_variance",
      "closed_form_error", "simulated_relative_variance", "simulated_raw_relative_variance",
      "equal_step_identity_error", "condition_agreement", "trace_variance", "z_against_exact",
    ],
    decisionRule:
      "For every factor. Always (families of high confidence): refuted by one world, drawn or found by search, whose relative variance is at least 1 − `resolution`. Often (every family): supported if the chance that it is smaller exceeds `margin` over random policies, refuted if it falls below, by anytime-valid betting tests in one family with all others. `resolution` is what rounding can do to a ratio.",
    margin: 0.9,
    negativeControl: "a constant factor ½ reduces the variance at equal expected step",
    targetStandardError: 0.01,
    parameters: [
      "strength": [0.2], "strengths": [0.1, 0.2, 0.4, 1], "grid_worlds": [8],
      "floors": [0, 0.6], "steepnesses": [5, 50], "centres": [0.5, 0.9, 0.99],
      "floor": [0.6], "steepness": [50], "centre": [0.9],
      // Rivals, with the numbers that trainers run; the first of each pair of values is W-REINFORCE, then PSR, NSR.
      "fork_fraction": [0.2], "bonus_strength": [0.4], "bonus_cap": [2], "clip_cov_ratio": [0.0002],
      "clip_cov_limits": [1, 5], "kl_cov_ratio": [0.002], "kl_cov_coefficient": [1], "clip_range": [0.2],
      "entropy_coefficient": [0.001], "reinforce_success": [0.1, 1, 0], "reinforce_failure": [1, 0, 1],
      "shrinkage": [1], "log_groups": [8, 16], "log_resamples": [2000], "group": [4],
      "points": [24, 120, 600], "pairs": [240, 2000, 20_000],
      "logit_spread": [1.5], "confident_logit_spread": [4], "confident_entropy_share": [0.3],
      "own_group_sizes": [2, 3, 4, 8, 16], "own_shrinkages": [0.25, 1, 4],
      "smallest_gradient": [1e-3], "resolution": [1e-9], "control_factor": [0.5],
      "restarts": [6], "iterations": [200], "largest_logit": [12],
      "small_actions": [4], "small_denominator": [8], "small_group": [3], "confident_denominators": [20, 40],
      // Standard errors by the jackknife over batches: 50 leave 49 degrees of freedom.
      "long_length": [8], "long_vocabulary": [3], "long_replicates": [1000, 10_000, 100_000],
      "long_batches": [50],
      "checked_success": [0.2, 0.8], "replicates": [4000, 40_000, 400_000],
    ])
}
