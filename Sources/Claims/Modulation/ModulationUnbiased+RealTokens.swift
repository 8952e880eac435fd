extension ModulationUnbiased {
  /// Scale and direction of each rule's expected gradient on the log, every state having its own logits.
  ///
  /// Expectations are over rollouts, of which a log has a sample: a cosine below 1 beyond its error refutes that the direction is kept, and no sample can show that it is. Only the
  /// paper's rules are judged; the project's own is reported.
  public func examine(_ log: TokenLog, _ examination: Examination) throws -> LogEvidence? {
    let found = try LogModulation(
      log, strength: specification.value("strength"), shrinkage: specification.value("shrinkage"),
      groups: specification.integers("log_groups"))
    var evidence = LogEvidence()
    if let field = found.missing {
      evidence.addNotTestable(
        "direction", field: field, because: "inner products of scores need the drawn tokens and Σπ²")
      return evidence
    }
    let rows = found.rows(
      [.scale, .cosine], examination, designPoint: 80_000,
      resamples: Int(specification.value("log_resamples")))
    evidence.estimates = rows
    evidence.findings = found.findings(.cosine, .notLess, question: "direction", name: "cosine", rows)
    evidence.addNotTestable(
      "β_stab with the exact entropy change", field: "probabilities",
      because: "the exact change sums over the vocabulary of the token's state")
    evidence.explanation =
      "Cosine of the angle between the modulated and the unmodulated expected gradient in logit space, 95 % bootstrap intervals over prompts: \(found.sentence(rows, .cosine))"
    return evidence
  }
}
