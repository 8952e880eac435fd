import Foundation

/// The distribution that a token was drawn from, with the sums that the token-level formulas need.
public struct NextTokenDistribution: Sendable, Hashable {
  /// π, one probability for each token of the vocabulary.
  public let probabilities: [Double]
  /// H = −Σ π log π, in nats.
  public let entropy: Double
  /// Σπ².
  public let sumOfSquares: Double
  /// Σ π² Λ with Λ = log π + H: the expectation of π_a Λ_a over the state's own vocabulary.
  public let expectedWeightedDeviation: Double

  /// The allowed deviation of the sum from one: rounding to 9 decimals of up to 10³ entries, or single precision over 2¹⁶.
  public static let normalisationTolerance = 1e-6

  /// The distribution, divided by its sum.
  ///
  /// Throws for an entry that is negative, above one or no number, for an empty vocabulary, and for a sum that misses one by more than
  /// `normalisationTolerance`. A vocabulary of one is the certain token: entropy, score and entropy change are 0.
  public init(probabilities: [Double]) throws(ModulationError) {
    guard !probabilities.isEmpty else { throw .wrongCount(name: "probabilities", count: 0, expected: 1) }
    for (index, value) in probabilities.enumerated()
    where !(value >= 0 && value <= 1 + Self.normalisationTolerance) {
      throw .outOfRange(name: "probabilities", index: index, value: value, allowed: "lie in [0, 1]")
    }
    let sum = probabilities.reduce(0, +)
    guard abs(sum - 1) <= Self.normalisationTolerance else {
      throw .unnormalised(sum: sum, tolerance: Self.normalisationTolerance)
    }
    self.init(normalised: probabilities.map { $0 / sum })
  }

  /// A distribution that is known to be normalised, as a softmax made it.
  public init(normalised probabilities: [Double]) {
    self.probabilities = probabilities
    var entropy = 0.0
    var squares = 0.0
    for p in probabilities where p > 0 {
      entropy -= p * log(p)
      squares += p * p
    }
    self.entropy = max(entropy, 0)
    sumOfSquares = squares
    var expectation = 0.0
    // The deviation is taken before the sum: Σπ² log π + H Σπ² cancels for nearly uniform distributions.
    for p in probabilities where p > 0 { expectation += p * p * (log(p) + entropy) }
    expectedWeightedDeviation = expectation
  }

  /// π_a Λ_a of one token: 0 for a token of probability 0.
  ///
  /// - Precondition: the vocabulary has the token.
  public func weightedDeviation(_ action: Int) -> Double {
    precondition(
      probabilities.indices.contains(action), "token \(action) of a vocabulary of \(probabilities.count)")
    let p = probabilities[action]
    return p > 0 ? p * (log(p) + entropy) : 0
  }
}
