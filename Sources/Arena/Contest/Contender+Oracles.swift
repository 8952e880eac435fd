import Allocation

extension Contender {
  /// Neyman's rule with the true deviations, on every prompt in turn.
  public static let neymanOracle = Contender(
    RolloutRule("oracle-neyman", allocator: AllocationRule.scoreAware), knowsTruth: true)
}

extension Contender {
  /// The two-stage rule with the true pass rates and moments.
  public static let twoStageOracle = Contender(
    RolloutRule(
      "oracle-two-stage", selector: GradientProportionalSelection(remembers: false),
      sampler: SingleRound(WeightedNeymanAllocation(remembers: false))), knowsTruth: true)
}

extension Contender {
  /// The steered rule with the true pass rates and moments.
  public static let steeredOracle = Contender(
    RolloutRule(
      "oracle-steered",
      selector: GradientProportionalSelection(
        candidatesPerPrompt: 16, exponent: 2, isWeighted: false, foresight: 2, remembers: false),
      sampler: SingleRound(WeightedNeymanAllocation(remembers: false))), knowsTruth: true)
}
