extension UpdateStage {
  /// The advantage of each rollout: by the method's rule, or that of the phase without the prompt; then what a rollout rule says.
  func advantages(_ judged: JudgedRollouts, _ phase: PreTraining?) throws(TrainingError) -> [Double] {
    let compared = judged.ruled?.compared ?? []
    let rule = phase == nil ? method.advantage : AdvantageRule.drGRPO
    let lengths = (0..<judged.batch.count).map { judged.batch.range($0).count }
    var advantages = try rule.advantages(
      rewards: judged.rewards + compared.map(\.reward), lengths: lengths + compared.map(\.length),
      groups: judged.rows + compared.map(\.row))
    advantages.removeLast(compared.count)
    if let ruled = judged.ruled {
      advantages = ruled.advantages(advantages, rewards: judged.rewards, rows: judged.rows)
    }
    return phase?.kept(advantages) ?? advantages
  }
}
