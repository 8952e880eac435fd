/// When a rollout counts as a success.
public struct SuccessRule: Sendable, Equatable {
  /// Rewards of at least this are successes; without it only the rewards 0 and 1 are allowed.
  public var threshold: Double?

  /// The rule with the given threshold.
  public init(threshold: Double? = nil) { self.threshold = threshold }

  /// Whether `reward` is a success; nil where it needs a threshold and there is none.
  public func succeeded(_ reward: Double) -> Bool? {
    if let threshold { return reward >= threshold }
    if reward == 0 { return false }
    return reward == 1 ? true : nil
  }

  /// The error for a reward that needs a threshold.
  func error(file: String, line: Int, field: String, reward: Double) -> InterchangeError {
    .invalidValue(
      file: file, line: line, field: field, value: DecimalText.cell(reward),
      allowed: "rewards must be 0 or 1; give --threshold <r> to count rewards of at least r as successes")
  }
}
