extension VarianceBoundedByProxy {
  /// The specification that is locked.
  public static let registered = ClaimSpecification(
    id: "variance-bounded-by-proxy", section: .estimation,
    statement:
      "The estimator's variance is bounded above by a monotone function of p(1−p), for each estimator.",
    formula: "V ≤ f(p(1−p)) with f monotone and f(0) = 0",
    source: "the authors' rebuttal",
    aim:
      "Whether the largest variance at a given p(1−p) vanishes with p(1−p); a bound that does not vanish says nothing.",
    worlds: [
      "one-step prompts with several actions per reward class, p(1−p) = ε held fixed, found by search",
      "for the modulated estimators also two tokens over two actions, per-prefix logits, p(1−p) = ε held fixed",
    ],
    estimand: "the envelope sup {V per rollout : p(1−p) = ε}; V exact by closed form or enumeration",
    methods: [
      "reinforce", "value-baseline", "optimal-baseline", "rloo", "grpo", "dr-grpo", "ppo-clip (single)",
      "ppo-clip (dual, c = 3)", "dynamo (GRPO with both factors of the text, extremes over the group)",
      "dynamo-released (mode 6)",
    ],
    performance: [
      "largest_variance", "largest_variance_by_length", "linear_constant", "proved_linear_constant",
      "variance_over_proxy",
      "trace_variance", "z_against_exact",
    ],
    decisionRule:
      "supported if the envelope stays below `unbounded` and its value at the smallest ε is at most `margin` of its largest value; else refuted. At fixed group size.",
    margin: 1e-3,
    negativeControl: "the value baseline's variance is bounded by a constant times (p(1−p))²",
    targetStandardError: 0.01,
    parameters: [
      "epsilon": [0.25, 0.2, 0.1, 0.03, 0.01, 1e-3, 1e-4, 1e-5, 1e-6, 1e-7], "group": [8], "actions": [4],
      // Groups of the modulated estimators are enumerated: 330 multisets of four out of eight outcomes.
      "modulated_group": [4], "strength": [0.2], "floor": [0.6], "steepness": [50], "centre": [0.9],
      "restarts": [16], "iterations": [600], "largest_logit": [30], "clip_low": [0.2], "clip_high": [0.2],
      // Scores have squared norm at most 2 and advantages at most √(G−1): without ratios nothing exceeds 2·7; with ratios up to c = 3 nothing exceeds 18.
      "unbounded": [1000], "counterexample_denominators": [10, 100, 1000],
      "group_sizes": [2, 8, 32, 128, 512],
      "group_probability": [1e-4], "replicates": [4000, 40_000, 400_000],
    ])
}
