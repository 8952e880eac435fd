/// What makes tokens, distributions or settings unfit for a token-level rule.
public enum ModulationError: Error, Hashable, Sendable, CustomStringConvertible {
  /// A list has the wrong number of entries.
  case wrongCount(name: String, count: Int, expected: Int)
  /// An entry lies outside its range; NaN always does.
  case outOfRange(name: String, index: Int, value: Double, allowed: String)
  /// Probabilities do not add up to one within the tolerance.
  case unnormalised(sum: Double, tolerance: Double)
  /// The smallest entropy of a range exceeds its largest.
  case invertedRange(lowest: Double, highest: Double)
  /// A rule needs something that the tokens do not carry.
  case missing(name: String, neededBy: String)

  /// The sentence shown to the user.
  public var description: String {
    switch self {
    case .wrongCount(let name, let count, let expected): "\(name) has \(count) entries, expected \(expected)"
    case .outOfRange(let name, let index, let value, let allowed):
      "\(name)[\(index)] is \(value): it must \(allowed)"
    case .unnormalised(let sum, let tolerance):
      "the probabilities add up to \(sum): it must be 1 within \(tolerance)"
    case .invertedRange(let lowest, let highest):
      "the smallest entropy \(lowest) exceeds the largest \(highest)"
    case .missing(let name, let rule): "\(rule) needs '\(name)', which the tokens do not have"
    }
  }
}
