/// What makes a policy or its rewards invalid.
public enum PolicyError: Error, Hashable, CustomStringConvertible {
  /// A probability is negative or not finite.
  case invalidProbability(name: String, index: Int, value: Double)
  /// Probabilities do not add up to one within the tolerance.
  case unnormalised(name: String, sum: Double, tolerance: Double)
  /// A logit is not finite.
  case invalidLogit(name: String, index: Int, value: Double)
  /// A list has the wrong number of entries.
  case wrongCount(name: String, count: Int, expected: Int)
  /// A size lies outside its range.
  case outOfRange(name: String, value: Int, allowed: ClosedRange<Int>)
  /// A reward is not finite.
  case invalidReward(index: Int, value: Double)
  /// A sequence policy lacks the state of a prefix that it can reach.
  case missingState(prefix: String)
  /// A prefix does not spell a state of the policy.
  case unknownState(prefix: String)
  /// Enumeration would take more outcomes than allowed.
  case tooManyOutcomes(count: Double, allowed: Int)

  /// The sentence shown to the user.
  public var description: String {
    switch self {
    case .invalidProbability(let name, let index, let value):
      "\(name)[\(index)] is \(value): a probability must lie in [0, 1]"
    case .unnormalised(let name, let sum, let tolerance):
      "\(name) adds up to \(sum): it must be 1 within \(tolerance)"
    case .invalidLogit(let name, let index, let value):
      "\(name)[\(index)] is \(value): a logit must be finite"
    case .wrongCount(let name, let count, let expected): "\(name) has \(count) entries, expected \(expected)"
    case .outOfRange(let name, let value, let allowed):
      "\(name) is \(value): it must lie in \(allowed.lowerBound)...\(allowed.upperBound)"
    case .invalidReward(let index, let value): "rewards[\(index)] is \(value): a reward must be finite"
    case .missingState(let prefix): "states has no entry for the prefix \"\(prefix)\""
    case .unknownState(let prefix): "states has an entry for \"\(prefix)\", which is no prefix of this policy"
    case .tooManyOutcomes(let count, let allowed):
      "the policy has \(count) outcomes, enumeration stops at \(allowed)"
    }
  }
}
