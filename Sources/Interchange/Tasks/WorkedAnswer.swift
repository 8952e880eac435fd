/// A worked response in GSM8K's form, taken apart: calculator notes `<<6*7=42>>` are removed, and the gold answer stands behind the last `####`.
///
/// - Source: `cobbe2021`.
struct WorkedAnswer: Equatable {
  /// The worked response as it is to be written, the line `#### 42` at its end.
  var solution: String
  /// The gold answer without commas.
  var answer: String

  /// What is wrong with a text.
  enum Flaw: Error, CustomStringConvertible {
    case noMark
    case noNumber(String)
    case openNote

    var description: String {
      switch self {
      case .noMark: "has no '####' with the final answer behind it"
      case .noNumber(let text): "has \"\(text.prefix(40))\" behind '####', which is no number"
      case .openNote: "has a calculator note '<<' without its '>>'"
      }
    }
  }

  /// Takes `text` apart.
  init(_ text: String) throws(Flaw) {
    let lines = text.unicodeScalars
    guard let mark = Self.lastMark(lines) else { throw .noMark }
    var gold = Self.trimmed(lines[mark.upperBound...])
    gold.removeAll { $0 == "," }
    guard Self.isNumber(gold) else { throw .noNumber(gold) }
    answer = gold
    var worked = try Self.withoutNotes(lines[..<mark.lowerBound])
    while let last = worked.unicodeScalars.last, last.properties.isWhitespace {
      worked.unicodeScalars.removeLast()
    }
    solution = worked.isEmpty ? "#### \(gold)" : "\(worked)\n#### \(gold)"
  }

  private static func lastMark(_ text: String.UnicodeScalarView) -> Range<String.Index>? {
    var found: Range<String.Index>?
    var start = text.startIndex
    while let next = text[start...].firstRange(of: "####".unicodeScalars) {
      found = next
      start = next.upperBound
    }
    return found
  }

  private static func withoutNotes(_ text: Substring.UnicodeScalarView) throws(Flaw) -> String {
    var kept = ""
    var rest = text
    while let opening = rest.firstRange(of: "<<".unicodeScalars) {
      kept.unicodeScalars.append(contentsOf: rest[..<opening.lowerBound])
      guard let closing = rest[opening.upperBound...].firstRange(of: ">>".unicodeScalars) else {
        throw .openNote
      }
      rest = rest[closing.upperBound...]
    }
    kept.unicodeScalars.append(contentsOf: rest)
    return kept
  }

  private static func trimmed(_ text: Substring.UnicodeScalarView) -> String {
    var text = text.drop { $0.properties.isWhitespace }
    while let last = text.last, last.properties.isWhitespace { text.removeLast() }
    return String(text)
  }

  /// An optional minus, ASCII digits, and perhaps a point with digits behind it.
  private static func isNumber(_ text: String) -> Bool {
    let parts = (text.hasPrefix("-") ? text.dropFirst() : text[...]).split(
      separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
    return parts.allSatisfy { part in
      !part.isEmpty && part.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    }
  }
}
