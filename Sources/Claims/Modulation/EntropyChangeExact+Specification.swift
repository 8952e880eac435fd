extension EntropyChangeExact {
  /// The specification that is locked.
  public static let registered = ClaimSpecification(
    id: "entropy-change-exact", section: .modulation,
    statement: "ΔH = −ξ(π_aΛ_a − E[πΛ]) is the exact first-order entropy change.",
    formula: "|H(z + ηv) − H(z) − η·ΔH| ≤ C η² for the step v that the update takes, with Λ = log π + H",
    source: "dynamo2026, the statement that the referees quote as equation 29",
    aim:
      "Whether the remainder is of second order in η, when the state has its own logits, when tokens share them, and in expectation under vanilla and natural gradients.",
    worlds: [
      "eight populations of next-token distributions, K from 2 to 256",
      "every one-step world with few actions and a small common denominator, log π_j kept as symbols",
      "the two-action state whose second-order coefficient vanishes",
    ],
    estimand:
      "remainder of the first-order value against the softmax evaluated after a finite step; its bound is ½ r²(1 + 2 log K) η² with r the range of the step",
    methods: [
      "one token, own logits", "mean over tokens, policy gradient", "mean over tokens, natural gradient",
      "sum over a response's tokens, shared logits", "one token of several, shared logits (reported)",
    ],
    performance: [
      "remainders_above_bound", "largest_remainder_over_bound", "lowest_order", "highest_order",
      "largest_derivative_error_over_bound", "step_off_by_tenth_median", "step_off_by_tenth_decile",
      "opposite_sign_share", "mean_entropy_change", "z_against_exact", "entropy_change_interval_width_median",
      "entropy_change_interval_width_largest", "settled_sign_share",
    ],
    decisionRule:
      "For each method and population: supported if every remainder is below its bound and every observed order between a step and its half is 2 within `margin` where the third-order term is at most `dominance` of the second; else refuted. Orders within log₂((1 + d)/(1 − d/2)) = 0.11 of 2 follow from d = 0.05, the rest of the margin is rounding. One token of several on shared logits is reported, not judged: the statement is about the change that one update makes, and that token is a part of the change.",
    margin: 0.15,
    negativeControl:
      "ΔH = −ξ π_aΛ_a, the expectation dropped, is the exact first-order entropy change",
    targetStandardError: 1e-3,
    parameters: [
      "policies": [8, 60, 600], "actions": [64], "response": [4],
      "steps": [0x1p-4, 0x1p-8, 0x1p-12, 0x1p-16, 0x1p-20], "dominance": [0.05], "resolution": [1000],
      "table_steps": [
        0x1p-2, 0x1p-4, 0x1p-6, 0x1p-8, 0x1p-10, 0x1p-12, 0x1p-14, 0x1p-16, 0x1p-18,
      ],
      "table_policies": [40], "small_actions": [4], "small_denominator": [7],
      "restarts": [24], "iterations": [600], "search_actions": [2, 4], "search_step": [0x1p-8],
      "reach_tokens": [100, 1000, 10_000], "reach_error": [0.1], "reach_longest": [256],
      "finite_steps": [0.1, 1, 10], "state_rollouts": [1, 4, 16, 64],
      "replicates": [4000, 40_000, 400_000],
    ])
}
