import Allocation

/// The fewest and the most rollouts of a prompt, as numbers or relative to the mean number.
public enum RolloutBounds: Sendable, Hashable {
  /// As they stand.
  case absolute(AllocationBounds)
  /// Multiples of the mean number of rollouts per prompt, the lower rounded down, the upper up.
  case relative(low: Double, high: Double)

  /// 8 and 24 at 16 rollouts per prompt, as the released script has them.
  ///
  /// - Source: `dynamoRelease2026`, examples/dynamo_trainer/run_qwen2.5-math-7b.sh.
  public static let released = RolloutBounds.relative(low: 0.5, high: 1.5)

  /// What makes the numbers impossible; empty when they are sound.
  public var problems: [String] {
    switch self {
    case .absolute(let bounds):
      bounds.minimum >= 0 && bounds.minimum <= bounds.maximum
        ? []
        : [
          "the bounds are \(bounds.minimum) and \(bounds.maximum): they must satisfy 0 ≤ minimum ≤ maximum"
        ]
    case .relative(let low, let high):
      (0...1).contains(low) && high >= 1 && high.isFinite
        ? [] : ["the bounds are \(low) and \(high) times the mean: they must satisfy 0 ≤ low ≤ 1 ≤ high"]
    }
  }

  /// The bounds for a budget shared by `promptCount` prompts; relative ones always admit the budget.
  ///
  /// - Precondition: at least one prompt, a budget that is not negative, no `problems`.
  public func bounds(budget: Int, promptCount: Int) -> AllocationBounds {
    precondition(promptCount > 0 && budget >= 0, "\(budget) rollouts for \(promptCount) prompts")
    switch self {
    case .absolute(let bounds): return bounds
    case .relative(let low, let high):
      let mean = Double(budget) / Double(promptCount)
      return AllocationBounds(
        minimum: Int((low * mean).rounded(.down)), maximum: Int((high * mean).rounded(.up)))
    }
  }
}

/// When the statistics that an allocation reads are brought up to date.
public enum StatisticsRefresh: String, Sendable, Hashable, CaseIterable {
  /// Before every step.
  case step
  /// At the end of every pass over the prompts, as the released code does.
  case epoch
}

/// Prompts whose rewards all agree are replaced by further ones until the step is full.
///
/// A group whose rewards differ is kept, and so is a group of one.
///
/// - Source: `yu2025`, dynamic sampling.
public struct DynamicSampling: Sendable, Hashable {
  /// The most batches of prompts that are rolled out for a step.
  public var maximumBatches: Int

  /// At most this many batches; 10 as the published scripts have it.
  public init(maximumBatches: Int = 10) { self.maximumBatches = maximumBatches }

  /// Whether a group is kept.
  public static func keeps(rewards: [Double]) -> Bool {
    guard rewards.count > 1, let first = rewards.first else { return true }
    return rewards.contains { $0 != first }
  }
}
