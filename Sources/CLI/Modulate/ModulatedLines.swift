import Foundation
import Interchange
import Modulation

/// Writes the lines of a micro-batch with the fields that modulation adds.
struct ModulatedLines {
  let table: TokenTable
  let result: ModulatedTokens

  /// The numbers that were not finite and are written as null: products of advantages near the end of double precision.
  var nonFiniteCount: Int {
    AddedField.allCases.reduce(0) { sum, field in
      sum + table.tokens.indices.count { value(field, $0).map { !$0.isFinite } ?? false }
    }
  }

  /// Appends all lines, in the order of the input; what the input had stays byte for byte.
  ///
  /// Whenever `output` has more than `full` bytes, it is handed to `flush` and emptied.
  func write(
    to output: inout [UInt8], full: Int, flush: ([UInt8]) throws(CommandFailure) -> Void
  ) throws(CommandFailure) {
    for line in table.lines {
      if output.count > full {
        try flush(output)
        output.removeAll(keepingCapacity: true)
      }
      var text = table.text[line.text]
      // The line is an object: what follows its last brace is white space.
      while let last = text.last, last != 0x7D { text.removeLast() }
      output.append(contentsOf: text.dropLast())
      for field in AddedField.allCases {
        output.append(contentsOf: ",\"".utf8)
        output.append(contentsOf: field.rawValue.utf8)
        output.append(contentsOf: "\":".utf8)
        if line.isArray {
          writeArray(field, line.tokens, &output)
        } else {
          Self.write(value(field, line.tokens.lowerBound), &output)
        }
      }
      output.append(contentsOf: "}\n".utf8)
    }
  }

  /// An array; null where no token has the number.
  private func writeArray(_ field: AddedField, _ tokens: Range<Int>, _ output: inout [UInt8]) {
    if !tokens.isEmpty, tokens.allSatisfy({ value(field, $0) == nil }) {
      return output.append(contentsOf: "null".utf8)
    }
    output.append(0x5B)
    for index in tokens {
      if index > tokens.lowerBound { output.append(0x2C) }
      Self.write(value(field, index), &output)
    }
    output.append(0x5D)
  }

  /// The number of a field; nil for null.
  func value(_ field: AddedField, _ index: Int) -> Double? {
    let token = table.tokens[index]
    switch field {
    case .compensation: return result.factors.compensation[index]
    case .stabilisation: return result.factors.stabilisation[index]
    case .factor: return result.factors.product[index]
    case .modulatedAdvantage: return token.advantage * result.factors.product[index]
    case .entropyChangeExact: return result.exactChanges[index]
    case .entropyChangeReleased: return result.releasedChanges[index]
    case .squaredScoreNorm: return token.squaredScoreNorm
    case .scoreNormLower:
      return ScoreNorm.lowerBound(logProbability: token.logProbability, vocabulary: token.vocabulary)
    case .scoreNormUpper: return ScoreNorm.upperBound(logProbability: token.logProbability)
    }
  }

  /// The fewest digits that read back as the same double: shorter than 17 and quicker to write.
  private static func write(_ value: Double?, _ output: inout [UInt8]) {
    guard let value, value.isFinite else { return output.append(contentsOf: "null".utf8) }
    // Factors of 1 and changes of 0 (−0 says no more) are the most frequent numbers.
    if value == 0 { return output.append(0x30) }
    if value == 1 { return output.append(0x31) }
    var text = value.description
    // Swift marks whole numbers by a fraction of zero, which JSON has no need of.
    if text.hasSuffix(".0") { text.removeLast(2) }
    text.withUTF8 { output.append(contentsOf: $0) }
  }
}
