import Allocation

extension AllocationMethod {
  /// The bounds where none are given: those that the rule was published with.
  var defaultBounds: AllocationBounds {
    switch self {
    case .released: AllocationBounds(minimum: 8, maximum: 24)
    case .knapsack: KnapsackAllocation.publishedBounds
    case .coba: CapabilityOrientedAllocation.publishedBounds
    case .vipRLOO, .vipDrGRPO: VariancePredictiveAllocation.publishedBounds
    case .duet: TokenBudgetAllocation.publishedBounds
    default: .none
    }
  }

  /// Whether the rule reads successes and samples.
  var needsCounts: Bool { self != .neyman && self != .duet }

  /// Columns without which the rule has nothing to go by.
  var requiredColumns: [String] { self == .duet ? ["mean_length"] : [] }

  /// Whether there is a real-valued solution.
  var isContinuous: Bool {
    switch self {
    case .released, .knapsack, .hora, .coba, .gvm, .duet: false
    default: true
    }
  }

  /// Whole rollouts of GVM: every prompt needs samples, and norms that were not measured count as 1.
  func gradientVarianceRollouts(_ table: AllocationTable, budget: Int, bounds: AllocationBounds)
    throws(AllocationError) -> [Int]
  {
    var rates: [Double] = []
    for (index, rate) in table.passRates.enumerated() {
      guard let rate else { throw .missing(name: "samples", index: index) }
      rates.append(rate)
    }
    return try GradientVarianceMinimisation.rollouts(
      passRates: rates, gradientNorms: table.columns.gradientNorms.map { $0 ?? 1 }, budget: budget,
      bounds: bounds)
  }

  /// The pass rates of VIP: predicted from features where the table has them, from the counts otherwise.
  func predictedPassRates(_ table: AllocationTable) throws(AllocationError) -> [Double] {
    guard table.columns.features.contains(where: { !$0.isEmpty }) else {
      return table.statistics.map { (Double($0.successes) + 0.5) / (Double($0.samples) + 1) }
    }
    var process = try GaussianProcessPassRates(features: table.columns.features)
    let observed = table.passRates.enumerated().compactMap { index, rate in rate.map { (index, $0) } }
    try process.observe(observed.map(\.0), passRates: observed.map(\.1))
    var rates: [Double] = []
    for index in table.prompts.indices { rates.append(try process.passRate(index)) }
    return rates
  }
}
