extension RolloutRule {
  /// This project's rule: prompts in proportion to their gradient, rollouts in proportion to their noise, both unbiased in the objective.
  public static let twoStage = RolloutRule(
    "allot-two-stage", selector: GradientProportionalSelection(),
    sampler: SingleRound(WeightedNeymanAllocation()))
}
