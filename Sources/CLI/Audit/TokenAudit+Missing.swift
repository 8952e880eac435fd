extension TokenAudit {
  /// What the arrays of the log do not give, with the field that would.
  static func missing(_ groups: TokenGroups) -> [Missing] {
    var missing = [
      Missing(
        quantity: "exact entropy change", field: "probabilities",
        reason:
          "it needs the sum of p² (log p + H) over the state's vocabulary, and a log of drawn tokens holds the drawn token's term only; "
          + "the changes here are the released approximation, for the published form too (for states that many rollouts reach, the sum has bounds: see allot verify --rollouts)"
      ),
      Missing(
        quantity: "the trainer's own advantages", field: "advantage",
        reason:
          "they are recomputed as grpo's, (R − p)/√(p(1 − p)) within all logged rollouts of a prompt at a step, which may be more than a trainer's group"
      ),
      Missing(
        quantity: "the trainer's micro-batches", field: nil,
        reason:
          "the log does not say which responses were processed together; one prompt's group and the whole log are the two ends"
      ),
    ]
    if groups.withoutOld > 0 {
      missing.append(
        Missing(
          quantity: "ratios", field: "old_logprobs",
          reason:
            "\(rollouts(groups.withoutOld, groups)) have none: their ratio is taken to be 1, which clips nothing"
        ))
    }
    if groups.withoutLogProbabilities > 0 {
      missing.append(
        Missing(
          quantity: "stabilisation and score norms", field: "logprobs",
          reason: "\(rollouts(groups.withoutLogProbabilities, groups)) have none"))
    }
    if groups.withoutSums > groups.withoutLogProbabilities {
      missing.append(
        Missing(
          quantity: "score norms", field: "sum_sq_probability",
          reason: "\(rollouts(groups.withoutSums - groups.withoutLogProbabilities, groups)) have none"))
    }
    if groups.without > 0 {
      missing.append(
        Missing(
          quantity: "everything about tokens", field: "entropy",
          reason:
            "\(groups.without) of \(groups.without + groups.rollouts) rollouts have none and were left out"))
    }
    return missing
  }

  private static func rollouts(_ count: Int, _ groups: TokenGroups) -> String {
    count == groups.rollouts ? "the rollouts" : "\(count) of \(groups.rollouts) rollouts"
  }
}
