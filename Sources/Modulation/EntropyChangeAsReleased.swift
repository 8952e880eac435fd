import Foundation

/// The entropy change as the released code approximates it: the expectation over the vocabulary replaced by a mean over the response's own tokens.
///
/// ```
/// ΔH_t = −ξ_t [ π_t Λ_t − mean_{u in the response} π_u Λ_u ],   Λ = log π + H
/// ```
///
/// Deviation from `dynamo2026`: the identity needs Σ_j π_j² Λ_j at the token's own state; the mean is over other states, each at its sampled token. Two consequences need no
/// experiment: a response of one valid token always gets 0, and on-policy the changes of a response add up to 0 whatever the policy does. The step size is dropped.
///
/// - Source: `dynamoRelease2026`, dp_actor.py lines 353 to 371.
public enum EntropyChangeAsReleased {
  /// The signed change of every token (the release uses its magnitude); 0 for tokens that do not count.
  public static func changes(_ batch: TokenBatch, clip: ClipIndicator = ClipIndicator()) -> [Double] {
    let count = batch.count
    let weighted = [Double](unsafeUninitializedCapacity: count) { buffer, filled in
      for index in 0..<count {
        let logProbability = batch.logProbabilities[index]
        buffer[index] = exp(logProbability) * (logProbability + batch.entropies[index])
      }
      filled = count
    }
    let sequenceCount = (batch.sequences.max() ?? -1) + 1
    var sums = [Double](repeating: 0, count: sequenceCount)
    var lengths = [Double](repeating: 0, count: sequenceCount)
    for index in 0..<count where batch.counts(index) {
      sums[batch.sequences[index]] += weighted[index]
      lengths[batch.sequences[index]] += 1
    }
    let means = zip(sums, lengths).map { $1 > 0 ? $0 / $1 : 0 }
    return [Double](unsafeUninitializedCapacity: count) { buffer, filled in
      for index in 0..<count {
        // A mean over one token is the token itself; subtracting it from itself must give zero however it was rounded.
        let sequence = batch.sequences[index]
        guard batch.counts(index), lengths[sequence] > 1 else {
          buffer[index] = 0
          continue
        }
        let coefficient = clip.coefficient(
          ratio: batch.ratios?[index] ?? 1, advantage: batch.advantages[index])
        buffer[index] = EntropyChange.firstOrder(
          weightedDeviation: weighted[index], expectation: means[sequence], coefficient: coefficient)
      }
      filled = count
    }
  }
}
