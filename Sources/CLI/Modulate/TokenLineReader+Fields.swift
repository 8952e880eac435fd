import Foundation
import Interchange
import Modulation

/// What the fields of a line hold, with the errors for those that hold something else.
extension TokenLineReader {
  func wrong(_ field: TokenField, _ reason: String) -> InterchangeError {
    fields.damaged(name(field), reason)
  }

  /// The name under which the line has the field; the preferred one where it has none.
  private func name(_ field: TokenField) -> String {
    let offset = places[field.rawValue].firstIndex { fields.value($0) != .absent } ?? 0
    return field.names[offset]
  }

  private func value(_ field: TokenField) -> JSONLineFields.Value {
    for place in places[field.rawValue] {
      let value = fields.value(place)
      if value != .absent { return value }
    }
    return .absent
  }

  /// log π of the line's tokens, and whether they are an array.
  func logProbabilities() throws(InterchangeError) -> ([Double], Bool) {
    let logs = try numbers(.logProbability)
    let plain = try numbers(.probability)
    guard let shape = logs ?? plain else { throw wrong(.probability, "it and 'logprob' are missing") }
    if let logs, let value = logs.values.first(where: { !($0 <= RolloutTokens.roundingTolerance) }) {
      throw wrong(.logProbability, "\(DecimalText.cell(value)) must be at most 0")
    }
    guard let plain else { return (shape.values, shape.isArray) }
    if let value = plain.values.first(where: { !($0 > 0 && $0 <= 1 + Tolerance.probability) }) {
      throw wrong(.probability, "\(DecimalText.cell(value)) must lie in (0, 1]")
    }
    guard let logs else { return (plain.values.map { Foundation.log(min($0, 1)) }, plain.isArray) }
    guard logs.isArray == plain.isArray, logs.values.count == plain.values.count else {
      throw wrong(.probability, "it and 'logprob' differ in length")
    }
    for (logProbability, probability) in zip(logs.values, plain.values)
    where abs(exp(logProbability) - probability) > Tolerance.probability {
      throw wrong(
        .probability,
        "\(DecimalText.cell(probability)) is not the exponential of the log-probability \(DecimalText.cell(logProbability)) within \(Tolerance.probability)"
      )
    }
    return (logs.values, logs.isArray)
  }

  private func numbers(_ field: TokenField) throws(InterchangeError) -> (values: [Double], isArray: Bool)? {
    switch value(field) {
    case .absent: return nil
    case .number(let value, _): return ([value], false)
    case .numbers(let values): return (values, true)
    default: throw wrong(field, "it must be a number, or an array with one number for each token")
    }
  }

  /// One number for each token; nil where the line has none.
  ///
  /// A single number is given to every token if it `spreads`.
  func array(
    _ field: TokenField, _ count: Int, _ isArray: Bool, spreads: Bool = false, truths: Bool = false
  ) throws(InterchangeError) -> [Double]? {
    switch value(field) {
    case .absent: return nil
    case .truth(let value) where truths && !isArray: return [value ? 1 : 0]
    case .number(let value, _) where !isArray || spreads:
      return [Double](repeating: value, count: count)
    case .numbers(let values) where isArray:
      guard values.count == count else {
        throw wrong(field, "it has \(values.count) entries for \(count) tokens")
      }
      return values
    default:
      throw wrong(
        field,
        isArray ? "it must be an array with \(count) numbers, one for each token" : "it must be a number")
    }
  }

  /// A label: a string or an integer.
  func label(_ field: TokenField) throws(InterchangeError) -> String? {
    switch value(field) {
    case .absent: return nil
    case .text(let text): return text
    case .number(_, let integer?): return String(integer)
    default: throw wrong(field, "it must be a string or an integer")
    }
  }

  func positions(_ count: Int, _ isArray: Bool) throws(InterchangeError) -> [Int] {
    guard let values = try array(.position, count, isArray) else {
      // The arrays are the response in its order.
      if isArray { return Array(0..<count) }
      throw wrong(.position, "it is missing")
    }
    return try values.map { value throws(InterchangeError) in
      guard let position = Int(exactly: value), position >= 0 else {
        throw wrong(.position, "\(DecimalText.cell(value)) must be an integer that is not negative")
      }
      return position
    }
  }

  func states(_ count: Int, _ isArray: Bool) throws(InterchangeError) -> [String]? {
    if !isArray { return try label(.state).map { [$0] } }
    return try array(.state, count, isArray)?.map { DecimalText.cell($0) }
  }

  /// The distributions of the line's tokens; nil without `probabilities`.
  func distributions(_ count: Int, _ isArray: Bool) throws(InterchangeError)
    -> [NextTokenDistribution]?
  {
    let rows: [ArraySlice<Double>]
    switch value(.probabilities) {
    case .absent: return nil
    case .numbers(let values) where !isArray: rows = [values[...]]
    case .numbers(let values) where values.isEmpty && count == 0: return []
    case .rows(let values, let length) where isArray && length > 0 && values.count == count * length:
      rows = (0..<count).map { values[($0 * length)..<(($0 + 1) * length)] }
    default:
      throw wrong(
        .probabilities,
        isArray
          ? "it must be an array with \(count) arrays of probabilities, one for each token"
          : "it must be an array of probabilities")
    }
    return try rows.map { row throws(InterchangeError) in
      if let vocabulary, row.count != vocabulary {
        throw wrong(.probabilities, "it has \(row.count) entries for a vocabulary of \(vocabulary)")
      }
      do throws(ModulationError) { return try NextTokenDistribution(probabilities: Array(row)) } catch {
        switch error {
        case .outOfRange(_, let index, let value, let allowed):
          throw wrong(.probabilities, "the entry \(index) is \(DecimalText.cell(value)): it must \(allowed)")
        case .wrongCount: throw wrong(.probabilities, "it is empty")
        default: throw wrong(.probabilities, error.description)
        }
      }
    }
  }
}
