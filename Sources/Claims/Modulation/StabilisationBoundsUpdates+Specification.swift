extension StabilisationBoundsUpdates {
  /// The specification that is locked.
  public static let registered = ClaimSpecification(
    id: "stabilisation-bounds-updates", section: .modulation,
    statement: "Update stabilisation prevents excessive updates.",
    formula: "max_t β_stab,t |A_t| ‖s_t‖ ≤ (1 − margin) max_t |A_t| ‖s_t‖",
    source: "dynamo2026 (update stabilisation)",
    aim:
      "How much β_stab lowers the largest update, how many tokens it touches, whether it damps the token that moves most, and whether it bounds updates in absolute terms.",
    worlds: [
      "random batches of four populations of states: 4 prompts × 8 responses × 8 tokens, each token in a state of its own, GRPO advantages",
      "micro-batches of 1, 4 and 16 prompts", "two tokens of small rational states",
      "two responses of two tokens, enumerated",
    ],
    estimand:
      "the size |A|‖e_a − π‖ of a token's update in its logits with and without β_stab, exact for each batch; the largest exact |ΔH|, the stabilisation's own measure, and KL(π‖π') of a unit step beside it",
    methods: [
      "modes 5 and 6, scopes sequence, group and micro-batch, exact and released ΔH",
      "general form λ_min = 0.2, γ = 20, τ = 0.5, micro-batch",
    ],
    performance: [
      "largest_ratio", "lowered_share", "damped_is_largest", "touched_share", "factor_at_largest",
      "entropy_lowered_share", "entropy_ratio", "quantile_ratio", "largest_kl_ratio", "growth",
      "z_against_exact",
    ],
    decisionRule:
      "Absolute bound, one part for all rules: refuted if for some rule scaling all advantages by t scales the largest modulated update by t; a factor relative to its scope's own maximum fails this by construction, whatever else it does. Lowered: supported if the largest update falls by at least `margin` in more than `level` of the batches, refuted if in fewer. Damped: supported if in more than `level` of the batches the most damped token is one with the largest update, refuted if in fewer; |ΔH| lowered: as Lowered, with the exact |ΔH| of a token as the size of its update; all by anytime-valid betting tests in one family with all others, and in every batch refuted by one world.",
    margin: 0.1,
    negativeControl: "λ_min = 1, no stabilisation, lowers the largest update by the margin",
    targetStandardError: 0.01,
    parameters: [
      "level": [0.9], "touched": [0.99], "general": [0.2, 20, 0.5], "prompts_each": [4], "responses": [8],
      "length": [8], "size_prompts": [1, 4, 16], "batches": [200, 1200, 12_000],
      "table_batches": [16, 64, 256],
      "scales": [1, 10, 100, 1000], "scale_tolerance": [1e-5], "quantile": [0.999], "small_actions": [3],
      "small_denominator": [4], "restarts": [6], "search_iterations": [300],
      "replicates": [4000, 20_000, 200_000],
    ])
}
