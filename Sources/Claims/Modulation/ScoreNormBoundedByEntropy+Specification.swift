extension ScoreNormBoundedByEntropy {
  /// The specification that is locked.
  public static let registered = ClaimSpecification(
    id: "score-norm-bounded-by-entropy", section: .modulation,
    statement:
      "The squared norm of the score is bounded by a function of the entropy, so that low entropy means small gradients: in expectation and for each token, from above and from below.",
    formula: "E‖∇_z log π‖² = 1 − Σπ² ≤ 1 − e^{−H}",
    source: "dynamo2026 (gradient attenuation of low-entropy tokens)",
    aim:
      "Which of the readings hold: expected or for each token, from above or from below, with the vocabulary's size fixed or free of it; and how far apart the tight bounds are.",
    worlds: [
      "every rational distribution over few tokens", "five named populations of next-token distributions",
      "logits of a search for the worst distance to the tight bounds",
      "one token 1 − 1/m and 2^m equal others: entropy at least log 2 for every m",
      "two tokens 1 − 1/d and 1/d",
    ],
    estimand:
      "1 − Σπ² and ‖e_a − π‖² against the least and the greatest 1 − Σπ² of any distribution with the same entropy",
    methods: [
      "expected, from above", "expected, from below, K fixed", "expected, from below, free of K",
      "each token, from above", "each token, from below, K fixed", "each token, from below, free of K",
    ],
    performance: [
      "violations", "largest_excess", "gap_to_curve", "smallest_expected_norm", "largest_expected_norm",
      "entropy", "squared_norm", "expected_squared_norm", "z_against_exact",
    ],
    decisionRule:
      "A bound holds if no rational world, no random state and no search exceeds the tight curve by more than `curve_tolerance` (rounding of entropies of K ≤ 64 terms; the curves rise by at most 1 per nat), the bound 1 − e^{−H} on rational worlds in whole numbers. A bound from below free of K is refuted if at entropies of at least log 2 the norm falls below `floor`. A bound of each token from above that vanishes with the entropy is refuted if among the two-token states the entropy falls below `floor` while a token's squared norm stays above 1.",
    margin: 0.02,
    negativeControl: "1 − Σπ² ≥ 1 − e^{−H}: the bound turned round",
    targetStandardError: 0.005,
    parameters: [
      "small_actions": [5], "small_denominator": [12], "states": [150, 1500, 15_000],
      "curve_tolerance": [1e-12],
      "floor": [0.02], "search_actions": [2, 3, 5, 8, 16], "restarts": [4], "search_iterations": [500],
      "tail": [2, 4, 8, 16, 32, 64, 100], "rare": [3, 10, 100, 1000, 10_000],
      "table_entropies": [0.1, 0.5, 1, 2], "table_decades": [1, 15], "curve_tokens": [4, 64, 49_152],
      "curve_entropies": [0, 8, 0.05], "replicates": [4000, 40_000, 400_000], "points": [60, 120, 250],
      "low_entropy": [0.1],
    ])
}
