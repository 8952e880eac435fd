import Foundation

/// Update stabilisation: tokens whose entropy change is large beside the largest of their scope are damped.
///
/// ```
/// β_stab = f(Ξ / max_j Ξ_j),   Ξ = |ΔH|,   f(x) = λ_min + (1 − λ_min)/(1 + exp(γ (x − τ)))
/// ```
///
/// f falls from about 1 to about λ_min around x = τ; the paper's text says "a decreasing sigmoid" and gives no constants.
///
/// - Source: `dynamo2026`, README, the formula of β_stab; the form of f from `dynamoRelease2026`, dp_actor.py lines 465 to 503.
public struct UpdateStabilisation: Sendable, Hashable {
  /// λ_min, the floor that f approaches for large x.
  public let floor: Double
  /// γ, the steepness.
  public let steepness: Double
  /// τ, the centre.
  public let centre: Double

  /// A stabilisation with floor λ_min, steepness γ and centre τ.
  ///
  /// - Precondition: λ_min in [0, 1], γ and τ finite, γ not negative.
  public init(floor: Double, steepness: Double, centre: Double) {
    precondition((0...1).contains(floor), "floor is \(floor), it must lie in [0, 1]")
    precondition(
      steepness >= 0 && steepness.isFinite, "steepness is \(steepness), it must be finite and not negative")
    precondition(centre.isFinite, "centre is \(centre), it must be finite")
    self.floor = floor
    self.steepness = steepness
    self.centre = centre
  }

  /// f(x); at the far right the exponential overflows to ∞ and the value is λ_min, as it should be.
  @inlinable
  public func decay(_ x: Double) -> Double {
    floor + (1 - floor) / (1 + exp(steepness * (x - centre)))
  }

  /// β_stab of one token whose |ΔH| is `magnitude`, `largest` being the scope's largest; where that is 0, x is 0.
  @inlinable
  public func factor(magnitude: Double, largest: Double) -> Double {
    decay(largest > 0 ? magnitude / largest : 0)
  }

  /// β_stab of every token from its entropy change (of either sign), relative to the largest of its scope; 1 for tokens that do not count.
  ///
  /// Throws for a change that is not finite, and where the scope needs a label that the tokens do not carry.
  ///
  /// - Precondition: one change for each token of the batch.
  public func factors(_ batch: TokenBatch, entropyChanges: [Double], scope: ModulationScope)
    throws(ModulationError) -> [Double]
  {
    try stabilisationFactors(batch, entropyChanges, scope, epsilon: 0, decay)
  }
}

/// What the published and the released form share: the ratio to the scope's largest magnitude, then the decay.
///
/// Throws for a change that is not finite: the maximum would hide a NaN, and an infinite one would damp every other token.
@inline(__always)
func stabilisationFactors(
  _ batch: TokenBatch, _ entropyChanges: [Double], _ scope: ModulationScope, epsilon: Double,
  _ decay: (Double) -> Double
) throws(ModulationError) -> [Double] {
  let count = batch.count
  precondition(entropyChanges.count == count, "\(entropyChanges.count) entropy changes for \(count) tokens")
  if let index = entropyChanges.firstIndex(where: { !$0.isFinite }) {
    throw .outOfRange(
      name: "entropyChanges", index: index, value: entropyChanges[index], allowed: "be finite")
  }
  let parts = try batch.parts(scope)
  let extremes = TokenBatch.extremes(entropyChanges, parts: parts, isValid: batch.isValid)
  let scales = zip(extremes.lowest, extremes.highest).map { max(-$0, $1) + epsilon }
  return [Double](unsafeUninitializedCapacity: count) { buffer, filled in
    entropyChanges.withUnsafeBufferPointer { changes in
      batch.isValid.withUnsafeElements { isValid in
        parts.withUnsafeElements { parts in
          scales.withUnsafeBufferPointer { scales in
            for index in 0..<count {
              guard isValid?[index] ?? true else {
                buffer[index] = 1
                continue
              }
              // A part without any change has x = 0 everywhere: 0/0 does not arise. A reciprocal would overflow for a tiny scale.
              let scale = scales[parts?[index] ?? 0]
              buffer[index] = decay(scale > 0 ? changes[index].magnitude / scale : 0)
            }
          }
        }
      }
    }
    filled = count
  }
}
