import Foundation

/// KL-Cov: the tokens of largest covariance pay for moving away from the old policy.
///
/// ```
/// L_t = −ρ A + c |log ρ|   for the top max(⌊ratio · valid⌋, 1) tokens by covariance,   L_t = −ρ A for the others
/// ```
///
/// Nothing is clipped. The covariance is signed: the top k are taken even where they are negative, and one token always is. Ties go to the earlier token. Quirk of the
/// release: its `min(ratio, N)` limits nothing and only tests whether the batch is empty. On-policy (ρ = 1) the penalty is 0 and so is the slope that automatic
/// differentiation gives |log ρ| there: the rule acts from the second update of a batch on.
///
/// - Source: `cui2025`, section on KL-Cov; `dynamoRelease2026`, core_algos.py lines 972 to 1036.
public struct KLCov: Sendable, Hashable {
  /// The fraction of the valid tokens that pay.
  public let ratio: Double
  /// c, the price per nat of |log ρ|.
  public let coefficient: Double

  /// The published script's setting: ratio .002, c = 1.
  public static let published = KLCov(ratio: 0.002)

  /// A rule for a fraction `ratio` of the valid tokens; the defaults are those of the released function.
  ///
  /// - Precondition: the ratio lies in (0, 1], c is finite and not negative.
  public init(ratio: Double = 0.0002, coefficient: Double = 1) {
    precondition(ratio > 0 && ratio <= 1, "ratio is \(ratio), it must lie in (0, 1]")
    precondition(
      coefficient >= 0 && coefficient.isFinite,
      "coefficient is \(coefficient), it must be finite and not negative")
    self.ratio = ratio
    self.coefficient = coefficient
  }

  /// Whether each token pays; nobody does in a batch without valid tokens.
  public func penalised(_ batch: TokenBatch) -> [Bool] {
    var result = [Bool](repeating: false, count: batch.count)
    let valid = batch.validCount
    guard valid > 0 else { return result }
    let covariances = TokenCovariance.values(batch)
    var values = batch.validValues(covariances)
    let number = TokenCovariance.selected(ratio: ratio, valid: valid)
    let threshold = values.withUnsafeMutableBufferPointer { buffer in
      OrderStatistic.select(valid - number, in: buffer)
      return buffer[valid - number]
    }
    var left = number
    for index in covariances.indices where covariances[index] > threshold {
      result[index] = true
      left -= 1
    }
    for index in covariances.indices where covariances[index] == threshold && left > 0 {
      result[index] = true
      left -= 1
    }
    return result
  }

  /// L_t of every token; 0 for tokens that do not count.
  public func losses(_ batch: TokenBatch) -> [Double] {
    let penalised = penalised(batch)
    return batch.advantages.indices.map { index in
      guard batch.counts(index) else { return 0 }
      let ratio = batch.ratios?[index] ?? 1
      return -ratio * batch.advantages[index] + (penalised[index] ? coefficient * log(ratio).magnitude : 0)
    }
  }

  /// The update's coefficient ξ = −∂L_t/∂ log π of every token: ρ A, less c sgn(log ρ) where the token pays; 0 for tokens that do not count.
  public func coefficients(_ batch: TokenBatch) -> [Double] {
    let penalised = penalised(batch)
    return batch.advantages.indices.map { index in
      guard batch.counts(index) else { return 0 }
      let ratio = batch.ratios?[index] ?? 1
      let slope: Double = ratio > 1 ? 1 : ratio < 1 ? -1 : 0
      return ratio * batch.advantages[index] - (penalised[index] ? coefficient * slope : 0)
    }
  }
}
