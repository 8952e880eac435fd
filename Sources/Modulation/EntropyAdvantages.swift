/// Entropy advantages: uncertain tokens get a bonus on their advantage.
///
/// ```
/// A' = A + min(α H, |A|/κ)
/// ```
///
/// The entropy is a constant for the gradient. With κ > 1 the sign of A never flips: A' lies in [A, A(1 + 1/κ)] for A > 0 and in [A, A(1 − 1/κ)] for A < 0, and A = 0 stays 0.
/// The bonus is added to both signs, so that an uncertain token's success counts more and its failure less: beside the size of the step the rule moves the baseline.
///
/// - Source: `cheng2025`, the equation of the entropy-based advantage; rewards there are ±1.
public struct EntropyAdvantages: Sendable, Hashable {
  /// α, advantage per nat.
  public let strength: Double
  /// κ: the bonus is at most |A|/κ.
  public let cap: Double

  /// The setting for GRPO: α = .4, κ = 2.
  public static let groupRelative = EntropyAdvantages(strength: 0.4)
  /// The setting for PPO: α = .1, κ = 2.
  public static let proximal = EntropyAdvantages(strength: 0.1)

  /// A bonus of α per nat, at most |A|/κ.
  ///
  /// - Precondition: α is finite and not negative; κ is finite and exceeds 1, as a bonus of |A| would remove a negative advantage.
  public init(strength: Double, cap: Double = 2) {
    precondition(
      strength >= 0 && strength.isFinite, "strength is \(strength), it must be finite and not negative")
    precondition(cap > 1 && cap.isFinite, "cap is \(cap), it must be finite and exceed 1")
    self.strength = strength
    self.cap = cap
  }

  /// A' of one token of entropy H ≥ 0 (nats).
  @inlinable
  public func advantage(entropy: Double, advantage: Double) -> Double {
    advantage + min(strength * entropy, advantage.magnitude / cap)
  }

  /// A' of every token; tokens that do not count keep A.
  public func advantages(_ batch: TokenBatch) -> [Double] {
    batch.advantages.indices.map { index in
      let own = batch.advantages[index]
      return batch.counts(index) ? advantage(entropy: batch.entropies[index], advantage: own) : own
    }
  }
}
