/// A group gradient estimator `ĝ = (1/G) Σ_i A_i s_i`: what turns the rewards of a group into advantages.
///
/// Written twice on purpose. The form per rollout is the definition as its authors state it and serves the raw-tuple oracle; the form per class, given how many
/// rollouts of the group fell into each class, is what the fast oracle uses. A test holds them together.
public protocol GradientEstimator: Sendable {
  /// The name used in tables and by `allot variance`.
  var name: String { get }

  /// The advantage of each rollout of a group.
  ///
  /// - Precondition: `rewards` and `lengths` have one entry for each rollout.
  func advantages(rewards: [Double], lengths: [Int]) -> [Double]

  /// The advantage of each class when `counts[c]` rollouts of the group are of class c; classes with no rollout may get anything.
  func classAdvantages(counts: [Int], rewards: [Double], lengths: [Int]) -> [Double]

  /// Whether an advantage depends on its own rollout alone, so that rollouts are independent and one of them says all.
  var isPerRollout: Bool { get }
}

extension GradientEstimator {
  /// Group estimators couple their rollouts.
  public var isPerRollout: Bool { false }
}

/// The sums over a group that most advantages are made of, from counts by class.
struct GroupSums {
  let size: Int
  let mean: Double
  /// Σ (R − mean)²; exact zero when all rewards agree, because that is decided from counts.
  let squaredDeviations: Double
  /// Whether at least two reward levels occur.
  let isMixed: Bool

  init(counts: [Int], rewards: [Double]) {
    var size = 0
    var sum = 0.0
    var first: Double?
    var mixed = false
    for (count, reward) in zip(counts, rewards) where count > 0 {
      size += count
      sum += Double(count) * reward
      if let first { mixed = mixed || reward != first } else { first = reward }
    }
    self.size = size
    self.isMixed = mixed
    mean = mixed ? sum / Double(size) : (first ?? 0)
    var squares = 0.0
    if mixed {
      for (count, reward) in zip(counts, rewards) where count > 0 {
        squares += Double(count) * (reward - mean) * (reward - mean)
      }
    }
    squaredDeviations = squares
  }

  /// The same from the rewards themselves.
  init(rewards: [Double]) { self.init(counts: rewards.map { _ in 1 }, rewards: rewards) }
}
