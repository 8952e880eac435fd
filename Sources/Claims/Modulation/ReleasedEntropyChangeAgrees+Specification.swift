extension ReleasedEntropyChangeAgrees {
  /// The specification that is locked.
  public static let registered = ClaimSpecification(
    id: "released-entropy-change-agrees", section: .modulation,
    statement: "The released approximation of ΔH agrees with the exact one in sign and rank.",
    formula:
      "sign ΔH_released = sign ΔH and |ΔH_released| orders tokens as |ΔH| does, with probability above the margin",
    source: "dynamoRelease2026, dp_actor.py lines 353 to 371",
    aim:
      "What is lost when Σπ²Λ of a token's own state is replaced by the mean of π_tΛ_t over its response.",
    worlds: [
      "micro-batches of eight responses, every token from its own random state, on-policy",
      "eight populations of next-token distributions, 1 to 32 tokens a response",
      "advantages ±1, and deviation-normalised ones of a group with a random number of successes",
      "two-action states whose odds are powers of three",
    ],
    estimand:
      "share of tokens with the same sign; probability of concordance of |ΔH| for two tokens of the micro-batch; probability that both have their largest |ΔH| at the same token",
    methods: ["as released"],
    performance: [
      "sign_agreement", "rank_concordance", "same_largest", "largest_relative_sum", "z_against_exact",
      "settled_share", "kendall",
    ],
    decisionRule:
      "For each population, response length and kind of advantage, and for each of sign, rank and largest: supported if the mean exceeds `margin`, refuted if it falls below, by anytime-valid betting tests; ties count one half. For one token a response exactly: the approximation is 0. On a log: one-sided Student-t tests against `margin` on the delete-one-prompt jackknife, at least 20 prompts and no p-value below 2⁻ⁿ for n prompts, in the same family.",
    margin: 0.9, negativeControl: "the negated approximation agrees in sign",
    targetStandardError: 0.005,
    parameters: [
      "lengths": [2, 4, 8, 32], "responses": [8], "normalised_length": [8], "batches": [200, 2000, 20_000],
      "single_batches": [50, 200, 1000], "plot_batches": [2, 4, 8], "plot_length": [8],
      "replicates": [4000, 40_000, 400_000], "largest_exponent": [3], "log_pairs": [200_000],
      "estimate_rollouts": [16],
    ])
}
