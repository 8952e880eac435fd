/// REINFORCE++: rewards standardised over the whole batch of prompts, `A = (x − mean x) / (sd x + ε)` with the sample deviation.
///
/// Plain: x = R. With group baseline: x = R minus the mean of its group. The batch couples prompts: an easy prompt's advantages
/// depend on how hard the others are. A batch whose x all agree gives 0.
///
/// As a `GradientEstimator` it is the batch of a single prompt, with every token of a response weighted alike; `BatchOracle` treats larger batches.
///
/// - Source: `hu2025`.
public struct ReinforcePlusPlus: GradientEstimator {
  /// What is whitened over the batch.
  public enum Variant: String, Sendable, Hashable, CaseIterable {
    /// The rewards.
    case plain
    /// The rewards minus their group's mean.
    case groupBaseline = "group-baseline"
  }

  /// What is whitened over the batch.
  public let variant: Variant
  /// The number ε added to the deviation.
  public let epsilon: Double

  /// The estimator; trainers use ε = 1e-8.
  public init(variant: Variant = .plain, epsilon: Double = 0) {
    precondition(
      epsilon >= 0 && epsilon.isFinite, "epsilon is \(epsilon), it must be finite and not negative")
    self.variant = variant
    self.epsilon = epsilon
  }

  /// `reinforce++` or `reinforce++-group-baseline`.
  public var name: String { variant == .plain ? "reinforce++" : "reinforce++-group-baseline" }

  /// The advantages of a batch of one prompt.
  public func advantages(rewards: [Double], lengths: [Int]) -> [Double] {
    batchAdvantages(rewards: [rewards])[0]
  }

  /// The advantages of a batch of one prompt.
  public func classAdvantages(counts: [Int], rewards: [Double], lengths: [Int]) -> [Double] {
    batchClassAdvantages(counts: [counts], rewards: [rewards])[0]
  }

  /// The advantages of every rollout of a batch, prompt by prompt.
  public func batchAdvantages(rewards: [[Double]]) -> [[Double]] {
    batchClassAdvantages(counts: rewards.map { $0.map { _ in 1 } }, rewards: rewards)
  }

  /// The advantage of each class of each prompt, given the counts in the batch.
  func batchClassAdvantages(counts: [[Int]], rewards: [[Double]]) -> [[Double]] {
    let values = zip(counts, rewards).map { counts, rewards in
      let mean = variant == .plain ? 0 : GroupSums(counts: counts, rewards: rewards).mean
      return rewards.map { $0 - mean }
    }
    let pooled = GroupSums(counts: counts.flatMap { $0 }, rewards: values.flatMap { $0 })
    guard pooled.isMixed else { return values.map { $0.map { _ in 0 } } }
    let deviation = (pooled.squaredDeviations / Double(pooled.size - 1)).squareRoot()
    return values.map { $0.map { ($0 - pooled.mean) / (deviation + epsilon) } }
  }
}
