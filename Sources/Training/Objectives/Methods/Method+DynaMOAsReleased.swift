extension Method {
  /// DynaMO as its released code runs, every deviation on.
  ///
  /// Deviation from `dynamo2026`: the water level on priorities with a mastery cut, brought up to date once an epoch; responses paired with the wrong prompts as soon as counts differ; statistics
  /// counted in the wrong order; mode 6 of the modulation, relative to the micro-batch, with the entropy change from sampled tokens; ε_high .28 where .2 is written; the mean over tokens.
  ///
  /// - Source: `dynamoRelease2026`, examples/dynamo_trainer/run_qwen2.5-math-7b.sh and what it calls.
  public static let dynamoAsReleased = Method(
    name: "dynamo-as-released", advantage: .grpo, tokenRule: TokenRule(.modulationReleased6),
    surrogate: Surrogate(dual: 10, scalesHighAsReleased: true), aggregation: .tokenMean,
    allocation: .released, refresh: .epoch, rowsMisaligned: true, statisticsScrambled: true)

  /// The released allocation and its pipeline without the modulation.
  public static let dynamoAsReleasedAllocationOnly = dynamoAsReleased.with(
    "dynamo-as-released-allocation-only"
  ) { $0.tokenRule = .none }

  /// The released modulation without the allocation, whose pipeline has then nothing to misplace.
  public static let dynamoAsReleasedModulationOnly = dynamoAsReleased.with(
    "dynamo-as-released-modulation-only"
  ) {
    $0.allocation = .uniform
    $0.rowsMisaligned = false
    $0.statisticsScrambled = false
  }
}
