extension EntropyAsStepSize {
  /// A log of rollouts drawn before a step cannot say what the step brought.
  public func examine(_ log: TokenLog, _ examination: Examination) throws -> LogEvidence? {
    var evidence = LogEvidence()
    evidence.addNotTestable(
      "every signal", field: "reward_after_step",
      because:
        "the improvement is the expected reward of the policy after the step less that before it; a log of rollouts drawn before has neither that policy's probabilities nor its rewards"
    )
    evidence.explanation =
      "Nothing in a log of rollouts says how the expected reward would have changed under another step size."
    return evidence
  }
}
