extension Method {
  /// The methods that have a name, in reading order: plain estimators, rivals, the paper's, ours, and the rollout rules.
  public static let all: [Method] = unruled + rivals

  /// Those that are no rollout rule.
  static let unruled: [Method] = [
    .rloo, .reinforce, .grpo, .drGRPO, .opo, .reinforcePlusPlus, .reinforcePlusPlusBaseline,
    .clipHigher, .entropyLoss, .forkTokens, .entropyAdvantages, .clipCov, .klCov, .weightedReinforce,
    .positiveOnly, .negativeOnly, .dapo, .preRL, .preRLNegative, .dsrl,
    .dynamo, .dynamoAllocationOnly, .dynamoModulationOnly,
    .dynamoAsReleased, .dynamoAsReleasedAllocationOnly, .dynamoAsReleasedModulationOnly,
    .allot, .allotScoreAware,
  ]

  /// The method that is used where none is asked for.
  public static let standard = rloo

  /// The method of this name; nil for an unknown one.
  public static func named(_ name: String) -> Method? { all.first { $0.name == name } }
}
