import Foundation
import Interchange
import Modulation

/// Reads the lines of `allot modulate` and checks each token.
final class TokenLineReader {
  /// How far numbers that say the same may differ.
  enum Tolerance {
    /// π stated twice, and π in the list: six decimals, or single precision.
    static let probability = 1e-6
    /// ρ against exp(log π − log π_old), relative to the larger of ρ and 1: two log-probabilities of six decimals put ρ off by a relative 10⁻⁶, single precision at
    /// log π = −20 by as much again.
    static let ratio = 1e-5
    /// H against −Σ π log π, in nats: 10⁻⁶ spread over the vocabulary moves H by 10⁻⁶ times the largest −log π, which is below 100 in any log.
    static let entropy = 1e-4
    /// Σπ² against the sum over the list, twice the tolerance of π and rounding.
    static let sumOfSquares = 1e-5
  }

  let fields: JSONLineFields
  /// For each field the places of its names among those read.
  let places: [[Int]]
  private let addedPlaces: Range<Int>
  let vocabulary: Int?

  /// A reader; `vocabulary` is K where the user knows it.
  init(_ lines: LineReader, vocabulary: Int?) throws(InterchangeError) {
    var names: [JSONLineFields.Name] = []
    var places: [[Int]] = []
    for field in TokenField.allCases {
      places.append(field.names.indices.map { names.count + $0 })
      names += field.names.map { JSONLineFields.Name($0, readsNumbers: true) }
    }
    let first = names.count
    names += AddedField.allCases.map { JSONLineFields.Name($0.rawValue) }
    fields = try JSONLineFields(lines, names)
    self.places = places
    addedPlaces = first..<names.count
    self.vocabulary = vocabulary
  }

  /// The bytes of the line read last.
  var text: UnsafeRawBufferPointer { fields.text }
  /// Its number.
  var lineNumber: Int { fields.lineNumber }
  /// The file's name, for errors.
  var file: String { fields.file }

  /// The next line; nil at the end.
  func next() throws(InterchangeError) -> TokenLine? {
    guard try fields.next() else { return nil }
    for (offset, field) in AddedField.allCases.enumerated() where fields.has(addedPlaces.lowerBound + offset)
    {
      throw fields.damaged(field.rawValue, "the line has the field already that is to be added")
    }
    let (logProbabilities, isArray) = try logProbabilities()
    let count = logProbabilities.count
    let distributions = try distributions(count, isArray)
    let entropies = try array(.entropy, count, isArray)
    guard entropies != nil || distributions != nil || count == 0 else {
      throw wrong(.entropy, "it is missing")
    }
    guard let advantages = try array(.advantage, count, isArray, spreads: true) else {
      throw wrong(.advantage, "it is missing")
    }
    let ratios = try array(.ratio, count, isArray)
    let old = try array(.oldLogProbability, count, isArray)
    let sums = try array(.sumOfSquares, count, isArray)
    let chosen = try array(.token, count, isArray)
    let masks = try array(.mask, count, isArray, truths: true)
    var tokens: [TokenTable.Token] = []
    tokens.reserveCapacity(count)
    for index in 0..<count {
      var token = TokenTable.Token()
      token.logProbability = min(logProbabilities[index], 0)
      token.advantage = advantages[index]
      token.ratio = try ratio(ratios?[index], old?[index], token.logProbability)
      if let mask = masks?[index] {
        guard mask == 0 || mask == 1 else { throw wrong(.mask, "\(DecimalText.cell(mask)) must be 0 or 1") }
        token.isValid = mask == 1
      }
      token.vocabulary = vocabulary
      if let distributions {
        try take(
          distributions[index], chosen?[index], entropies?[index], sums?[index], into: &token)
      } else {
        token.entropy = try entropy(entropies?[index] ?? 0)
        if let sum = sums?[index] { token.squaredScoreNorm = try squaredNorm(sum, token.logProbability) }
        if let chosen = chosen?[index] { _ = try tokenIndex(chosen, vocabulary) }
        if vocabulary == 1, token.logProbability < -Tolerance.probability {
          throw wrong(.logProbability, "the only token of a vocabulary of one is certain")
        }
      }
      tokens.append(token)
    }
    var group = try label(.group)
    if group == nil { group = try label(.promptID) }
    guard let sequence = try label(.sequence) ?? (isArray ? "line \(lineNumber)" : nil) else {
      throw wrong(.sequence, "it is missing")
    }
    return TokenLine(
      sequence: sequence, group: group, isArray: isArray, tokens: tokens,
      positions: try positions(count, isArray), states: try states(count, isArray))
  }

  // MARK: - One token's numbers

  private func ratio(_ given: Double?, _ old: Double?, _ logProbability: Double)
    throws(InterchangeError) -> Double
  {
    if let given, !(given > 0) { throw wrong(.ratio, "\(DecimalText.cell(given)) must be positive") }
    guard let old else { return given ?? 1 }
    guard old <= RolloutTokens.roundingTolerance else {
      throw wrong(.oldLogProbability, "\(DecimalText.cell(old)) must be at most 0")
    }
    let computed = exp(logProbability - min(old, 0))
    guard computed > 0, computed.isFinite else {
      throw wrong(
        .oldLogProbability,
        "the ratio exp(\(DecimalText.cell(logProbability)) − \(DecimalText.cell(old))) is beyond double precision"
      )
    }
    if let given, abs(given - computed) > Tolerance.ratio * max(given, 1) {
      throw wrong(
        .ratio,
        "\(DecimalText.cell(given)) is not exp(log π − log π_old) = \(DecimalText.cell(computed)) within \(Tolerance.ratio)"
      )
    }
    return given ?? computed
  }

  private func entropy(_ value: Double) throws(InterchangeError) -> Double {
    let slack = TokenBatch.roundingTolerance
    guard value >= -slack else { throw wrong(.entropy, "\(DecimalText.cell(value)) must not be negative") }
    if let vocabulary {
      let largest = TokenBatch.largestEntropy(vocabulary: vocabulary)
      guard value <= largest * (1 + slack) + slack else {
        throw wrong(
          .entropy,
          "\(DecimalText.cell(value)) exceeds log K = \(DecimalText.cell(largest)) for a vocabulary of \(vocabulary)"
        )
      }
      return min(max(value, 0), largest)
    }
    guard value <= RolloutTokens.largestEntropy else {
      throw wrong(
        .entropy,
        "\(DecimalText.cell(value)) exceeds \(RolloutTokens.largestEntropy), the largest entropy of 2^63 tokens"
      )
    }
    return max(value, 0)
  }

  private func squaredNorm(_ sum: Double, _ logProbability: Double) throws(InterchangeError) -> Double {
    let own = exp(2 * logProbability)
    let missing = -expm1(logProbability)
    guard RolloutTokens.isPossible(sumOfSquares: sum, logProbability: logProbability) else {
      throw wrong(
        .sumOfSquares,
        "\(DecimalText.cell(sum)) must lie in [π², π² + (1 − π)²] = [\(DecimalText.cell(own)), \(DecimalText.cell(own + missing * missing))] for the token's own π"
      )
    }
    return ScoreNorm.squared(logProbability: logProbability, sumOfSquares: min(sum, 1))
  }

  private func tokenIndex(_ value: Double, _ vocabulary: Int?) throws(InterchangeError) -> Int {
    guard let index = Int(exactly: value), index >= 0, index < vocabulary ?? .max else {
      throw wrong(
        .token,
        "\(DecimalText.cell(value)) must be an integer \(vocabulary.map { "in 0..<\($0)" } ?? "that is not negative")"
      )
    }
    return index
  }

  /// Takes what the vocabulary's probabilities say, after checking that nothing else on the line contradicts them.
  ///
  /// The token is `token`, or else the one whose probability is nearest to the stated one: ΔH and ‖s‖ depend on π_a alone.
  private func take(
    _ distribution: NextTokenDistribution, _ chosen: Double?, _ entropy: Double?, _ sum: Double?,
    into token: inout TokenTable.Token
  ) throws(InterchangeError) {
    let stated = exp(token.logProbability)
    let index: Int
    if let chosen {
      index = try tokenIndex(chosen, distribution.probabilities.count)
    } else {
      index =
        distribution.probabilities.indices.min {
          abs(distribution.probabilities[$0] - stated) < abs(distribution.probabilities[$1] - stated)
        } ?? 0
    }
    let listed = distribution.probabilities[index]
    guard listed > 0, abs(listed - stated) <= Tolerance.probability else {
      throw wrong(
        .probabilities,
        "the drawn token has the probability \(DecimalText.cell(stated)), \(chosen == nil ? "the nearest" : "its own") in the list is \(DecimalText.cell(listed))"
      )
    }
    if let entropy {
      _ = try self.entropy(entropy)
      guard abs(entropy - distribution.entropy) <= Tolerance.entropy else {
        throw wrong(
          .entropy,
          "\(DecimalText.cell(entropy)) is not the entropy \(DecimalText.cell(distribution.entropy)) of 'probabilities' within \(Tolerance.entropy)"
        )
      }
    }
    if let sum, abs(sum - distribution.sumOfSquares) > Tolerance.sumOfSquares {
      throw wrong(
        .sumOfSquares,
        "\(DecimalText.cell(sum)) is not Σπ² = \(DecimalText.cell(distribution.sumOfSquares)) of 'probabilities' within \(Tolerance.sumOfSquares)"
      )
    }
    token.vocabulary = distribution.probabilities.count
    token.entropy = distribution.entropy
    token.squaredScoreNorm = ScoreNorm.squared(distribution, action: index)
    token.deviation = distribution.weightedDeviation(index) - distribution.expectedWeightedDeviation
  }
}
