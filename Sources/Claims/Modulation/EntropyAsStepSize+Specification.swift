extension EntropyAsStepSize {
  /// The specification that is locked.
  public static let registered = ClaimSpecification(
    id: "entropy-as-step-size", section: .modulation,
    statement: "Entropy change works as a signal for adaptive step size.",
    formula:
      "⟨∇J, EΔ⟩²/E‖Δ‖² ≥ (1 + gain)·(the same with u = 1), Δ = Σ u_t A_t s_t, u_t a function of |ΔH_t| relative to its batch",
    source: "the referees' reading of dynamo2026, between the lines",
    aim:
      "Whether one step scaled token by token by |ΔH| improves the expected reward more than a constant step, each at its own best global step size.",
    worlds: [
      "independent one-step prompts with their own logits, binary rewards, groups of tokens drawn on-policy, value baseline; all draws enumerated",
      "larger worlds by simulation", "two-action states whose odds are powers of three",
    ],
    estimand:
      "the improvement of J that the descent lemma guarantees at the best η, ⟨∇J, EΔ⟩²/(2L E‖Δ‖²), whose ratio needs no L; reported beside it the expected improvement after one step at the best η in [0, longest]",
    methods: [
      "decay of |ΔH|/max, released modes 5 and 6", "1/(1 + |ΔH|/mean)", "|ΔH|/mean",
      "beside: the same of 1 − π_a, 1/E‖s‖², ⟨∇J, s⟩/‖s‖² by an oracle",
    ],
    performance: [
      "works_improvement", "works_guarantee", "improvement_ratio", "guarantee_ratio", "best_at_longest_share",
      "guarantee_ratio_to_entropy_change", "ranks_optimal_step", "held_out_improvement_ratio",
      "improvement_at_unit_step", "z_against_exact",
    ],
    decisionRule:
      "For each signal and population: supported if the probability over random worlds that the signal's guaranteed improvement is at least (1 + `gain`) times the constant step's exceeds `margin`, refuted if it falls below, by anytime-valid betting tests. Positive control: not testable, unless the same test on the same worlds shows that the oracle weight exceeds `margin`, with a p-value of at most `oracle_error`; a bar that the oracle is not shown to pass says nothing about signals. The improvement at the best step is reported and decides nothing: where the constant step's best η is the longest allowed, any rule that keeps the signs of the tokens comes close to all that can be had, so that not even the oracle would pass. Signals beside decide nothing.",
    margin: 0.9,
    negativeControl:
      "1/(1 + |ΔH|/mean) taken from another prompt's token works, by the guaranteed improvement",
    targetStandardError: 0.01,
    parameters: [
      "gain": [0.01], "world_prompts": [2], "group": [2], "actions": [3], "worlds": [500, 4000, 40_000],
      "oracle_error": [0.001],
      "ratio_worlds": [100, 400, 2000],
      "log2_shortest": [-5], "log2_longest": [9], "pairs": [2000, 20_000, 200_000],
      "pair_actions": [8], "large_prompts": [8], "large_actions": [8], "large_group": [4],
      "large_worlds": [3, 12, 48], "large_batches": [200], "replicates": [4000, 40_000, 400_000],
      "largest_exponent": [4],
    ])
}
