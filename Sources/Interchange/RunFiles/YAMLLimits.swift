/// Refuses YAML that would cost far more than its own length to read, before the parser sees it.
///
/// An alias stands for a copy of what it names, so a short text can stand for an astronomic one; and the parser compares the keys
/// of every map with each other, keys that hold maps and lists included. Both bounds here come from counting characters, wherever
/// they stand: that overestimates harmless files a little and cannot be deceived by quotes and comments.
enum YAMLLimits {
  /// Bytes of a file.
  static let longestFile = 1 << 20
  /// Values after all aliases are put in, counted once for each map or list around them.
  static let mostValues = 2e7
  /// Nested maps and lists after all aliases are put in: the parser's recursion takes about 0.8 kB a level in a debug build, so
  /// a stack of 8 MB would hold more than twice as many.
  static let deepest = 4000
  /// Levels that the parser itself allows: it counts to a thousand, and a pair in a list makes two of one.
  private static let deepestWithoutAliases = 2000

  /// Why `text` is refused; nil if it is not.
  static func refusal(_ text: [UInt8]) -> String? {
    var aliases = 0
    var openings = 0
    var indent = 0
    var widestIndent = 0
    var isIndent = true
    for (index, byte) in text.enumerated() {
      if byte == 0x0A || byte == 0x0D {
        isIndent = true
        indent = 0
        continue
      }
      if byte == UInt8(ascii: "*") && isAlias(text, index) { aliases += 1 }
      if byte == UInt8(ascii: "[") || byte == UInt8(ascii: "{") || byte == UInt8(ascii: "?") { openings += 1 }
      // Maps and lists in block style begin within a line's leading run of these.
      isIndent = isIndent && [0x20, 0x09, 0x2D, 0x3A, 0x3F].contains(byte)
      if isIndent {
        indent += 1
        widestIndent = max(widestIndent, indent)
      }
    }
    // k aliases make the most of a text when every three of them stand in an anchored value of their own: 3^(k/3) copies.
    var copies = 1.0
    for _ in 0..<min(aliases, 600) { copies *= 1.4422495703074083 }
    // A value takes a character and one that sets it apart from the next.
    let values = Double(text.count / 2 + 1) * copies * Double(1 + openings)
    if values > mostValues {
      return
        "its \(aliases) aliases and \(openings) lists and maps could make more than \(Int(mostValues)) values"
    }
    // A list can hold a map of one pair without braces, and each column a map with a list at its own indent.
    let depth = min(deepestWithoutAliases, 2 * openings + 2 * (widestIndent + 1))
    if aliases > 0 && depth * (aliases + 1) > deepest {
      return "its \(aliases) aliases could nest maps and lists more than \(deepest) deep"
    }
    return nil
  }

  /// Whether the asterisk at `index` can begin an alias: a name follows, and it does not stand inside a word.
  private static func isAlias(_ text: [UInt8], _ index: Int) -> Bool {
    func isName(_ byte: UInt8) -> Bool {
      (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
        || byte == 0x5F
        || byte == 0x2D
    }
    guard index + 1 < text.count, isName(text[index + 1]) else { return false }
    return index == 0 || !isName(text[index - 1]) || text[index - 1] == 0x2D
  }
}
