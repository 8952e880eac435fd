/// What a token contributes to the covariance of advantage and log-probability over a batch: `(A − mean A)(log π − mean log π)`.
///
/// Means run over all valid tokens, clipped ones included. A large value marks a token whose update lowers the entropy most in the reading of `cui2025`; that reading is the
/// covariance over the vocabulary of one state, while this one mixes states, and its size depends on the scale of the advantages.
///
/// - Source: `cui2025`; `dynamoRelease2026`, core_algos.py lines 882 to 1036.
public enum TokenCovariance {
  /// The contribution of every token; −∞ for tokens that do not count, so that no rule selects them.
  public static func values(_ batch: TokenBatch) -> [Double] {
    var advantages = 0.0
    var logProbabilities = 0.0
    var count = 0.0
    for index in 0..<batch.count where batch.counts(index) {
      advantages += batch.advantages[index]
      logProbabilities += batch.logProbabilities[index]
      count += 1
    }
    let meanAdvantage = advantages / count
    let meanLogProbability = logProbabilities / count
    return (0..<batch.count).map { index in
      batch.counts(index)
        ? (batch.advantages[index] - meanAdvantage) * (batch.logProbabilities[index] - meanLogProbability)
        : -.infinity
    }
  }

  /// How many of `valid` tokens the ratio r selects: max(⌊r · valid⌋, 1), at least one however small the batch.
  static func selected(ratio: Double, valid: Int) -> Int { max(Int(ratio * Double(valid)), 1) }
}

extension TokenBatch {
  /// The number of valid tokens.
  var validCount: Int { isValid.map { $0.reduce(0) { $0 + ($1 ? 1 : 0) } } ?? count }
}
