/// One lower and one upper limit for each prompt, between whose sums the budget is known to lie.
///
/// Compared as integers: beyond 2⁵³ a budget that is one too many is not told apart as a double. Upper limits are cut at the budget, which no allocation
/// within the limits exceeds, so that no sum has to be taken over `Int.max`.
struct Limits {
  /// n_low of each prompt.
  let lower: [Int]
  /// min(n_high, B) of each prompt.
  let upper: [Int]
  /// B.
  let budget: Int

  /// Limits that the caller has checked.
  init(lower: [Int], upper: [Int], budget: Int) {
    self.lower = lower
    self.upper = upper
    self.budget = budget
  }

  /// The same bounds for every prompt.
  init(count: Int, budget: Int, bounds: AllocationBounds) throws(AllocationError) {
    guard count > 0 else { throw .noPrompts }
    guard budget >= 0 else { throw .negativeBudget(Double(budget)) }
    guard bounds.minimum >= 0, bounds.minimum <= bounds.maximum else {
      throw .invalidBounds(minimum: bounds.minimum, maximum: bounds.maximum)
    }
    let least = count.multipliedReportingOverflow(by: bounds.minimum)
    if least.overflow || budget < least.partialValue {
      throw .budgetBelowMinimum(
        budget: Double(budget), required: Double(bounds.minimum) * Double(count))
    }
    let most = count.multipliedReportingOverflow(by: bounds.maximum)
    if !most.overflow && budget > most.partialValue {
      throw .budgetAboveMaximum(budget: Double(budget), allowed: Double(most.partialValue))
    }
    lower = [Int](repeating: bounds.minimum, count: count)
    upper = [Int](repeating: min(bounds.maximum, budget), count: count)
    self.budget = budget
  }

  /// Bounds of their own for every prompt.
  init(budget: Int, bounds: [AllocationBounds]) throws(AllocationError) {
    guard !bounds.isEmpty else { throw .noPrompts }
    guard budget >= 0 else { throw .negativeBudget(Double(budget)) }
    for bound in bounds where bound.minimum < 0 || bound.minimum > bound.maximum {
      throw .invalidBounds(minimum: bound.minimum, maximum: bound.maximum)
    }
    let least = saturatingSum(bounds.lazy.map(\.minimum))
    if budget < least { throw .budgetBelowMinimum(budget: Double(budget), required: Double(least)) }
    let most = saturatingSum(bounds.lazy.map(\.maximum))
    if budget > most { throw .budgetAboveMaximum(budget: Double(budget), allowed: Double(most)) }
    lower = bounds.map(\.minimum)
    upper = bounds.map { min($0.maximum, budget) }
    self.budget = budget
  }
}

/// The sum of integers that are not negative, or `Int.max` where it is larger.
func saturatingSum(_ terms: some Sequence<Int>) -> Int {
  var sum = 0
  for term in terms {
    let next = sum.addingReportingOverflow(term)
    if next.overflow { return .max }
    sum = next.partialValue
  }
  return sum
}
