extension Method {
  /// PreRL: GRPO's surrogate on the ratio of log p(y) without the prompt, advantages r − mean, factor .01.
  ///
  /// - Source: `preRL2026`.
  public static let preRL = grpo.with("prerl") { $0.preTraining = PreTraining() }

  /// PreRL on failures alone.
  ///
  /// - Source: `preRL2026`.
  public static let preRLNegative = grpo.with("prerl-nsr") {
    $0.preTraining = PreTraining(negativeOnly: true)
  }

  /// DSRL: twenty steps of PreRL on failures, then GRPO.
  ///
  /// - Source: `preRL2026`; 10 to 25 steps are recommended.
  public static let dsrl = grpo.with("dsrl") {
    $0.preTraining = PreTraining(negativeOnly: true, switchStep: 20)
  }
}
