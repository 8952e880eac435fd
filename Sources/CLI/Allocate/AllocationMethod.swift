import Allocation
import ArgumentParser

/// The rules of `allot allocate`.
enum AllocationMethod: String, ExpressibleByArgument, CaseIterable {
  case uniform
  case neyman
  case proportional
  case root
  case rootJeffreys = "root-jeffreys"
  case scoreAware = "score-aware"
  case minimax
  case released

  /// Whole rollouts that add up to the budget.
  func rollouts(_ table: AllocationTable, budget: Int, bounds: AllocationBounds, initialBudget: Int)
    throws(AllocationError) -> [Int]
  {
    let prompts = table.statistics
    switch self {
    case .uniform:
      return try UniformAllocation.rollouts(promptCount: table.prompts.count, budget: budget, bounds: bounds)
    case .neyman:
      return try NeymanAllocation.rollouts(deviations: table.deviations, budget: budget, bounds: bounds)
    case .proportional: return try ProportionalAllocation.rollouts(prompts, budget: budget, bounds: bounds)
    case .root: return try RootProportionalAllocation.rollouts(prompts, budget: budget, bounds: bounds)
    case .rootJeffreys: return try RootJeffreysAllocation.rollouts(prompts, budget: budget, bounds: bounds)
    case .scoreAware:
      return try ScoreAwareNeymanAllocation.rollouts(
        prompts, moments: table.moments, budget: budget, bounds: bounds)
    case .minimax:
      return try MinimaxAllocation.rollouts(
        bernoulliVariances: prompts.map(\.bernoulliVariance), budget: budget, bounds: bounds)
    case .released:
      return try ReleasedWaterLevelAsReleased.rollouts(
        prompts, budget: budget, bounds: bounds, initialBudget: initialBudget)
    }
  }

  /// The real-valued solution.
  func shares(_ table: AllocationTable, budget: Double, bounds: AllocationBounds) throws(AllocationError)
    -> [Double]
  {
    let prompts = table.statistics
    switch self {
    case .uniform, .released:
      // Equal deviations make Neyman's rule the uniform one; `released` is refused before.
      return try BoundedNeymanAllocation.continuous(
        deviations: [Double](repeating: 1, count: table.prompts.count), budget: budget, bounds: bounds)
    case .neyman:
      return try BoundedNeymanAllocation.continuous(
        deviations: table.deviations, budget: budget, bounds: bounds)
    case .proportional: return try ProportionalAllocation.shares(prompts, budget: budget, bounds: bounds)
    case .root: return try RootProportionalAllocation.shares(prompts, budget: budget, bounds: bounds)
    case .rootJeffreys: return try RootJeffreysAllocation.shares(prompts, budget: budget, bounds: bounds)
    case .scoreAware:
      return try ScoreAwareNeymanAllocation.shares(
        prompts, moments: table.moments, budget: budget, bounds: bounds)
    case .minimax:
      return try MinimaxAllocation.shares(
        bernoulliVariances: prompts.map(\.bernoulliVariance), budget: budget, bounds: bounds)
    }
  }
}
