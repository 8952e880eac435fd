extension Method {
  /// RLOO, on-policy or clipped at .2, prompts equal: unbiased, and the default.
  ///
  /// - Source: `kool2019`.
  public static let rloo = Method(name: "rloo")

  /// REINFORCE without a baseline, prompts equal, nothing clipped.
  ///
  /// - Source: `williams1992`.
  public static let reinforce = Method(name: "reinforce", advantage: .reinforce, surrogate: .unclipped)

  /// Dr.GRPO: no deviation, token sums over a constant length.
  ///
  /// - Source: `liu2025`.
  public static let drGRPO = Method(
    name: "dr-grpo", advantage: .drGRPO, aggregation: .sequenceMeanTokenSumNorm)

  /// OPO: one exact on-policy update for each batch, so that nothing is clipped; token sums.
  ///
  /// - Source: `hao2025`.
  public static let opo = Method(
    name: "opo", advantage: .opo, surrogate: .unclipped, aggregation: .rolloutMean)
}
