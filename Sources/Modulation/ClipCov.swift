import Statistics

/// Clip-Cov: a few tokens of large covariance, drawn at random, lose their update.
///
/// Candidates have `lower < cov_t < upper` (`TokenCovariance`) and are not clipped already; max(⌊ratio · valid⌋, 1) of them, or all if there are fewer, get the loss 0. What is
/// left is the clipped surrogate; the denominator of the loss still counts the dropped tokens.
///
/// Quirks kept: at least one candidate is dropped however small the batch, so that in a batch of 100 tokens "two in ten thousand" is one in a hundred; the limits
/// are absolute, so that they select nothing where advantages are small; clipped tokens still count in the means. The draw is a function of the stream that is given.
///
/// - Source: `cui2025`, section on Clip-Cov; `dynamoRelease2026`, core_algos.py lines 882 to 969.
public struct ClipCov: Sendable, Hashable {
  /// The fraction of the valid tokens that lose their update.
  public let ratio: Double
  /// The covariance that a candidate must exceed.
  public let lower: Double
  /// The covariance that a candidate must stay below.
  public let upper: Double
  /// The clip range of the surrogate, which excludes tokens before the draw.
  public let clip: ClipIndicator

  /// The published script's setting: ratio .0002, covariance in (1, 5), clip range 1 on both sides, which on the low side clips nothing.
  public static let published = ClipCov()

  /// A rule for a fraction `ratio` of the valid tokens.
  ///
  /// - Precondition: the ratio lies in (0, 1], lower < upper.
  public init(
    ratio: Double = 0.0002, lower: Double = 1, upper: Double = 5,
    clip: ClipIndicator = ClipIndicator(low: 1, high: 1)
  ) {
    precondition(ratio > 0 && ratio <= 1, "ratio is \(ratio), it must lie in (0, 1]")
    precondition(lower < upper, "the limits \(lower) and \(upper) enclose nothing")
    self.ratio = ratio
    self.lower = lower
    self.upper = upper
    self.clip = clip
  }

  /// The tokens among which the draw is made, in increasing order.
  public func candidates(_ batch: TokenBatch) -> [Int] {
    let covariances = TokenCovariance.values(batch)
    return covariances.indices.filter { index in
      isCandidate(
        covariance: covariances[index], advantage: batch.advantages[index], ratio: batch.ratios?[index] ?? 1)
    }
  }

  /// Whether a token of this contribution to the covariance, advantage and ratio takes part in the draw.
  ///
  /// A token without an advantage has nothing that could be clipped and stays a candidate.
  public func isCandidate(covariance: Double, advantage: Double, ratio: Double) -> Bool {
    covariance > lower && covariance < upper
      && (advantage == 0 || clip.value(ratio: ratio, advantage: advantage) != 0)
  }

  /// Whether each token keeps its loss; false for tokens that do not count.
  ///
  /// `stream` is read from where it stands and not moved: the same stream gives the same draw.
  public func keep(_ batch: TokenBatch, stream: RandomStream) -> [Bool] {
    var result = batch.isValid ?? [Bool](repeating: true, count: batch.count)
    var candidates = candidates(batch)
    let number = drawn(candidates: candidates.count, valid: batch.validCount)
    var stream = stream
    // The first steps of a Fisher-Yates shuffle: every subset of that size is equally likely.
    for place in 0..<number {
      candidates.swapAt(place, place + stream.index(below: candidates.count - place))
      result[candidates[place]] = false
    }
    return result
  }

  /// How many of `candidates` candidates are drawn in a batch of `valid` tokens: max(⌊ratio · valid⌋, 1), or all if there are fewer.
  public func drawn(candidates: Int, valid: Int) -> Int {
    min(TokenCovariance.selected(ratio: ratio, valid: valid), candidates)
  }

  /// The update's coefficient ξ of every token: ρ A where the token is kept and not clipped, else 0.
  public func coefficients(_ batch: TokenBatch, stream: RandomStream) -> [Double] {
    let keep = keep(batch, stream: stream)
    return batch.advantages.indices.map { index in
      keep[index]
        ? clip.coefficient(ratio: batch.ratios?[index] ?? 1, advantage: batch.advantages[index]) : 0
    }
  }
}
