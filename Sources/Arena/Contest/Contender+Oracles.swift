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

  /// The same where tokens are paid for, with the true mean lengths.
  public static let twoStageTokensOracle = Contender(
    RolloutRule(
      "oracle-two-stage-tokens", selector: GradientProportionalSelection(remembers: false),
      sampler: SingleRound(WeightedNeymanAllocation(remembers: false, paysTokens: true))), knowsTruth: true)
}

extension Contender {
  /// The steered rule with the true pass rates and moments.
  public static let steeredOracle = Contender(
    RolloutRule(
      "oracle-steered",
      selector: GradientProportionalSelection(
        candidatesPerPrompt: 16, exponent: 2, isWeighted: false, foresight: 2, remembers: false),
      sampler: SingleRound(WeightedNeymanAllocation(remembers: false))), knowsTruth: true)

  /// The same where tokens are paid for, with the true mean lengths.
  public static let steeredTokensOracle = Contender(
    RolloutRule(
      "oracle-steered-tokens",
      selector: GradientProportionalSelection(
        candidatesPerPrompt: 16, exponent: 2, isWeighted: false, foresight: 2, paysTokens: true,
        remembers: false),
      sampler: SingleRound(WeightedNeymanAllocation(remembers: false, paysTokens: true))), knowsTruth: true)
}

extension Contender {
  /// All oracles, in reading order.
  public static let oracles: [Contender] = [
    .neymanOracle, .twoStageOracle, .twoStageTokensOracle, .steeredOracle, .steeredTokensOracle,
  ]
}
