import Foundation
import Statistics
import Testing

@testable import Interchange

private func entries(_ text: String) throws -> [SettingsEntry] {
  try SettingsFile.read(Array(text.utf8), file: "run.yaml")
}

private func values(_ text: String) throws -> [String: SettingsValue] {
  Dictionary(uniqueKeysWithValues: try entries(text).map { ($0.key, $0.value) })
}

/// The error that reading `text` throws, as it is printed; nil if it throws none.
private func refusal(_ text: String) -> String? {
  do {
    _ = try entries(text)
    return nil
  } catch { return "\(error)" }
}

@Suite struct SettingsFileTests {
  @Test func nestedMapsBecomeKeysWithDotsInTheirOrder() throws {
    let text = """
      # a run
      method: dynamo
      model:
        hidden_size: 128
        rope: {theta: 1.0e+4, "odd key": ~}
      seeds: [1, 2.5, three, no]
      tiers:
      - add
      - "7"
      """
    #expect(
      try entries(text) == [
        .init(key: "method", value: .text("dynamo"), text: "dynamo", line: 2, column: 1),
        .init(key: "model.hidden_size", value: .integer(128), text: "128", line: 4, column: 3),
        .init(key: "model.rope.theta", value: .number(10000), text: "1.0e+4", line: 5, column: 10),
        .init(key: "model.rope.odd key", value: .null, text: "~", line: 5, column: 25),
        .init(
          key: "seeds", value: .list([.integer(1), .number(2.5), .text("three"), .bool(false)]), text: "",
          line: 6,
          column: 1),
        .init(key: "tiers", value: .list([.text("add"), .text("7")]), text: "", line: 7, column: 1),
      ])
  }

  @Test(arguments: ["", "# nothing\n", "---\n", "--- # nothing\n...\n"])
  func aFileOfCommentsSetsNothing(_ text: String) throws { #expect(try entries(text) == []) }

  @Test func mergedKeysYieldToTheMapsOwnAndToEarlierOnes() throws {
    let text = """
      a: &a {x: 1, y: 1, z: 1}
      b: &b
        y: 2
        w: 2
      c:
        x: 3
        <<: [*b, *a]
      d: *b
      """
    let found = try values(text)
    #expect(found["c.x"] == .integer(3) && found["c.y"] == .integer(2))
    #expect(found["c.z"] == .integer(1) && found["c.w"] == .integer(2))
    #expect(found["d.y"] == .integer(2) && found.count == 11)
    #expect(try entries(text).first { $0.key == "c.z" }?.line == 1)
  }

  /// Values from the tables of YAML 1.2's core schema, and the truth values of YAML 1.1.
  @Test(
    arguments: [
      ("", .null), ("~", .null), ("null", .null), ("true", .bool(true)), ("No", .bool(false)),
      ("on", .bool(true)),
      ("0", .integer(0)), ("-12", .integer(-12)), ("+3", .integer(3)), ("0x1F", .integer(31)),
      ("-0x10", .integer(-16)),
      ("9223372036854775807", .integer(Int.max)), ("9223372036854775808", .number(0x1p63)),
      ("1e3", .number(1000)), ("1e-6", .number(1e-6)), ("0.1", .number(0.1)), (".5", .number(0.5)),
      ("5.", .number(5)),
      ("-.inf", .number(-.infinity)), ("1e", .text("1e")), ("e3", .text("e3")), (".", .text(".")),
      ("1.2.3", .text("1.2.3")),
      ("0x", .text("0x")), ("0xG", .text("0xG")), ("3*x", .text("3*x")), ("2024-01-02", .text("2024-01-02")),
      ("a b", .text("a b")), ("'no'", .text("no")), ("\"1e3\"", .text("1e3")), ("!!str 12", .text("12")),
      ("012.5", .number(12.5)), ("-", .list([.null])),
    ] as [(String, SettingsValue)])
  func valuesHaveTheTypesOfTheCoreSchema(text: String, value: SettingsValue) throws {
    #expect(try values(text == "-" ? "k:\n-\n" : "k: \(text)\n")["k"] == value)
  }

  @Test(arguments: ["012", "-007", "0o17", "0b11", "1_000", "1_0.5", "1:30", "190:20:30.15", "0x1_0"])
  func numbersThatYAMLsVersionsReadDifferentlyAreRefused(_ text: String) {
    #expect(
      refusal("a: 1\nk: \(text)\n")
        == "run.yaml:2: field 'k': column 4: the versions of YAML disagree on what number \(text) is: write it out, or quote it"
    )
  }

  @Test(arguments: [
    ("a: 1\na: 2", "run.yaml:1: field 'a': column 1: the key occurs again in the same map"),
    (
      "a: {b: 1}\na.b: 2", "run.yaml:2: field 'a.b': column 1: the key is set a second time, first in line 1"
    ),
    ("a: 1\n5: 2", "run.yaml:2: column 1: the key '5' is not text: quote it if it is meant so"),
    ("a: {no: 2}", "run.yaml:1: field 'a': column 5: the key 'no' is not text: quote it if it is meant so"),
    ("[a]: 1", "run.yaml:1: column 1: a key is a list or a map; keys are text"),
    ("a: [[1]]", "run.yaml:1: field 'a': column 5: an element of the list is itself a list or a map"),
    ("a: [{b: 1}]", "run.yaml:1: field 'a': column 5: an element of the list is itself a list or a map"),
    ("a: {}", "run.yaml:1: field 'a': column 4: the map is empty"),
    ("- 1", "run.yaml:1: column 1: a run file is a map of keys to values"),
    ("text", "run.yaml:1: column 1: a run file is a map of keys to values"),
    (
      "a: !python/object 1",
      "run.yaml:1: field 'a': column 4: the tag !python/object is not read; only !!str is"
    ),
    ("a: 1e999", "run.yaml:1: field 'a': column 4: 1e999 is beyond the range of double precision"),
    ("<<: 1", "run.yaml:1: field '<<': column 1: a merge key takes a map or a list of maps"),
    ("a: *b", "run.yaml:1: column 4: found undefined alias"),
    (
      "a: 1\n\tb: 2",
      "run.yaml:2: column 1: while scanning a plain scalar, found a tab character that violates indentation"
    ),
    ("a: 1\nb: \"c", "run.yaml:2: column 6: while scanning a quoted scalar, found unexpected end of stream"),
    (
      "a: 1\n---\nb: 1",
      "run.yaml:2: column 1: expected a single document in the stream, but found another document"
    ),
    ("a: b: c", "run.yaml:1: column 5: mapping values are not allowed in this context"),
    (
      "a: @",
      "run.yaml:1: column 4: while scanning for the next token, found character that cannot start any token"
    ),
    ("a: 1\nb: \u{1}", "run.yaml:2: control characters are not allowed"),
  ])
  func damageIsNamedWithItsPlace(text: String, reason: String) {
    #expect(refusal(text)?.hasPrefix(reason) == true, "\(refusal(text) ?? "none")")
  }

  @Test func textThatIsNoUTF8IsNamedWithItsLine() {
    #expect(
      throws: InterchangeError.damaged(
        file: "f", line: 2, field: nil, reason: "the text is not valid UTF-8")
    ) { try SettingsFile.read([0x61, 0x3A, 0x0A, 0xFF, 0x0A], file: "f") }
  }

  @Test func damagedTextNeverCrashes() {
    let valid = "a: &x {b: [1, 'c'], ? d : \"e\\n\"}\nf:\n  - !!str 012\n  - |\n    g\nh: *x # i\n<<: *x\n"
    let telling = Array("&*{}[]:?-!|>'\"#%@`,\n\t \\x0<".utf8)
    var refused = 0
    for replicate in 0..<4000 {
      var stream = RandomStream(
        StreamKey(seed: 12, claim: "yaml-fuzz", designPoint: 0, replicate: UInt64(replicate)))
      var bytes = Array(valid.utf8)
      for _ in 0...stream.index(below: 5) {
        let position = stream.index(below: bytes.count)
        switch stream.index(below: 4) {
        case 0: bytes[position] = UInt8(stream.index(below: 256))
        case 1: bytes.remove(at: position)
        default: bytes.insert(telling[stream.index(below: telling.count)], at: position)
        }
      }
      do { _ = try SettingsFile.read(bytes, file: "fuzz") } catch { refused += 1 }
    }
    #expect(refused > 1000 && refused < 4000, "\(refused) of 4000 were refused")
  }
}
