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
    let sequenceCount = (batch.sequences.max() ?? -1) + 1
    var means = [Double](repeating: 0, count: sequenceCount)
    var lengths = [Double](repeating: 0, count: sequenceCount)
    return [Double](unsafeUninitializedCapacity: count) { buffer, filled in
      batch.logProbabilities.withUnsafeBufferPointer { logProbabilities in
        batch.entropies.withUnsafeBufferPointer { entropies in
          for index in 0..<count {
            buffer[index] = exp(logProbabilities[index]) * (logProbabilities[index] + entropies[index])
          }
        }
      }
      batch.isValid.withUnsafeElements { isValid in
        batch.sequences.withUnsafeBufferPointer { sequences in
          means.withUnsafeMutableBufferPointer { means in
            lengths.withUnsafeMutableBufferPointer { lengths in
              for index in 0..<count where isValid?[index] ?? true {
                means[sequences[index]] += buffer[index]
                lengths[sequences[index]] += 1
              }
              for sequence in means.indices where lengths[sequence] > 0 {
                means[sequence] /= lengths[sequence]
              }
              subtract(means, lengths, sequences, isValid, batch, clip, buffer)
            }
          }
        }
      }
      filled = count
    }
  }

  /// Turns π_t Λ_t, which `buffer` holds, into the changes.
  @inline(__always)
  private static func subtract(
    _ means: UnsafeMutableBufferPointer<Double>, _ lengths: UnsafeMutableBufferPointer<Double>,
    _ sequences: UnsafeBufferPointer<Int>, _ isValid: UnsafeBufferPointer<Bool>?, _ batch: TokenBatch,
    _ clip: ClipIndicator, _ buffer: UnsafeMutableBufferPointer<Double>
  ) {
    batch.advantages.withUnsafeBufferPointer { advantages in
      batch.ratios.withUnsafeElements { ratios in
        for index in buffer.indices {
          // A mean over one token is the token itself; subtracting it from itself must give zero however it was rounded.
          let sequence = sequences[index]
          guard isValid?[index] ?? true, lengths[sequence] > 1 else {
            buffer[index] = 0
            continue
          }
          let coefficient = clip.coefficient(ratio: ratios?[index] ?? 1, advantage: advantages[index])
          buffer[index] = EntropyChange.firstOrder(
            weightedDeviation: buffer[index], expectation: means[sequence], coefficient: coefficient)
        }
      }
    }
  }
}
