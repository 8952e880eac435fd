/// The published rules that draw in rounds, select prompts or change where rollouts begin, at their published numbers in proportion to `each`.
///
/// `each` is the size of the group that plain GRPO would draw. Where a paper fixes more than one number, their ratio is kept; what a rule spends for a prompt it trains on depends on the pass rates and is
/// for the caller to count. `bounds` hold the fewest and the most rollouts that a rule draws for one prompt.
extension RolloutRule {
  /// VIP with its Gaussian process over the features of the pool's prompts, within 4 and 32 rollouts as published.
  ///
  /// Before `over(features:)` it knows the prompts of no pool, and refuses them.
  public static func predictedVariance(each: Int) -> RolloutRule {
    let bounds = AllocationBounds(minimum: min(4, each), maximum: max(32, each))
    let rule = { @Sendable (process: GaussianProcessPassRates) in
      RolloutRule(
        "vip-features", allocator: VariancePredictiveAllocation(predictor: process), bounds: bounds)
    }
    var result = rule(.withoutPool)
    result.overFeatures = { features throws(AllocationError) in
      rule(try GaussianProcessPassRates(features: features))
    }
    return result
  }

  /// Reinforce-Ada until both rewards are frequent enough: up to 4 rounds of `each`, of which each/2 are kept; 8 and 4 as published.
  public static func reinforceAdaBalanced(each: Int) -> RolloutRule {
    reinforceAda("reinforce-ada-balanced", exit: .balanced, each: each)
  }

  /// Reinforce-Ada until the first success, with the same numbers.
  public static func reinforceAdaPositive(each: Int) -> RolloutRule {
    reinforceAda("reinforce-ada-positive", exit: .positiveFocused(successes: 1), each: each)
  }

  private static func reinforceAda(_ name: String, exit: ReinforceAda.Exit, each: Int) -> RolloutRule {
    RolloutRule(
      name, sampler: ReinforceAda(exit: exit, rounds: 4, each: each, kept: max(1, each / 2)),
      bounds: AllocationBounds(minimum: each, maximum: 4 * each))
  }

  /// AR3PO with a stored success in the statistics alone: two stages of each/2.
  public static func stagedReuse(each: Int) -> RolloutRule {
    stagedReuse("ar3po", each: each, reuse: .statisticsOnly)
  }

  /// AR3PO with a stored success that carries a gradient.
  public static func stagedReuseWithGradient(each: Int) -> RolloutRule {
    stagedReuse("ar3po-reuse-gradient", each: each, reuse: .withGradient)
  }

  private static func stagedReuse(_ name: String, each: Int, reuse: StagedReuse.Reuse) -> RolloutRule {
    let stage = max(1, each / 2)
    return RolloutRule(
      name, sampler: StagedReuse(stages: 2, each: stage, reuse: reuse),
      bounds: AllocationBounds(minimum: stage, maximum: 2 * stage))
  }

  /// SPEED-RL: a screen of 4 and then as many as fill `each` in multiples of the screen, 12 at the published 16; a screen of each/2 below 8.
  ///
  /// Passers beyond those that are wanted wait for the next step.
  public static func screenedSampling(each: Int) -> RolloutRule {
    let screen = max(2, min(4, each / 2))
    let more = max(screen, (each - screen) / screen * screen)
    return RolloutRule(
      "speed-rl", sampler: ScreenedSampling(screen: screen, more: more),
      bounds: AllocationBounds(minimum: screen, maximum: screen + more))
  }

  /// DAPO's dynamic sampling, groups of `each`, 16 as published.
  public static func mixedGroups(each: Int) -> RolloutRule {
    RolloutRule("dapo", sampler: MixedGroupSampling(each: each), bounds: fixed(each))
  }

  /// DAPO's dynamic sampling with batches of no more prompts than are wanted, as ours: the published factor of three was chosen for other pass rates.
  public static func mixedGroupsSingle(each: Int) -> RolloutRule {
    RolloutRule(
      "dapo-single", sampler: MixedGroupSampling(each: each, promptsPerTrained: 1), bounds: fixed(each))
  }

  /// GRESO, groups of `each`, 8 as published: what was rolled out in vain is dropped and refilled.
  public static func skippedZeroVariance(each: Int) -> RolloutRule {
    RolloutRule(
      "greso", selector: SkippedZeroVariance(), sampler: MixedGroupSampling(each: each, promptsPerTrained: 1),
      bounds: fixed(each))
  }

  /// Prompt curriculum learning, groups of `each`.
  public static func curriculum(each: Int) -> RolloutRule {
    RolloutRule(
      "pcl", selector: CurriculumSelection(), sampler: FixedGroups(each: each), bounds: fixed(each))
  }

  /// The curriculum with each prompt's own remembered counts in the place of a model of its features, and sixteen candidates, as ours: what a value model that memorises could do at best.
  public static func curriculumFromMemory(each: Int) -> RolloutRule {
    RolloutRule(
      "pcl-memory", selector: CurriculumSelection(candidatesPerPrompt: 16, readsFeatures: false),
      sampler: FixedGroups(each: each), bounds: fixed(each))
  }

  /// LILO: `each` rollouts for each of four candidates, 8 as published.
  public static func learnability(each: Int) -> RolloutRule {
    RolloutRule("lilo", sampler: LearnabilitySelection(each: each), bounds: fixed(each))
  }

  /// Online difficulty filtering with the band .2 to .8, groups of `each`.
  public static func difficultyBand(each: Int) -> RolloutRule {
    RolloutRule("difficulty-band", sampler: DifficultyBand(each: each), bounds: fixed(each))
  }

  /// Prefix sampling with fixed ratios, groups of `each`, 8 as published; groups with equal rewards are dropped.
  public static func prefixSampling(each: Int) -> RolloutRule {
    prefix("prefix-sampling", PrefixSampling(), each: each)
  }

  /// Prefix sampling whose ratios follow the pass rate.
  public static func prefixController(each: Int) -> RolloutRule {
    prefix("prefix-controller", .controlled(), each: each)
  }

  private static func prefix(_ name: String, _ starter: PrefixSampling, each: Int) -> RolloutRule {
    RolloutRule(
      name, sampler: MixedGroupSampling(each: each, promptsPerTrained: 1, maximumBatches: 1),
      starter: starter, bounds: fixed(each))
  }

  private static func fixed(_ each: Int) -> AllocationBounds {
    AllocationBounds(minimum: each, maximum: each)
  }
}
