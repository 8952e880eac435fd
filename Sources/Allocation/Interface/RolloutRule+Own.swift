extension RolloutRule {
  /// This project's rule: prompts in proportion to their gradient, rollouts in proportion to their noise, weighted so that the objective stays what it is.
  public static let twoStage = RolloutRule(
    "allot-two-stage", selector: GradientProportionalSelection(),
    sampler: SingleRound(WeightedNeymanAllocation()))

  /// The same without the weights, and with the square of the gradient's length: it follows another objective, the prompts of large gradient, as most rivals do without saying so.
  public static let steered = RolloutRule(
    "allot-steered", selector: GradientProportionalSelection(exponent: 2, isWeighted: false),
    sampler: SingleRound(WeightedNeymanAllocation()))
}
