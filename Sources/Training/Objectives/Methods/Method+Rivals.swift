import Allocation

extension Method {
  /// One method for each rollout rule: RLOO with prompts equal, where the rule does not centre the rewards itself.
  ///
  /// They differ in their rollouts alone, so that they can be compared. A rule whose name another method has gets the suffix `-rule`.
  public static let rivals: [Method] = RolloutRule.names.map { rule in
    let isTaken = unruled.contains { $0.name == rule }
    return rloo.with(isTaken ? "\(rule)-rule" : rule) { $0.rolloutRule = rule }
  }
}
