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
    advantage > 0 ? factor(entropy: entropy, lowest: range.lowest, highest: range.highest) : 1
  }

  /// β_comp of every token, H_min and H_max taken over the valid tokens of its scope; 1 for tokens that do not count.
  public func factors(_ batch: TokenBatch, scope: ModulationScope) throws(ModulationError) -> [Double] {
    let parts = try batch.parts(scope)
    let extremes = TokenBatch.extremes(batch.entropies, parts: parts, isValid: batch.isValid)
    return compensationFactors(batch, parts, extremes) { factor(entropy: $0, lowest: $1, highest: $2) }
  }

  /// β_comp of a token with a positive advantage; the quotient is formed first, as α/(H_max − H_min) may overflow where H_max − H_min is tiny.
  @inlinable
  func factor(entropy: Double, lowest: Double, highest: Double) -> Double {
    let width = highest - lowest
    guard width > 0 else { return coincidence == .full ? 1 + strength : 1 }
    return 1 + strength * min(max((highest - entropy) / width, 0), 1)
  }
}

/// What the published and the released form share: 1 without a positive advantage and for tokens that do not count, else `factor` of the entropy and its scope's extremes.
@inline(__always)
func compensationFactors(
  _ batch: TokenBatch, _ parts: [Int]?, _ extremes: (lowest: [Double], highest: [Double]),
  _ factor: (_ entropy: Double, _ lowest: Double, _ highest: Double) -> Double
) -> [Double] {
  let count = batch.count
  return [Double](unsafeUninitializedCapacity: count) { buffer, filled in
    batch.entropies.withUnsafeBufferPointer { entropies in
      batch.advantages.withUnsafeBufferPointer { advantages in
        batch.isValid.withUnsafeElements { isValid in
          parts.withUnsafeElements { parts in
            extremes.lowest.withUnsafeBufferPointer { lowest in
              extremes.highest.withUnsafeBufferPointer { highest in
                for index in 0..<count {
                  let part = parts?[index] ?? 0
                  buffer[index] =
                    advantages[index] > 0 && isValid?[index] ?? true
                    ? factor(entropies[index], lowest[part], highest[part]) : 1
                }
              }
            }
          }
        }
      }
    }
    filled = count
  }
}
