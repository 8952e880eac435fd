import Foundation
import Statistics

extension EntropyChange {
  /// The exact first-order changes of many drawn tokens from their full vocabularies, each probability read once.
  ///
  /// `probabilities` holds one row of `vocabulary` numbers for each token; `actions` the drawn tokens, `coefficients` their ξ. With H = −Σ π log π, one pass gives
  ///
  ///     Σ π² Λ = Σ π² log π + H Σ π²,   dH/dη = −ξ (π_a Λ_a − Σ π² Λ)
  ///
  /// Two passes, as `NextTokenDistribution` makes them, lose no digits where the distribution is nearly uniform and both terms of Σ π² Λ cancel; here the error is at most
  /// `vocabularyError` times Σπ² log K, which is small against any change that is not itself that small. Rows are taken as normalised if their sum is one within
  /// `NextTokenDistribution.normalisationTolerance`, and are not divided by it.
  ///
  /// Throws for a row with an entry that is negative or no number, or whose sum misses one, naming the entry, counted through all rows.
  ///
  /// - Precondition: equal counts, a vocabulary of at least one token, tokens of the vocabulary.
  /// - Complexity: O(K) for each token, bounded by reading its row.
  public static func firstOrder(
    probabilities: UnsafeBufferPointer<Double>, vocabulary: Int, actions: [Int], coefficients: [Double]
  ) throws(ModulationError) -> [Double] {
    let count = actions.count
    precondition(
      vocabulary > 0 && probabilities.count == count * vocabulary && coefficients.count == count,
      "\(count) tokens, \(probabilities.count) probabilities for vocabularies of \(vocabulary), \(coefficients.count) coefficients"
    )
    var changes = [Double](repeating: 0, count: count)
    for token in 0..<count {
      let row = UnsafeBufferPointer(
        rebasing: probabilities[(token * vocabulary)..<((token + 1) * vocabulary)])
      let action = actions[token]
      precondition((0..<vocabulary).contains(action), "token \(action) of a vocabulary of \(vocabulary)")
      let sums = VocabularySums(row)
      guard sums.areNormalised(tolerance: NextTokenDistribution.normalisationTolerance) else {
        throw fault(in: row, sum: sums.sum, first: token * vocabulary)
      }
      let entropy = sums.entropySum
      let expectation = sums.squaredLogarithmSum + entropy * sums.sumOfSquares
      let p = row[action]
      changes[token] = firstOrder(
        weightedDeviation: p > 0 ? p * (log(p) + entropy) : 0, expectation: expectation,
        coefficient: coefficients[token])
    }
    return changes
  }

  /// The error of Σ π² Λ relative to Σπ² log K: two sums, each with the kernel's bound, and what a sum that misses one by the tolerance does to H.
  public static let vocabularyError = 3 * VocabularySums.relativeErrorBound

  /// What is wrong with a row that is not normalised.
  private static func fault(in row: UnsafeBufferPointer<Double>, sum: Double, first: Int) -> ModulationError {
    if let index = row.firstIndex(where: { !($0 >= 0 && $0.isFinite) }) {
      return .outOfRange(
        name: "probabilities", index: first + index, value: row[index], allowed: "lie in [0, 1]")
    }
    return .unnormalised(sum: sum, tolerance: NextTokenDistribution.normalisationTolerance)
  }
}
