extension ModulationReducesVariance {
  /// The variance of each rule's group gradient on the log, raw and at equal expected step, every state having its own logits.
  ///
  /// Each of the paper's rules is judged at equal step, by the jackknife over prompts (`LogInference`); the project's own rule is reported and judges nothing.
  public func examine(_ log: TokenLog, _ examination: Examination) throws -> LogEvidence? {
    let found = try LogModulation(
      log, strength: specification.value("strength"), shrinkage: specification.value("shrinkage"),
      groups: specification.integers("log_groups"))
    var evidence = LogEvidence()
    if let field = found.missing {
      evidence.addNotTestable(
        "variance", field: field, because: "inner products of scores need the drawn tokens and Σπ²")
      return evidence
    }
    let rows = found.rows(
      [.varianceRatio, .equalStepRatio], examination, designPoint: 80_000,
      resamples: Int(specification.value("log_resamples")))
    evidence.estimates = rows
    evidence.findings = found.findings(
      .equalStepRatio, .less, question: "at equal step", name: "ratio of variances", rows)
    evidence.addNotTestable(
      "β_stab with the exact entropy change", field: "probabilities",
      because: "the exact change sums over the vocabulary of the token's state")
    evidence.explanation =
      "Variance of the group's gradient in logit space relative to the same advantages without the rule, at equal expected step, 95 % bootstrap intervals over prompts: \(found.sentence(rows, .equalStepRatio))"
    return evidence
  }
}
