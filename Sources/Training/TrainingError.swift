/// What a trainer's input can be wrong in.
public enum TrainingError: Error, Hashable, Sendable, CustomStringConvertible {
  /// A value outside its range: what it is called, the value, and what is allowed.
  case invalid(name: String, value: String, allowed: String)
  /// A character that the vocabulary does not have.
  case unknownCharacter(Character, text: String)
  /// A sequence longer than the model's positions.
  case tooLong(what: String, count: Int, limit: Int)
  /// Numbers that are no longer finite: what they belong to, and the step.
  case notFinite(what: String, step: Int)

  /// One sentence.
  public var description: String {
    switch self {
    case .invalid(let name, let value, let allowed): "\(name) is \(value), it must \(allowed)"
    case .unknownCharacter(let character, let text):
      "the vocabulary has no character '\(character)', which occurs in \"\(text)\""
    case .tooLong(let what, let count, let limit): "\(what) has \(count) tokens, the model takes \(limit)"
    case .notFinite(let what, let step): "\(what) is no longer finite at step \(step)"
    }
  }
}
