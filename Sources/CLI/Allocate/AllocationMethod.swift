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
  case knapsack
  case hora
  case coba
  case gvm
  case vipRLOO = "vip-rloo"
  case vipDrGRPO = "vip-dr-grpo"
  case duet

  /// Whole rollouts that add up to the budget; under DUET, whose budget is one of tokens, they cost at most as much as that many of mean length.
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
    case .knapsack:
      return try KnapsackAllocation.rollouts(passRates: table.passRates, budget: budget, bounds: bounds)
    case .hora: return try HitUtilityAllocation.rollouts(prompts, budget: budget, bounds: bounds)
    case .coba:
      return try CapabilityOrientedAllocation.rollouts(
        passRates: table.passRates, failureRate: table.failureRate, budget: budget, bounds: bounds)
    case .gvm: return try gradientVarianceRollouts(table, budget: budget, bounds: bounds)
    case .vipRLOO, .vipDrGRPO:
      return try VariancePredictiveAllocation.rollouts(
        passRates: try predictedPassRates(table), objective: self == .vipRLOO ? .rloo : .drGRPO,
        budget: budget, bounds: bounds)
    case .duet: return try TokenBudgetAllocation().rollouts(table.records, budget: budget, bounds: bounds)
    }
  }

  /// The real-valued solution.
  func shares(_ table: AllocationTable, budget: Double, bounds: AllocationBounds) throws(AllocationError)
    -> [Double]
  {
    let prompts = table.statistics
    switch self {
    case .released, .knapsack, .hora, .coba, .gvm, .duet:
      preconditionFailure("\(rawValue) counts whole rollouts, and is refused before")
    case .vipRLOO, .vipDrGRPO:
      return try VariancePredictiveAllocation.continuous(
        passRates: try predictedPassRates(table), objective: self == .vipRLOO ? .rloo : .drGRPO,
        budget: budget, bounds: bounds)
    case .uniform:
      // Equal deviations make Neyman's rule the uniform one.
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
