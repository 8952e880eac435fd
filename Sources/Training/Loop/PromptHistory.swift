import Allocation

/// What is remembered of each prompt of the pool: decayed counts of rollouts and successes, and of squared score norms.
///
/// When a step's rollouts of a prompt arrive, what was there before is multiplied by the decay λ first: `n ← λ n + n_new`, `k ← λ k + k_new`. λ = 1 never forgets, as the released code has it; with λ < 1 the counts follow a
/// success rate that drifts, and the effective sample is at most `n_step/(1 − λ)`.
///
/// Allocation reads a snapshot, which is refreshed each step or only at the end of an epoch.
public struct PromptHistory: Sendable, Hashable {
  /// The decayed sums, one entry for each prompt of the pool.
  public struct Sums: Sendable, Hashable {
    /// Rollouts.
    public var samples: [Double]
    /// Successes.
    public var successes: [Double]
    /// Σ‖s‖² in logit space: over a rollout's tokens, `Σ_t (1 − 2π_t + Σπ²)`.
    public var squaredScores: [Double]

    /// Nothing seen of `count` prompts.
    public init(count: Int) {
      samples = Array(repeating: 0, count: count)
      successes = samples
      squaredScores = samples
    }
  }

  /// The decay λ.
  public let decay: Double
  /// When the snapshot is refreshed.
  public let refresh: StatisticsRefresh
  /// Everything seen so far.
  public private(set) var current: Sums
  /// What allocation reads.
  public private(set) var snapshot: Sums

  /// An empty history.
  ///
  /// - Precondition: 0 ≤ λ ≤ 1.
  public init(promptCount: Int, decay: Double = 1, refresh: StatisticsRefresh = .step) {
    precondition((0...1).contains(decay), "decay is \(decay), it must lie in 0...1")
    self.decay = decay
    self.refresh = refresh
    current = Sums(count: promptCount)
    snapshot = current
  }

  /// The history as a checkpoint holds it.
  ///
  /// - Precondition: sums of equally many prompts.
  public init(current: Sums, snapshot: Sums, decay: Double, refresh: StatisticsRefresh) {
    self.init(promptCount: current.samples.count, decay: decay, refresh: refresh)
    for sums in [current, snapshot] {
      precondition(
        [sums.samples.count, sums.successes.count, sums.squaredScores.count].allSatisfy {
          $0 == current.samples.count
        }, "sums of different lengths")
    }
    self.current = current
    self.snapshot = snapshot
  }

  /// The number of prompts.
  public var promptCount: Int { current.samples.count }

  /// Adds the rollouts of one prompt at one step; `squaredScores` is the sum over them.
  public mutating func add(prompt: Int, successes: Int, samples: Int, squaredScores: Double) {
    precondition(0 <= successes && successes <= samples, "\(successes) successes of \(samples)")
    guard samples > 0 else { return }
    current.samples[prompt] = decay * current.samples[prompt] + Double(samples)
    current.successes[prompt] = decay * current.successes[prompt] + Double(successes)
    current.squaredScores[prompt] = decay * current.squaredScores[prompt] + squaredScores
  }

  /// Ends a step, and an epoch where `endsEpoch`: refreshes the snapshot if it is due.
  public mutating func endStep(endsEpoch: Bool) {
    if refresh == .step || endsEpoch { snapshot = current }
  }

  /// What the allocators read of `prompts`, from the snapshot.
  ///
  /// Decayed counts are rounded to whole ones, successes within samples; the score deviation is the root mean square of ‖s‖.
  public func statistics(_ prompts: [Int]) -> [PromptStatistics] {
    prompts.map { prompt in
      let samples = snapshot.samples[prompt]
      let rounded = Int(samples.rounded())
      let successes = min(rounded, Int(snapshot.successes[prompt].rounded()))
      return PromptStatistics(
        successes: successes, samples: rounded,
        scoreDeviation: samples > 0 ? (snapshot.squaredScores[prompt] / samples).squareRoot() : nil)
    }
  }
}
