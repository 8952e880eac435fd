import Foundation

/// DUET: rollouts by signal per cost under a budget of tokens, not of rollouts.
///
///     n_q = clip(round(s_q/√(λ L_q)), n_min, n_max),   cap_q = clip(round(s_q √(L_q/λ)), 32, 4096)
///
/// s_q is what a prompt's rollouts tell, L_q what one of them costs. λ is found by bisection on its logarithm, so that Σ n_q L_q meets the budget up to rounding; rollouts of the longest prompts are then
/// taken away until it is kept. Prompts with many rollouts are trained on more than others; `inverseWeights` takes that out of the objective.
///
/// - Source: `duet2026`, as its code does it.
public struct TokenBudgetAllocation: BatchAllocator {
  /// The bounds of the released code.
  public static let publishedBounds = AllocationBounds(minimum: 1, maximum: 32)

  /// How λ is searched for, and what it is rounded to.
  public var search: Search
  /// How a prompt's signal is known before it was measured often enough.
  public var signals: Signals

  /// How λ is searched for, and what it is rounded to.
  public struct Search: Sendable, Hashable, Codable {
    /// Halvings of the interval for log λ.
    public var iterations: Int
    /// log λ lies within this of 0.
    public var logarithm: Double
    /// Σ n is made a multiple of this.
    public var divisor: Int

    /// Ten halvings of [−20, 20], and any sum.
    public init(iterations: Int = 10, logarithm: Double = 20, divisor: Int = 1) {
      precondition(
        iterations > 0 && logarithm > 0 && divisor > 0,
        "\(iterations) iterations, log λ within \(logarithm), divisor \(divisor)")
      self.iterations = iterations
      self.logarithm = logarithm
      self.divisor = divisor
    }
  }

  /// The published search and warm-up.
  public init(search: Search = Search(), signals: Signals = Signals()) {
    self.search = search
    self.signals = signals
  }

  /// The regression that stands in for unmeasured signals reads them.
  public var readsPromptLogProbability: Bool { true }

  /// Rollouts whose tokens together are at most those of `budget` rollouts of mean length; their number is not `budget`.
  ///
  /// What is kept is the budget of tokens, `budget · mean L`, from below and within the rollouts that the trim took. A prompt without a measured length has the mean of the others; where none has one, all are alike and the unit
  /// drops out. Throws as `plan` does.
  public func rollouts(_ prompts: [PromptRecord], budget: Int, bounds: AllocationBounds)
    throws(AllocationError) -> [Int]
  {
    guard !prompts.isEmpty else { throw .noPrompts }
    let measured = prompts.compactMap(\.meanLength)
    let mean = measured.isEmpty ? 1 : measured.reduce(0, +) / Double(measured.count)
    let lengths = prompts.map { $0.meanLength ?? mean }
    // Cold prompts have the mean of the others, so that the mean of all is the same.
    return try Self.plan(
      signals: try signals.values(prompts), lengths: lengths, tokens: Double(budget) * mean,
      bounds: bounds == .none ? Self.publishedBounds : bounds, search: search
    ).rollouts
  }

  /// The weights `1/clip(n_q/n̄, floor, 1)` of each prompt's advantages.
  ///
  /// - Precondition: at least one rollout, a floor in (0, 1].
  public static func inverseWeights(_ rollouts: [Int], floor: Double = 0.05) -> [Double] {
    precondition(floor > 0 && floor <= 1, "the floor is \(floor), it must lie in (0, 1]")
    let mean = rollouts.reduce(0) { $0 + Double($1) } / Double(rollouts.count)
    precondition(mean > 0, "\(rollouts.count) prompts without a rollout")
    return rollouts.map { 1 / min(max(Double($0) / mean, floor), 1) }
  }
}
