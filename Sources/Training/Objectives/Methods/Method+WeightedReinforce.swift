extension Method {
  /// W-REINFORCE: .1 for a success, −1 for a failure, the mean over tokens.
  ///
  /// - Source: `zhu2025`.
  public static let weightedReinforce = Method(
    name: "w-reinforce", advantage: .weightedReinforce, surrogate: Surrogate(dual: 10),
    aggregation: .tokenMean)

  /// PSR: successes alone; failures leave the batch before the mean, as the released code has it.
  ///
  /// - Source: `zhu2025`, the released code's core_algos.py lines 111 to 151.
  public static let positiveOnly = weightedReinforce.with("psr") {
    $0.advantage = .positiveOnly
    $0.dropsZeroAdvantages = true
  }

  /// NSR: failures alone; successes leave the batch before the mean, as the released code has it.
  ///
  /// - Source: `zhu2025`, the released code's core_algos.py lines 111 to 151.
  public static let negativeOnly = weightedReinforce.with("nsr") {
    $0.advantage = .negativeOnly
    $0.dropsZeroAdvantages = true
  }
}
