extension Method {
  /// REINFORCE++: rewards standardised over the step, the mean over tokens.
  ///
  /// - Source: `hu2025`.
  public static let reinforcePlusPlus = Method(
    name: "reinforce++", advantage: .reinforcePlusPlus, surrogate: Surrogate(dual: 10),
    aggregation: .tokenMean)

  /// REINFORCE++ with the group's mean taken off before.
  ///
  /// - Source: `hu2025`.
  public static let reinforcePlusPlusBaseline = reinforcePlusPlus.with("reinforce++-baseline") {
    $0.advantage = .reinforcePlusPlusBaseline
  }
}
