extension Method {
  /// GRPO as the released comparison configures it: sample deviation, clipped at .2, c = 10, the mean over tokens, no penalty.
  ///
  /// That comparison really runs .28 on the high side, see `ClipIndicatorAsReleased`; this one runs what is written.
  ///
  /// - Source: `shao2024`; the numbers `dynamoRelease2026`, examples/dynamo_trainer/run_qwen2.5-math-7b.sh.
  public static let grpo = Method(
    name: "grpo", advantage: .grpo, surrogate: Surrogate(dual: 10), aggregation: .tokenMean)

  /// GRPO with more room upwards: .28.
  ///
  /// - Source: `yu2025`, clip-higher.
  public static let clipHigher = grpo.with("clip-higher") { $0.surrogate.high = 0.28 }

  /// GRPO with an entropy bonus.
  ///
  /// The coefficient of the paper's table is not known; .001 is the number in a part of its release that never runs.
  ///
  /// - Source: `schulman2017`, equation 9; the number `dynamoRelease2026`, core_algos.py lines 793 to 837.
  public static let entropyLoss = grpo.with("entropy-loss") { $0.entropyCoefficient = 0.001 }

  /// GRPO on the fifth of the tokens with the highest entropy.
  ///
  /// - Source: `wang2025`.
  public static let forkTokens = grpo.with("fork-tokens") { $0.tokenRule = TokenRule(.forkTokens) }

  /// GRPO with a bonus on the advantage of uncertain tokens, α = .4 and κ = 2.
  ///
  /// - Source: `cheng2025`.
  public static let entropyAdvantages = grpo.with("entropy-advantages") {
    $0.tokenRule = TokenRule(.entropyAdvantages)
  }

  /// GRPO less the loss of a few tokens of large covariance; the clip range is 1 on both sides and there is no c, prompts whose rewards agree are replaced.
  ///
  /// - Source: `cui2025`, the script of Clip-Cov.
  public static let clipCov = grpo.with("clip-cov") {
    $0.tokenRule = TokenRule(.clipCov)
    $0.surrogate = Surrogate(low: 1, high: 1)
    $0.dynamicSampling = DynamicSampling()
  }

  /// GRPO with a price for the tokens of largest covariance in place of clipping; prompts whose rewards agree are replaced.
  ///
  /// - Source: `cui2025`, the script of KL-Cov.
  public static let klCov = grpo.with("kl-cov") {
    $0.tokenRule = TokenRule(.klCov)
    $0.surrogate = .unclipped
    $0.dynamicSampling = DynamicSampling()
  }

  /// DAPO: GRPO with clip-higher, the mean over tokens, and prompts whose rewards agree replaced.
  ///
  /// Its penalty on overlong responses is a matter of rewards and not part of it here.
  ///
  /// - Source: `yu2025`.
  public static let dapo = clipHigher.with("dapo") { $0.dynamicSampling = DynamicSampling() }
}
