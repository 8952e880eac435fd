import Foundation

/// GRPO: rewards standardised within the group, `A_i = (R_i − mean R) / (sd R + ε)`.
///
/// A group whose rewards all agree carries no signal and gives 0; that is decided from counts, never from a floating-point deviation. For rewards in {0, 1}, ε = 0 and the population deviation,
/// `E ĝ = (c_G/P) ∇p` with `c_G = E√(k(G−k))/G`: the direction is right, the length is not.
///
/// - Source: `shao2024`, equation 3 onward; ε and the group-of-one convention as trainers set them.
public struct GRPO: GradientEstimator {
  /// Which deviation divides.
  public enum Deviation: String, Sendable, Hashable, CaseIterable {
    /// Divisor G.
    case population
    /// Divisor G − 1.
    case sample
  }

  /// What a group of one gets, as it has no deviation.
  public enum GroupOfOne: String, Sendable, Hashable, CaseIterable {
    /// Advantage 0: no comparison, no signal.
    case zero
    /// Mean 0 and deviation 1, so that A = R/(1 + ε), as some trainers do.
    case reward
  }

  /// Which deviation divides.
  public let deviation: Deviation
  /// The number ε added to the deviation.
  public let epsilon: Double
  /// What a group of one gets.
  public let groupOfOne: GroupOfOne

  /// The estimator; trainers use the sample deviation with ε = 1e-6 or 1e-4.
  ///
  /// - Precondition: ε is finite and not negative.
  public init(deviation: Deviation = .population, epsilon: Double = 0, groupOfOne: GroupOfOne = .zero) {
    precondition(
      epsilon >= 0 && epsilon.isFinite, "epsilon is \(epsilon), it must be finite and not negative")
    self.deviation = deviation
    self.epsilon = epsilon
    self.groupOfOne = groupOfOne
  }

  /// `grpo`.
  public var name: String { "grpo" }

  /// `(R − mean)/(sd + ε)`.
  public func advantages(rewards: [Double], lengths: [Int]) -> [Double] {
    standardised(rewards, GroupSums(rewards: rewards))
  }

  /// `(R − mean)/(sd + ε)`.
  public func classAdvantages(counts: [Int], rewards: [Double], lengths: [Int]) -> [Double] {
    standardised(rewards, GroupSums(counts: counts, rewards: rewards))
  }

  private func standardised(_ rewards: [Double], _ sums: GroupSums) -> [Double] {
    if sums.size == 1, groupOfOne == .reward { return rewards.map { $0 / (1 + epsilon) } }
    guard sums.isMixed else { return rewards.map { _ in 0 } }
    let divisor = deviation == .population ? sums.size : sums.size - 1
    let scale = 1 / ((sums.squaredDeviations / Double(divisor)).squareRoot() + epsilon)
    return rewards.map { ($0 - sums.mean) * scale }
  }
}
