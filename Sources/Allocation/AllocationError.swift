/// What makes an allocation impossible; each case carries the number that is wrong and what is allowed.
public enum AllocationError: Error, Hashable, CustomStringConvertible {
  /// There is no prompt.
  case noPrompts
  /// The budget is negative.
  case negativeBudget(Double)
  /// The budget is not finite.
  case invalidBudget(Double)
  /// The budget is less than every prompt's minimum together.
  case budgetBelowMinimum(budget: Double, required: Double)
  /// The budget is more than every prompt's maximum together.
  case budgetAboveMaximum(budget: Double, allowed: Double)
  /// The minimum is negative or above the maximum.
  case invalidBounds(minimum: Int, maximum: Int)
  /// A weight, deviation or variance is negative or not finite.
  case invalidValue(name: String, index: Int, value: Double)
  /// Counts are negative, or there are more successes than samples.
  case invalidCounts(index: Int, successes: Int, samples: Int)
  /// Two lists that belong together differ in length.
  case wrongCount(name: String, count: Int, expected: Int)
  /// A prompt lacks what the rule reads.
  case missing(name: String, index: Int)
  /// A number that must be positive, or lie in a range, does not; `allowed` says what is.
  case outOfRange(name: String, value: Double, allowed: String)

  /// The sentence shown to the user.
  public var description: String {
    switch self {
    case .noPrompts: "there is no prompt to allocate to"
    case .negativeBudget(let budget): "the budget is \(text(budget)): it must not be negative"
    case .invalidBudget(let budget): "the budget is \(budget): it must be finite"
    case .budgetBelowMinimum(let budget, let required):
      "the budget is \(text(budget)): the minimum of every prompt together needs at least \(text(required))"
    case .budgetAboveMaximum(let budget, let allowed):
      "the budget is \(text(budget)): the maximum of every prompt together allows at most \(text(allowed))"
    case .invalidBounds(let minimum, let maximum):
      "the bounds are \(minimum) and \(maximum): they must satisfy 0 ≤ minimum ≤ maximum"
    case .invalidValue(let name, let index, let value):
      "\(name)[\(index)] is \(value): it must be finite and not negative"
    case .invalidCounts(let index, let successes, let samples):
      "prompt \(index) has \(successes) successes of \(samples) samples: it must be 0 ≤ successes ≤ samples"
    case .missing(let name, let index): "prompt \(index) has no \(name), which this rule reads"
    case .outOfRange(let name, let value, let allowed): "\(name) is \(text(value)): it must \(allowed)"
    case .wrongCount(let name, let count, let expected): "\(name) has \(count) entries, expected \(expected)"
    }
  }

  private func text(_ value: Double) -> String {
    value == value.rounded() && abs(value) < 1e15 ? String(Int(value)) : "\(value)"
  }
}
