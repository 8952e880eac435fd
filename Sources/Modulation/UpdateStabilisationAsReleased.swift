import Foundation

/// Update stabilisation as the released code computes it: `f(Ξ/(max Ξ + 1e-8))` with the maximum over the micro-batch.
///
/// Deviation from `dynamo2026`: the maximum runs over every token of the micro-batch, where the text has max over j at fixed t; 10⁻⁸ in the denominator keeps the
/// largest token's x just below 1. With γ = 50 and τ = .99 mode 6 ends at f(1) = .751: its nominal floor .6 is never reached.
///
/// - Source: `dynamoRelease2026`, dp_actor.py lines 465 to 503.
public struct UpdateStabilisationAsReleased: Sendable, Hashable {
  /// The decay.
  public let form: UpdateStabilisation

  /// The number that the release adds to the largest magnitude.
  public static let epsilon = 1e-8

  /// `decay6_linearnorm`: λ_min = .6, γ = 50, τ = .99; what the released script uses.
  public static let mode6 = UpdateStabilisationAsReleased(
    UpdateStabilisation(floor: 0.6, steepness: 50, centre: 0.99))
  /// `decay5_linearnorm`: λ_min = .6, γ = 50, τ = .9.
  public static let mode5 = UpdateStabilisationAsReleased(
    UpdateStabilisation(floor: 0.6, steepness: 50, centre: 0.9))

  /// The released normalisation around another decay.
  public init(_ form: UpdateStabilisation) { self.form = form }

  /// β_stab of one token.
  @inlinable
  public func factor(magnitude: Double, largest: Double) -> Double {
    form.decay(magnitude / (largest + Self.epsilon))
  }

  /// β_stab of every token from its entropy change; 1 for tokens that do not count.
  ///
  /// The release's scope is the micro-batch; others are there to measure what the choice does. Throws for a change that is not finite,
  /// and where the scope needs a label that the tokens do not carry.
  ///
  /// - Precondition: one change for each token of the batch.
  public func factors(
    _ batch: TokenBatch, entropyChanges: [Double], scope: ModulationScope = .microBatch
  ) throws(ModulationError) -> [Double] {
    try stabilisationFactors(batch, entropyChanges, scope, epsilon: Self.epsilon, form.decay)
  }
}
