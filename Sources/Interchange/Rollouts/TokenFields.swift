import CSimdJSON
import Foundation

/// The per-token arrays of one JSON line: `RolloutTokens` from the fields as the parser found them.
enum TokenFields {
  /// The names of each array, the preferred one first.
  static let names: [[String]] = [
    ["token_ids", "completion_ids"], ["logprobs", "rollout_log_probs", "completion_logprobs"],
    ["entropy", "entropys"], ["sum_sq_probability", "sum_pi_squared"],
    ["old_logprobs", "old_log_probs", "old_per_token_logps"],
  ]

  /// All names as the reader wants them, array by array.
  static let readerNames = names.flatMap { $0 }.map { JSONFieldReader.Name(name: $0, readsNumbers: true) }

  /// Why a line's arrays cannot be used.
  struct Failure: Error {
    var field: String
    var reason: String
  }

  /// The arrays of the line; nil where it has none.
  ///
  /// `fields` are those of `readerNames`.
  static func tokens(_ fields: ArraySlice<csimdjson_field>) throws(Failure) -> RolloutTokens? {
    // Most logs have no such array: their lines end here.
    guard fields.contains(where: { $0.token.kind == csimdjson_array }) else { return nil }
    var found: [(name: String, values: UnsafeBufferPointer<Double>)?] = []
    var next = fields.startIndex
    for alternatives in names {
      var chosen: (name: String, values: UnsafeBufferPointer<Double>)?
      for name in alternatives {
        let field = fields[next]
        next += 1
        guard chosen == nil, field.token.kind == csimdjson_array else { continue }
        guard field.row_count == 0 else {
          throw Failure(field: name, reason: "it must be an array of numbers, one for each token")
        }
        // An empty array has no address to read from.
        chosen = (
          name,
          UnsafeBufferPointer(start: field.number_count > 0 ? field.numbers : nil, count: field.number_count)
        )
      }
      found.append(chosen)
    }
    guard let first = found.compactMap({ $0 }).first else { return nil }
    for array in found {
      if let array, array.values.count != first.values.count {
        throw Failure(
          field: array.name,
          reason:
            "it has \(array.values.count) entries and '\(first.name)' has \(first.values.count): one for each token"
        )
      }
    }
    let slack = RolloutTokens.roundingTolerance
    var tokens: [Int]?
    if let array = found[0] {
      tokens = try array.values.map { value throws(Failure) in
        guard let token = Int(exactly: value), token >= 0 else {
          throw Failure(
            field: array.name,
            reason: "the entry \(DecimalText.cell(value)) must be an integer that is not negative")
        }
        return token
      }
    }
    let tokensOfLine = RolloutTokens(
      tokens: tokens,
      logProbabilities: try checked(
        found[1], -Double.greatestFiniteMagnitude...slack, to: (-.infinity, 0), "be at most 0"),
      entropies: try checked(
        found[2], -slack...RolloutTokens.largestEntropy, to: (0, .infinity),
        "lie in [0, \(RolloutTokens.largestEntropy)], the entropies of 2^63 tokens or fewer"),
      sumsOfSquares: try checked(found[3], -slack...(1 + slack), to: (0, 1), "lie in [0, 1]"),
      oldLogProbabilities: try checked(
        found[4], -Double.greatestFiniteMagnitude...slack, to: (-.infinity, 0), "be at most 0"))
    if let logs = tokensOfLine.logProbabilities, let sums = tokensOfLine.sumsOfSquares,
      let name = found[3]?.name
    {
      for (logProbability, sum) in zip(logs, sums)
      where !RolloutTokens.isPossible(sumOfSquares: sum, logProbability: logProbability) {
        let own = exp(logProbability)
        throw Failure(
          field: name,
          reason:
            "the entry \(DecimalText.cell(sum)) must lie in [π², π² + (1 − π)²] = [\(DecimalText.cell(own * own)), \(DecimalText.cell(own * own + (1 - own) * (1 - own)))] for the drawn token's π: the two are of different distributions"
        )
      }
    }
    if let new = tokensOfLine.logProbabilities, let old = tokensOfLine.oldLogProbabilities,
      let name = found[4]?.name
    {
      for (new, old) in zip(new, old) where !(exp(new - old) > 0 && exp(new - old) < .infinity) {
        throw Failure(
          field: name, reason: "the ratio of exp(\(DecimalText.cell(new - old))) is beyond double precision")
      }
    }
    return tokensOfLine
  }

  /// The numbers, clamped; an entry outside `accepted` is an error.
  private static func checked(
    _ array: (name: String, values: UnsafeBufferPointer<Double>)?, _ accepted: ClosedRange<Double>,
    to limits: (lower: Double, upper: Double), _ rule: String
  ) throws(Failure) -> [Double]? {
    guard let array else { return nil }
    return try array.values.map { value throws(Failure) in
      guard accepted.contains(value) else {
        throw Failure(field: array.name, reason: "the entry \(DecimalText.cell(value)) must \(rule)")
      }
      return min(max(value, limits.lower), limits.upper)
    }
  }
}
