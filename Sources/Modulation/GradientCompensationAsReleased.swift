/// Gradient compensation as the released code computes it.
///
/// ```
/// boost = 1 + (μ_max − 1)(H_max − H)/(H_max − H_min + 1e-8)   if A > 0,   else 1
/// ```
///
/// Deviation from `dynamo2026`: extremes are those of the micro-batch, so the factor depends on what was batched together; 10⁻⁸ in the denominator
/// replaces a rule for coinciding entropies (the factor is then 1) and keeps the factor below μ_max elsewhere.
///
/// - Source: `dynamoRelease2026`, dp_actor.py lines 465 to 503.
public struct GradientCompensationAsReleased: Sendable, Hashable {
  /// μ_max, the largest factor: 1.2 in mode 6 (the released script's), 1.4 in mode 5.
  public let largest: Double

  /// The number that the release adds to the denominator.
  public static let epsilon = 1e-8

  /// The compensation of `decay6_linearnorm`, which the released script uses.
  public static let mode6 = GradientCompensationAsReleased(largest: 1.2)
  /// The compensation of `decay5_linearnorm`.
  public static let mode5 = GradientCompensationAsReleased(largest: 1.4)

  /// A compensation with largest factor μ_max.
  ///
  /// - Precondition: μ_max is finite and at least 1.
  public init(largest: Double) {
    precondition(largest >= 1 && largest.isFinite, "largest is \(largest), it must be finite and at least 1")
    self.largest = largest
  }

  /// The boost of one token.
  @inlinable
  public func factor(entropy: Double, advantage: Double, range: EntropyRange) -> Double {
    advantage > 0 ? factor(entropy: entropy, lowest: range.lowest, highest: range.highest) : 1
  }

  /// The boost of every token; 1 for tokens that do not count.
  ///
  /// The release's scope is the micro-batch; others are there to measure what the choice does.
  public func factors(_ batch: TokenBatch, scope: ModulationScope = .microBatch) throws(ModulationError)
    -> [Double]
  {
    let parts = try batch.parts(scope)
    let extremes = TokenBatch.extremes(batch.entropies, parts: parts, isValid: batch.isValid)
    return compensationFactors(batch, parts, extremes) { factor(entropy: $0, lowest: $1, highest: $2) }
  }

  /// The boost of a token with a positive advantage.
  @inlinable
  func factor(entropy: Double, lowest: Double, highest: Double) -> Double {
    1 + (largest - 1) * (highest - entropy) / (highest - lowest + Self.epsilon)
  }
}
