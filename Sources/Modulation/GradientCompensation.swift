/// Gradient compensation: tokens of low entropy with a positive advantage are amplified.
///
/// ```
/// β_comp = 1 + α (H_max − H)/(H_max − H_min)   if A > 0,   else 1
/// ```
///
/// The fraction is 0 at the largest entropy of the scope and 1 at the smallest, so that β_comp lies in [1, 1 + α].
///
/// - Source: `dynamo2026`, README, the formula of β_comp.
public struct GradientCompensation: Sendable, Hashable {
  /// What the fraction is when all entropies of the scope coincide: 0/0 in the formula.
  public enum Coincidence: String, Sendable, Hashable, CaseIterable {
    /// 0, the limit from a token at H_max: the factor is 1. What the released code comes to.
    case unmodulated
    /// 1, the limit from a token at H_min: the factor is 1 + α.
    case full
  }

  /// α, the largest amplification less one.
  public let strength: Double
  /// What happens when all entropies coincide.
  public let coincidence: Coincidence

  /// A compensation of strength α.
  ///
  /// - Precondition: α is finite and not negative.
  public init(strength: Double, coincidence: Coincidence = .unmodulated) {
    precondition(
      strength >= 0 && strength.isFinite, "strength is \(strength), it must be finite and not negative")
    self.strength = strength
    self.coincidence = coincidence
  }

  /// β_comp of one token; an entropy outside the range counts as its nearer end.
  @inlinable
  public func factor(entropy: Double, advantage: Double, range: EntropyRange) -> Double {
    guard advantage > 0 else { return 1 }
    let width = range.highest - range.lowest
    guard width > 0 else { return coincidence == .full ? 1 + strength : 1 }
    return 1 + strength * min(max((range.highest - entropy) / width, 0), 1)
  }

  /// β_comp of every token, H_min and H_max taken over the valid tokens of its scope; 1 for tokens that do not count.
  public func factors(_ batch: TokenBatch, scope: ModulationScope) throws(ModulationError) -> [Double] {
    let parts = try batch.parts(scope)
    let extremes = TokenBatch.extremes(batch.entropies, parts: parts, isValid: batch.isValid)
    // One multiplication for each token: α/(H_max − H_min) is taken once for each part.
    let slopes = zip(extremes.lowest, extremes.highest).map { $1 > $0 ? strength / ($1 - $0) : 0 }
    let atCoincidence = coincidence == .full ? 1 + strength : 1
    return [Double](unsafeUninitializedCapacity: batch.count) { buffer, count in
      for index in 0..<batch.count {
        let part = parts?[index] ?? 0
        var factor = 1.0
        if batch.advantages[index] > 0, batch.counts(index) {
          factor =
            slopes[part] > 0
            ? 1 + slopes[part] * (extremes.highest[part] - batch.entropies[index])
            : (extremes.highest[part] > extremes.lowest[part] ? 1 : atCoincidence)
        }
        buffer[index] = factor
      }
      count = batch.count
    }
  }
}
