/// Writes run files that every version of YAML reads alike.
///
/// One setting a line, nested keys with dots, in the given order: what was resolved for a run can be compared line by line with
/// that of another run, and read back.
public enum SettingsFileWriter {
  /// The file's text.
  ///
  /// Numbers have as few digits as give the same double back; text is quoted where YAML would make something else of it.
  /// (Of text that begins with a byte order mark, reading takes the mark off, quoted or not.)
  ///
  /// - Parameter comment: lines that stand before the settings.
  /// - Precondition: the keys are distinct, not empty and have at most 512 bytes; lists hold no lists.
  public static func text(
    _ settings: [(key: String, value: SettingsValue)], comment: [String] = []
  ) -> String {
    precondition(
      Set(settings.map(\.key)).count == settings.count, "a key occurs twice in \(settings.map(\.key))")
    var text = ""
    for line in comment {
      // A line break would let the rest of the comment be read as settings.
      text += "# " + String(line.unicodeScalars.map { isPrintable($0) ? Character($0) : " " }) + "\n"
    }
    for (key, value) in settings {
      precondition(!key.isEmpty && key.utf8.count <= 512, "the key '\(key)' has \(key.utf8.count) bytes")
      text += scalar(key) + ": " + written(value) + "\n"
    }
    return text
  }

  /// Writes the text to the file at `path` and waits until it is on the disk.
  ///
  /// - Precondition: as for `text`.
  public static func write(
    _ settings: [(key: String, value: SettingsValue)], comment: [String] = [], to path: String
  ) throws(InterchangeError) {
    let bytes = Array(text(settings, comment: comment).utf8)
    let file = try OutputFile(creating: path)
    try file.append(bytes[...])
    try file.synchronize()
  }

  private static func written(_ value: SettingsValue) -> String {
    switch value {
    case .null: return "null"
    case .bool(let value): return value ? "true" : "false"
    case .integer(let value): return String(value)
    case .number(let value): return number(value)
    case .text(let value): return scalar(value)
    case .list(let elements):
      let parts = elements.map { element in
        if case .list = element { preconditionFailure("a list holds the list \(element)") }
        return written(element)
      }
      return "[" + parts.joined(separator: ", ") + "]"
    }
  }

  private static func number(_ value: Double) -> String {
    if value.isNaN { return ".nan" }
    if value.isInfinite { return value < 0 ? "-.inf" : ".inf" }
    let digits = "\(value)"
    // To YAML 1.1 a number with an exponent is one only if it has a point too.
    guard let exponent = digits.firstIndex(of: "e"), !digits.contains(".") else { return digits }
    return digits[..<exponent] + ".0" + digits[exponent...]
  }

  /// Text as a plain word where that is safe, else in double quotes.
  private static func scalar(_ text: String) -> String {
    isPlain(text) ? text : quoted(text)
  }

  /// Whether all versions of YAML read `text` as itself: a word that begins with a letter and is none of their constants.
  private static func isPlain(_ text: String) -> Bool {
    let constants: Set<String> = ["true", "false", "yes", "no", "on", "off", "y", "n", "null"]
    func isLetter(_ byte: UInt8) -> Bool {
      (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte) || byte == 0x5F
    }
    func isInner(_ byte: UInt8) -> Bool {
      isLetter(byte) || (0x30...0x39).contains(byte) || byte == 0x2D || byte == 0x2E || byte == 0x2F
    }
    guard let first = text.utf8.first, isLetter(first), text.utf8.allSatisfy(isInner) else { return false }
    return !constants.contains(text.lowercased())
  }

  private static func quoted(_ text: String) -> String {
    var output = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": output += "\\\""
      case "\\": output += "\\\\"
      case "\n": output += "\\n"
      case "\t": output += "\\t"
      case _ where isPrintable(scalar): output.unicodeScalars.append(scalar)
      default:
        let digits = String(scalar.value, radix: 16, uppercase: true)
        output += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      }
    }
    return output + "\""
  }

  /// Whether YAML 1.1 and 1.2 let the character stand in a line and leave it as it is.
  private static func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x20...0x7E, 0x10000...0x10FFFF: return true
    // The separators of lines and paragraphs break lines, and the byte order mark is dropped.
    case 0x2028, 0x2029, 0xFEFF: return false
    case 0xA0...0xD7FF, 0xE000...0xFFFD: return true
    default: return false
    }
  }
}
