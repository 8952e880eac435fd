extension EntropyChangeIndicatesMagnitude {
  /// The specification that is locked.
  public static let registered = ClaimSpecification(
    id: "entropy-change-indicates-magnitude", section: .modulation,
    statement: "|ΔH| is an indicator of the size of the update.",
    formula: "|ΔH| orders tokens as ‖Δz‖ = |ξ|·‖e_a − π‖ does, and as KL(π‖π') does",
    source: "dynamo2026, README, the motivation of β_stab",
    aim:
      "Whether the exact |ΔH| orders tokens by how far their update moves the policy, beside the free indicator 1 − π_a.",
    worlds: [
      "eight populations of next-token distributions, tokens drawn on-policy",
      "two-action states whose odds are powers of three", "policies found by search",
    ],
    estimand: "probability of concordance between the indicator and the size, two independent tokens",
    methods: [
      "|ΔH|, exact first order", "1 − π_a (free competitor, beside the statement)",
      "‖Δz‖ for KL (one measure of size for the other, beside the statement)",
    ],
    performance: [
      "concordance_with_norm", "concordance_with_kl", "largest_change_over_norm", "spearman",
      "z_against_exact",
    ],
    decisionRule:
      "For each population, kind of ξ and measure of size: supported if the concordance of |ΔH| exceeds `margin`, refuted if it falls below, by anytime-valid betting tests; ties count one half. On the two-action states: refuted by a pair that |ΔH| and ‖Δz‖ order oppositely. The competitor's concordances are reported and decide nothing. On a log: one-sided Student-t tests against `margin` on the delete-one-prompt jackknife, at least 20 prompts and no p-value below 2⁻ⁿ for n prompts, in the same family.",
    margin: 0.9, negativeControl: "−|ΔH| orders tokens as ‖Δz‖ does, with concordance above the margin",
    targetStandardError: 0.01,
    parameters: [
      "step": [1], "pairs": [2000, 20_000, 200_000], "points": [60, 150, 400],
      "largest_exponent": [4], "restarts": [24], "iterations": [600], "search_actions": [2, 4, 8],
      "replicates": [4000, 40_000, 400_000], "mixture": [0, 1, 2], "log_pairs": [200_000],
    ])
}
