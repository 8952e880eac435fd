extension RolloutRule {
  /// This project's rule: prompts in proportion to their gradient, rollouts in proportion to their noise, weighted so that the objective stays what it is.
  public static let twoStage = RolloutRule(
    "allot-two-stage", selector: GradientProportionalSelection(),
    sampler: SingleRound(WeightedNeymanAllocation()), keepsObjective: true)

  /// The same where tokens are what is paid for: rollouts in proportion to noise over the root of a prompt's mean length.
  ///
  /// Under expected tokens in the place of rollouts the conditions of the optimum are `π ∝ ‖g‖` as before and `n ∝ σ/(π√c)`.
  public static let twoStageTokens = RolloutRule(
    "allot-two-stage-tokens", selector: GradientProportionalSelection(),
    sampler: SingleRound(WeightedNeymanAllocation(paysTokens: true)), keepsObjective: true)

  /// `twoStage` without the weights, among more candidates, and in proportion to `E[(p(1−p)²)²]`: it follows another objective, as most rivals do without saying so.
  ///
  /// Where noise outweighs the signal, a step gains most from the prompts with the largest squared gradient over noise, not from all; and of two prompts with equal p(1−p) the harder one has further to go and a gradient that will grow. The exponent, the
  /// candidates and the foresight were chosen on the named worlds and are judged on the others; only the first reason is a theorem.
  public static let steered = RolloutRule(
    "allot-steered",
    selector: GradientProportionalSelection(
      candidatesPerPrompt: 16, exponent: 2, isWeighted: false, foresight: 2),
    sampler: SingleRound(WeightedNeymanAllocation()))

  /// The same where tokens are what is paid for: prompts are preferred by their gain over √c, rollouts divided by σ/√c.
  ///
  /// Of a step's signal Σ‖g‖² over the prompts that are taken, noise Σσ²/n and tokens Σnc, the gain for a token where noise outweighs the signal is `(Σ‖g‖²)²/((Σσ²/n)(Σnc))`, at best `(Σ‖g‖²/Σσ√c)²`: so c enters both the choice and the division as a root.
  public static let steeredTokens = RolloutRule(
    "allot-steered-tokens",
    selector: GradientProportionalSelection(
      candidatesPerPrompt: 16, exponent: 2, isWeighted: false, foresight: 2, paysTokens: true),
    sampler: SingleRound(WeightedNeymanAllocation(paysTokens: true)))
}
