import Allocation
import Foundation
import Statistics

/// How a batch's budget is spread while it learns: every rule through the pure functions of `Allocation`.
enum AscentRule: String, Sendable, CaseIterable {
  /// The same for all.
  case uniform
  /// n ∝ P.
  case proportional = "P"
  /// n ∝ √P.
  case root = "√P"
  /// n ∝ σ of the estimator in use, `σ² = n tr Σ(n)` at the mean group size.
  case neyman = "Neyman"
  /// The released water level.
  case released
  /// Neyman's rule for the value baseline from counts and exact score moments.
  case scoreAware = "score-aware"
  /// n ∝ √(−tr HΣ), 0 where that is negative: what second order in η asks for.
  case curvature = "√−tr(HΣ)"
  /// n ∝ √(−W σ²), 0 where that is negative: what second order in η asks for when the target is what counts; needs to know where prompts end.
  case arrival = "√(−Wσ²)"
  /// The negative control: most where p(1−p) is smallest.
  case reversed = "¼ − P"

  /// Where a rule's knowledge of p comes from.
  enum Source: String, Sendable, CaseIterable {
    /// The pass rate itself.
    case oracle
    /// The prompt's counts in the last step alone: no history is pooled, no decay, no prior.
    case lastCounts = "last counts"
  }

  /// The rules of the literature that can be asked with this knowledge.
  static func judged(_ source: Source) -> [AscentRule] {
    source == .oracle
      ? [.proportional, .root, .neyman, .released] : [.proportional, .root, .scoreAware, .released]
  }

  /// What a rule sees of one prompt.
  struct View: Sendable {
    /// Shape at the present logits; its probability is E p.
    var shape: SoftmaxShape
    /// The counts of the last step; not looked at by an oracle.
    var counts: PromptStatistics
    /// What a nudge is worth at the target; nil where that is not known.
    var value: TerminalValue?
  }

  /// Rollouts for each view; they add up to `each` times their number.
  func rollouts(
    _ views: [View], source: Source, estimator: AscentEstimator, each: Int, bounds: AllocationBounds
  ) throws(AllocationError) -> [Int] {
    let budget = each * views.count
    func neyman(_ deviations: [Double]) throws(AllocationError) -> [Int] {
      try BoundedNeymanAllocation.rollouts(deviations: deviations, budget: budget, bounds: bounds)
    }
    func deviations(_ variance: (View, GroupCoefficients) -> Double) -> [Double] {
      views.map { view in
        let moments = estimator.coefficients(group: each, probability: view.shape.probability)
        return max(0, variance(view, moments)).squareRoot()
      }
    }
    let proxies = views.map { $0.shape.probability * (1 - $0.shape.probability) }
    let counts = views.map(\.counts)
    switch (self, source) {
    case (.uniform, _):
      return try UniformAllocation.rollouts(promptCount: views.count, budget: budget, bounds: bounds)
    case (.neyman, _): return try neyman(deviations { $0.shape.trace($1) })
    case (.curvature, _): return try neyman(deviations { -$0.shape.curvature($1) })
    case (.arrival, _):
      return try neyman(
        deviations { view, moments in
          guard let value = view.value else { preconditionFailure("\(rawValue) needs to know the end") }
          return -value.curvature * moments.variance
        })
    case (.reversed, _): return try neyman(proxies.map { max(0, 0.25 - $0) })
    case (.proportional, .oracle): return try neyman(proxies)
    case (.proportional, .lastCounts):
      return try ProportionalAllocation.rollouts(counts, budget: budget, bounds: bounds)
    case (.root, .oracle):
      return try MinimaxAllocation.rollouts(bernoulliVariances: proxies, budget: budget, bounds: bounds)
    case (.root, .lastCounts):
      return try RootProportionalAllocation.rollouts(counts, budget: budget, bounds: bounds)
    case (.released, .oracle):
      // The priority of infinitely many samples; every prompt counts as explored.
      return try ReleasedWaterLevelAsReleased.rollouts(
        sampleCounts: views.map { _ in max(each, bounds.minimum) },
        priorities: views.map { Self.releasedPriority($0.shape.probability) }, budget: budget,
        low: bounds.minimum, high: bounds.maximum)
    case (.released, .lastCounts):
      return try ReleasedWaterLevelAsReleased.rollouts(counts, budget: budget, bounds: bounds)
    case (.scoreAware, _):
      return try ScoreAwareNeymanAllocation.rollouts(
        counts,
        moments: views.map {
          ScoreAwareNeymanAllocation.ScoreMoments(
            successVariance: $0.shape.successSpread, failureVariance: $0.shape.failureSpread,
            squaredDistance: $0.shape.squaredDistance)
        }, budget: budget, bounds: bounds)
    }
  }

  /// `ReleasedPriorityAsReleased` where k/G = p and G → ∞: 10⁶ samples are as good as infinitely many.
  private static func releasedPriority(_ p: Double) -> Double {
    let samples = 1_000_000
    return ReleasedPriorityAsReleased.priority(
      successes: Int((p * Double(samples)).rounded()), samples: samples)
  }
}
