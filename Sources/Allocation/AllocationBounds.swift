/// The fewest and the most rollouts that any prompt may get.
public struct AllocationBounds: Sendable, Hashable {
  /// The fewest.
  public var minimum: Int
  /// The most; `Int.max` for no limit.
  public var maximum: Int

  /// The bounds; none by default.
  public init(minimum: Int = 0, maximum: Int = .max) {
    self.minimum = minimum
    self.maximum = maximum
  }

  /// No bounds.
  public static let none = AllocationBounds()

  /// Throws unless `count` prompts can share the real-valued `budget` within the bounds.
  func check(budget: Double, count: Int) throws(AllocationError) {
    guard count > 0 else { throw .noPrompts }
    guard budget.isFinite else { throw .invalidBudget(budget) }
    guard budget >= 0 else { throw .negativeBudget(budget) }
    guard minimum >= 0, minimum <= maximum else { throw .invalidBounds(minimum: minimum, maximum: maximum) }
    let least = Double(minimum) * Double(count)
    let most = Double(maximum) * Double(count)
    if budget < least { throw .budgetBelowMinimum(budget: budget, required: least) }
    if maximum < .max, budget > most { throw .budgetAboveMaximum(budget: budget, allowed: most) }
  }
}
