/// Accepts a response whose final part is one integer, and nothing else, with the answer's value.
///
/// White space around the number, leading zeros, one leading sign and thousands commas in their places are normalised away; so `+007`, ` 7` and `7` are the same, as
/// are `1,234` and `1234`, and `-0` and `0`. Not integers are `12.0`, `1e3`, `12,34`, `+-3`, `- 3`, `12 apples`, the empty text, and digits that are not
/// ASCII. Numbers are compared as texts, so none is too long.
enum IntegerVerifier {
  static func accepts(response: String, answer: String) -> Bool {
    guard let expected = canonical(answer.unicodeScalars[...]) else { return false }
    return canonical(FinalAnswer.part(of: response)) == expected
  }

  static func canJudge(answer: String) -> Bool { canonical(answer.unicodeScalars[...]) != nil }

  /// The digits without leading zeros, behind `-` where the number is negative; nil where the text is no integer.
  static func canonical(_ text: Substring.UnicodeScalarView) -> String? {
    var rest = text.drop { isSpace($0) }
    while let last = rest.last, isSpace(last) { rest.removeLast() }
    var isNegative = false
    if let sign = rest.first, sign == "-" || sign == "+" {
      isNegative = sign == "-"
      rest.removeFirst()
    }
    guard let digits = Digits.joined(rest) else { return nil }
    let significant = digits.drop { $0 == "0" }
    if significant.isEmpty { return "0" }
    return (isNegative ? "-" : "") + String(significant)
  }

  private static func isSpace(_ scalar: Unicode.Scalar) -> Bool {
    scalar == " " || scalar == "\t" || scalar == "\n" || scalar == "\r"
  }
}

/// Digits as they are written in English, with or without thousands commas.
enum Digits {
  static func isDigit(_ scalar: Unicode.Scalar) -> Bool { ("0"..."9").contains(scalar) }

  /// The digits without their commas; nil where anything else occurs, there is none, or a comma is out of place.
  ///
  /// Commas divide the digits into groups of three behind a first group of one to three that does not begin with zero (`0,123` is a decimal fraction
  /// to many readers).
  static func joined(_ text: Substring.UnicodeScalarView) -> String? {
    let groups = text.split(separator: ",", omittingEmptySubsequences: false)
    guard let first = groups.first, !first.isEmpty, groups.allSatisfy({ $0.allSatisfy(isDigit) }) else {
      return nil
    }
    if groups.count > 1 {
      guard first.count <= 3, first.first != "0", groups.dropFirst().allSatisfy({ $0.count == 3 }) else {
        return nil
      }
    }
    var digits = ""
    for group in groups { digits.unicodeScalars.append(contentsOf: group) }
    return digits
  }
}
