import Foundation
import Statistics
import Testing

@testable import Interchange

@Suite struct SettingsFileWriterTests {
  private static let texts = [
    "", "plain", "no", "No", "y", "null", "~", "1e3", "012", "0x1F", "1_000", "1:30", "3", "-3", ".5", ".inf",
    "true",
    "a: b", "a #b", "#", " a", "a ", "- a", "-", "?", "[a]", "{a}", "&a", "*a", "!a", "%a", "@a", "`a`", "'",
    "\"", "\\",
    "a\nb", "\n", "a\tb", "\r\n", "\u{0}", "\u{7F}", "\u{85}", "\u{2028}", "a\u{FEFF}", "\u{FFFE}", "é", "😀",
    "<<", "=",
    "2024-01-02", "---", "...", "a,b", "model/path-1.0", "key.with.dots", "_",
    String(repeating: "long ", count: 3000),
  ]
  private static let numbers: [Double] = [
    0, -0.0, 1, 0.1, 1e-6, 1e20, 1e16, 123456789.125, 0x1p-1074, .greatestFiniteMagnitude, -2.5e-300,
    .infinity, -.infinity,
  ]
  private static var settings: [(key: String, value: SettingsValue)] {
    var settings: [(key: String, value: SettingsValue)] = [
      ("null", .null), ("truth", .bool(true)), ("falsehood", .bool(false)), ("most", .integer(Int.max)),
      ("least", .integer(Int.min)), ("empty", .list([])),
      ("mixed", .list([.null, .bool(false), .integer(-1), .number(0.1), .text("a, b"), .text("no")])),
      ("012", .text("a key that looks like a number")), ("a: b", .integer(1)), ("model.size", .integer(2)),
    ]
    settings += texts.enumerated().map { ("text\($0.offset)", .text($0.element)) }
    settings += numbers.enumerated().map { ("number\($0.offset)", .number($0.element)) }
    return settings
  }

  @Test func whatIsWrittenReadsBackAsTheSameValuesInTheSameOrder() throws {
    try withTemporaryDirectory { directory in
      let path = directory + "/config.yaml"
      try SettingsFileWriter.write(Self.settings, comment: ["as resolved\nseed: 1", "é"], to: path)
      let found = try SettingsFile.read(path: path)
      #expect(found.map(\.key) == Self.settings.map(\.key))
      for (entry, setting) in zip(found, Self.settings) {
        #expect(entry.value == setting.value, "\(setting.key)")
      }
      let negativeZero = found.first { $0.text == "-0.0" }
      #expect(negativeZero?.value == .number(-0.0))
    }
  }

  @Test func randomTextAndNumbersReadBack() throws {
    for replicate in 0..<300 {
      var stream = RandomStream(
        StreamKey(seed: 13, claim: "yaml-round-trip", designPoint: 0, replicate: UInt64(replicate)))
      let scalars = (0..<stream.index(below: 12)).compactMap { _ in
        Unicode.Scalar(UInt32(stream.index(below: stream.index(below: 2) == 0 ? 0x80 : 0x11_0000)))
      }
      let text = String(String.UnicodeScalarView(scalars))
      let bits = Double(bitPattern: stream.next())
      let number = bits.isNaN ? 0 : bits
      let written = SettingsFileWriter.text([("text", .text(text)), ("number", .number(number))])
      let found = try SettingsFile.read(Array(written.utf8), file: "f")
      #expect(found.map(\.value) == [.text(text), .number(number)], "\(written)")
      // Equality of strings overlooks how accents are encoded.
      if case .text(let read) = found[0].value { #expect(Array(read.utf8) == Array(text.utf8)) }
    }
  }

  @Test func wordsStayPlainAndNumbersAreShortest() {
    #expect(
      SettingsFileWriter.text([
        ("method", .text("dynamo")), ("rate", .number(1e-6)), ("scale", .number(1e20)),
        ("clip", .number(0.28)),
        ("flag", .text("no")), ("list", .list([.integer(1), .text("a b")])),
      ]) == """
        method: dynamo
        rate: 1.0e-06
        scale: 1.0e+20
        clip: 0.28
        flag: "no"
        list: [1, "a b"]

        """)
  }

  /// PyYAML follows YAML 1.1, where `1e3` is text and `no` false: it must see the same values.
  @Test(.enabled(if: Python.has("yaml"), "needs Python with PyYAML"))
  func anotherYAMLReaderSeesTheSameValues() throws {
    try withTemporaryDirectory { directory in
      let path = directory + "/config.yaml"
      try SettingsFileWriter.write(Self.settings, to: path)
      let script = """
        import json, sys, yaml
        values = yaml.safe_load(open(sys.argv[1], encoding="utf-8"))
        print(json.dumps(values))
        """
      let text = try Python.run(script, [path])
        .replacing("-Infinity", with: "\"-inf\"").replacing("Infinity", with: "\"inf\"")
      let found = try JSONValue(parsing: text)
      for (key, value) in Self.settings {
        #expect(Self.json(value) == found[key], "\(key)")
      }
      #expect(found.objectValue?.count == Self.settings.count)
    }
  }

  private static func json(_ value: SettingsValue) -> JSONValue {
    switch value {
    case .null: return .null
    case .bool(let value): return .bool(value)
    case .integer(let value): return .integer(value)
    case .number(let value): return value.isInfinite ? .string("\(value)") : .number(value)
    case .text(let value): return .string(value)
    case .list(let values): return .array(values.map(json))
    }
  }
}
