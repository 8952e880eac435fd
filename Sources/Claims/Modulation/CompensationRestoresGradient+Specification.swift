extension CompensationRestoresGradient {
  /// The specification that is locked.
  public static let registered = ClaimSpecification(
    id: "compensation-restores-gradient", section: .modulation,
    statement:
      "Gradient compensation restores the magnitude of the attenuated gradients of confident correct tokens.",
    formula: "(β_comp ‖s‖ − ‖s‖)/(‖s_ref‖ − ‖s‖) ≥ ½ for A > 0 and π_a ≥ θ",
    source: "dynamo2026 (gradient compensation)",
    aim:
      "Which share of the gap between a confident correct token's score norm and that of an uncertain reference β_comp closes; and, reported only, on which tokens the squared norm falls that it adds.",
    worlds: [
      "random batches of three populations of states: 4 prompts × 8 responses × 8 tokens, each token in a state of its own, GRPO advantages",
      "two tokens: a confident one and one of a uniform state",
      "every rational distribution over few tokens beside a uniform one",
    ],
    estimand:
      "the restored share ρ, clipped to [0, 1], of tokens with A > 0, π_a ≥ θ and ‖s‖ < ‖s_ref‖; ‖s_ref‖ is the root mean square score norm of the state with the largest entropy of the token's scope; exact for each batch",
    methods: [
      "published form, α = 0.1, 0.2, 0.4, 1, scope group and micro-batch", "released modes 5 and 6",
      "for comparison: one constant factor for all correct tokens",
    ],
    performance: [
      "restored_share", "restored_less_half", "confident_share", "attenuated_share_of_added",
      "boosted_above_reference",
      "needed_strength", "z_against_exact",
    ],
    decisionRule:
      "For each rule, θ and population: supported if the mean restored share of such tokens is at least `margin`, refuted if below, by anytime-valid betting tests on the batch's mean of 1[confident, correct, attenuated](ρ − margin) against 0, in one family with all others. Reported and not judged, since nobody states it: the share of the added squared norm, Σ(β² − 1)A²‖s‖², that falls on tokens with ‖s‖ < ‖s_ref‖, beside that of a constant factor on all correct tokens (weighted with ‖s‖², it is small for any factor that does not single out short scores), and the small worlds in which a token above the reference gets the full boost.",
    margin: 0.5,
    negativeControl: "α = 0, no compensation at all, restores half of the gap",
    targetStandardError: 0.001,
    parameters: [
      "strengths": [0.1, 0.2, 0.4, 1], "thresholds": [0.9, 0.99, 0.999], "prompts_each": [4],
      "responses": [8],
      "length": [8], "batches": [250, 1500, 15_000], "added_strength": [0.2],
      "reference_tokens": [32],
      "missing": [0.5, 0.2, 0.1, 0.05, 0.02, 0.01, 0.005, 0.002, 0.001, 1e-4, 1e-5, 1e-6],
      "small_actions": [3], "small_denominator": [12], "check_states": [16], "restarts": [8],
      "search_iterations": [400], "search_threshold": [0.9], "replicates": [4000, 20_000, 200_000],
    ])
}
