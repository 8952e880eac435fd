extension RolloutRule {
  /// Every rule that has a name, for `each` rollouts of a prompt.
  public static func all(each: Int) -> [RolloutRule] {
    established(each: each) + oneShot(each: each) + rivals(each: each)
      + [.twoStage, .twoStageTokens, .steered, .steeredTokens]
  }

  /// The names of the rules, in reading order.
  public static let names = all(each: 16).map(\.name)

  /// The rule of this name for `each` rollouts of a prompt; nil for an unknown one.
  public static func named(_ name: String, each: Int) -> RolloutRule? {
    all(each: each).first { $0.name == name }
  }

  private static func established(each: Int) -> [RolloutRule] {
    [.uniform, .dynamo, .dynamoAsReleased(each: each), .rootJeffreys, .scoreAware]
  }

  /// The rivals that divide a step's rollouts before any is drawn, or after pilots.
  private static func oneShot(each: Int) -> [RolloutRule] {
    let wide = AllocationBounds(minimum: min(2, each), maximum: 128)
    let vip = AllocationBounds(minimum: min(4, each), maximum: max(32, each))
    let tokens = AllocationBounds(minimum: 1, maximum: 32)
    return [
      RolloutRule("knapsack", allocator: KnapsackAllocation(), bounds: wide),
      RolloutRule(
        "hora", sampler: HitUtilityAllocation(pilots: max(1, each / 4)), bounds: AllocationBounds.none),
      RolloutRule("coba-rl", allocator: CapabilityOrientedAllocation(), bounds: wide),
      RolloutRule(
        "gvm", sampler: GradientVarianceMinimisation(pilots: max(1, each / 2)), bounds: AllocationBounds.none),
      RolloutRule("vip", allocator: VariancePredictiveAllocation(), bounds: vip),
      .predictedVariance(each: each),
      RolloutRule("duet", allocator: TokenBudgetAllocation(), bounds: tokens),
      RolloutRule(
        "duet-abort", sampler: SingleRound(TokenBudgetAllocation()), abort: EarlyAbort(), bounds: tokens,
        keepsObjective: true),
    ]
  }

  private static func rivals(each: Int) -> [RolloutRule] {
    [
      .reinforceAdaBalanced(each: each), .reinforceAdaPositive(each: each), .stagedReuse(each: each),
      .stagedReuseWithGradient(each: each), .screenedSampling(each: each), .mixedGroups(each: each),
      .mixedGroupsSingle(each: each),
      .skippedZeroVariance(each: each), .curriculum(each: each), .curriculumFromMemory(each: each),
      .learnability(each: each),
      .difficultyBand(each: each), .prefixSampling(each: each), .prefixController(each: each),
    ]
  }
}
