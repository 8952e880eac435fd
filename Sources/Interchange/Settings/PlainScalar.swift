/// What YAML makes of a value that is written without quotes.
///
/// The rules are those of YAML 1.2's core schema (so `1e3` is a number), and YAML 1.1's words for truth values, which run files
/// of other trainers use. What the two versions read as different numbers is refused instead of guessed.
enum PlainScalar {
  /// A value, or why there is none.
  enum Reading: Equatable {
    case value(SettingsValue)
    case refused(String)
  }

  private static let nulls: Set<String> = ["", "~", "null", "Null", "NULL"]
  private static let truths: Set<String> = ["true", "True", "TRUE", "yes", "Yes", "YES", "on", "On", "ON"]
  private static let falsehoods: Set<String> = [
    "false", "False", "FALSE", "no", "No", "NO", "off", "Off", "OFF",
  ]

  /// Reads `text`.
  static func read(_ text: String) -> Reading {
    if nulls.contains(text) { return .value(.null) }
    if truths.contains(text) { return .value(.bool(true)) }
    if falsehoods.contains(text) { return .value(.bool(false)) }
    let bytes = Array(text.utf8)
    let isSigned = bytes.first == UInt8(ascii: "-") || bytes.first == UInt8(ascii: "+")
    let digits = bytes[(isSigned ? 1 : 0)...]
    if let special = special(digits, isNegative: bytes.first == UInt8(ascii: "-"), isSigned: isSigned) {
      return .value(.number(special))
    }
    guard let first = digits.first, isDigit(first) || first == UInt8(ascii: ".") else {
      return .value(.text(text))
    }
    if isAmbiguous(digits) {
      return .refused("the versions of YAML disagree on what number \(text) is: write it out, or quote it")
    }
    if digits.starts(with: "0x".utf8) {
      guard digits.dropFirst(2).allSatisfy(isHexadecimal), digits.count > 2 else {
        return .value(.text(text))
      }
      let sign = bytes.first == UInt8(ascii: "-") ? "-" : ""
      let value = Int(sign + String(decoding: digits.dropFirst(2), as: UTF8.self), radix: 16)
      return value.map { .value(.integer($0)) } ?? .refused("\(text) does not fit 64 bits")
    }
    if digits.allSatisfy(isDigit), let value = Int(text) { return .value(.integer(value)) }
    guard isDecimal(digits) else { return .value(.text(text)) }
    guard let value = DecimalText.parse(text) else {
      return .refused("\(text) is beyond the range of double precision")
    }
    return .value(.number(value))
  }

  private static func special(_ digits: ArraySlice<UInt8>, isNegative: Bool, isSigned: Bool) -> Double? {
    switch String(decoding: digits, as: UTF8.self) {
    case ".inf", ".Inf", ".INF": return isNegative ? -.infinity : .infinity
    case ".nan", ".NaN", ".NAN": return isSigned ? nil : .nan
    default: return nil
    }
  }

  /// Whether it is a number to YAML 1.1 and another one, or none, to YAML 1.2: octal, binary, base 60, digits in groups.
  private static func isAmbiguous(_ digits: ArraySlice<UInt8>) -> Bool {
    guard let first = digits.first, isDigit(first) else { return false }
    let rest = digits.dropFirst()
    if first == UInt8(ascii: "0"), let second = rest.first {
      if rest.allSatisfy({ isDigit($0) || $0 == UInt8(ascii: "_") }) { return true }
      let letters = second == UInt8(ascii: "o") || second == UInt8(ascii: "b")
      if letters && rest.count > 1 && rest.dropFirst().allSatisfy({ isDigit($0) || $0 == UInt8(ascii: "_") })
      {
        return true
      }
      if second == UInt8(ascii: "x") && rest.contains(UInt8(ascii: "_"))
        && rest.dropFirst().allSatisfy({ isHexadecimal($0) || $0 == UInt8(ascii: "_") })
      {
        return true
      }
    }
    let separators: Set<UInt8> = [UInt8(ascii: "_"), UInt8(ascii: ":")]
    return digits.contains(where: separators.contains)
      && digits.allSatisfy { isDigit($0) || separators.contains($0) || $0 == UInt8(ascii: ".") }
  }

  /// Whether it is digits, a fraction and an exponent, of which digits must be somewhere before the exponent.
  private static func isDecimal(_ digits: ArraySlice<UInt8>) -> Bool {
    var rest = digits
    let whole = rest.prefix(while: isDigit).count
    rest = rest.dropFirst(whole)
    var fraction = 0
    if rest.first == UInt8(ascii: ".") {
      rest = rest.dropFirst()
      fraction = rest.prefix(while: isDigit).count
      rest = rest.dropFirst(fraction)
    }
    if whole + fraction == 0 { return false }
    guard let letter = rest.first else { return true }
    guard letter == UInt8(ascii: "e") || letter == UInt8(ascii: "E") else { return false }
    rest = rest.dropFirst()
    if rest.first == UInt8(ascii: "-") || rest.first == UInt8(ascii: "+") { rest = rest.dropFirst() }
    return !rest.isEmpty && rest.allSatisfy(isDigit)
  }

  private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
  private static func isHexadecimal(_ byte: UInt8) -> Bool {
    isDigit(byte) || (0x41...0x46).contains(byte) || (0x61...0x66).contains(byte)
  }
}
