import Statistics

/// The side that a prompt lies on: seen in training, or kept for evaluation.
///
/// The side is a function of the prompt's text alone. So no prompt can be on both, whichever seed, tier or order it was drawn by, and a file's prompts are divided as
/// generated ones are. `3+5=` and `5+3=` are different prompts and may lie on different sides.
public enum PromptClass: String, CaseIterable, Sendable, Hashable {
  /// May be trained on.
  case training
  /// Kept for evaluation: one prompt in five.
  case evaluation

  /// One prompt in this many is kept for evaluation.
  public static let evaluationPeriod: UInt64 = 5

  /// The side of `prompt`: evaluation where the first 64 bits of the SHA-256 of its UTF-8 bytes, big-endian, are a multiple of `evaluationPeriod`.
  public init(of prompt: String) {
    let word = SHA256.hexadecimal(of: prompt).utf8.prefix(16).reduce(UInt64(0)) { word, digit in
      word << 4
        | UInt64(digit < UInt8(ascii: "a") ? digit - UInt8(ascii: "0") : digit - UInt8(ascii: "a") + 10)
    }
    self = word % Self.evaluationPeriod == 0 ? .evaluation : .training
  }
}
