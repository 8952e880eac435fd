extension ScoreNormAttenuates {
  /// The specification that is locked.
  public static let registered = ClaimSpecification(
    id: "score-norm-attenuates", section: .modulation,
    statement:
      "The norm of a token's score vanishes linearly as its probability tends to one: confident tokens have attenuated gradients.",
    formula: "(1 − π_a)√(K/(K−1)) ≤ ‖∇_z log π_a‖ ≤ √2 (1 − π_a)",
    source: "dynamo2026 (gradient attenuation)",
    aim:
      "Whether both bounds hold for every policy, where they are reached, and whether the norm falls in proportion to 1 − π_a.",
    worlds: [
      "every rational distribution over few tokens", "five named populations of next-token distributions",
      "random logits raised along random directions until a token is certain",
      "logits of a search for the smallest slack", "logits z = Wθ with two parameters (an extension)",
    ],
    estimand: "‖e_a − π‖ / (1 − π_a), exact; d log‖e_a − π‖ / d log(1 − π_a) as π_a → 1",
    methods: ["lower bound", "upper bound", "linear vanishing"],
    performance: [
      "worlds", "violations", "equalities", "smallest_ratio", "largest_ratio", "smallest_slack", "slope",
      "expected_squared_norm", "z_against_exact", "spearman",
    ],
    decisionRule:
      "A bound holds if no rational world (whole numbers compared), no random state and no search breaks it; the last two within the rounding of their sums, (4K + 8) units of 2⁻⁵³ relative. Vanishing is linear if along every direction the slope of log‖s‖ between the two values of `missing` lies within `margin` of 1.",
    margin: 0.05,
    negativeControl: "the norm vanishes quadratically: ‖s‖ ≤ √2 (1 − π_a)²",
    targetStandardError: 0.005,
    parameters: [
      "small_actions": [5], "small_denominator": [16], "states": [200, 2000, 20_000],
      "directions": [32, 128, 512],
      "direction_actions": [2, 3, 4, 8, 16, 64], "missing": [1e-12, 1e-2],
      "search_actions": [2, 3, 4, 6, 8, 12, 16], "restarts": [8], "low_rank_states": [200, 2000, 20_000],
      "replicates": [4000, 40_000, 400_000], "points": [80, 150, 300], "confident": [0.01, 0.1],
    ])
}
