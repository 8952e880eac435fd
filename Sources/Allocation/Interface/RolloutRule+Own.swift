extension RolloutRule {
  /// This project's rule: prompts in proportion to their gradient, rollouts in proportion to their noise, weighted so that the objective stays what it is.
  public static let twoStage = RolloutRule(
    "allot-two-stage", selector: GradientProportionalSelection(),
    sampler: SingleRound(WeightedNeymanAllocation()), keepsObjective: true)

  /// The same without the weights, among more candidates, and in proportion to `E[(p(1−p)²)²]`: it follows another objective, as most rivals do without saying so.
  ///
  /// Where noise outweighs the signal, a step gains most from the prompts with the largest squared gradient over noise, not from all; and of two prompts with equal p(1−p) the harder one has further to go and a gradient that will grow. The exponent, the
  /// candidates and the foresight were chosen on the named worlds and are judged on the held-out ones; only the first reason is a theorem.
  public static let steered = RolloutRule(
    "allot-steered",
    selector: GradientProportionalSelection(
      candidatesPerPrompt: 16, exponent: 2, isWeighted: false, foresight: 2),
    sampler: SingleRound(WeightedNeymanAllocation()))
}
