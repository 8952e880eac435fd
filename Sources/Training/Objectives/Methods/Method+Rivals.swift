import Allocation

extension Method {
  /// One method for each rollout rule: RLOO with prompts equal, where the rule does not centre the rewards itself.
  ///
  /// They differ in their rollouts alone, so that they can be compared. A rule whose name another method has gets the suffix `-rule`, and is another method: `dapo` is GRPO with clip-higher and the mean over tokens on batches of m prompts, `dapo-rule` RLOO with prompts equal on the rule's batches of 3m; `dynamo` and
  /// `dynamo-as-released` have GRPO's advantages, modulated, and the latter mispairs rows besides, `dynamo-rule` and `dynamo-as-released-rule` only allocate.
  public static let rivals: [Method] = RolloutRule.names.map { rule in
    let isTaken = unruled.contains { $0.name == rule }
    return rloo.with(isTaken ? "\(rule)-rule" : rule) { $0.rolloutRule = rule }
  }
}
