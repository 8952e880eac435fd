import Testing

@testable import Interchange

@Suite struct JSONValueTests {
  @Test func writtenTextReadsBackAsTheSameValue() throws {
    let value: JSONValue = .object([
      ("z", .integer(Int.min)), ("a", .number(0.1)),
      ("list", .array([.null, .bool(true), .string("é\"\\\n\u{1}")])),
      ("empty", .object([])),
    ])
    #expect(try JSONValue(parsing: value.text(pretty: false)) == value)
    #expect(try JSONValue(parsing: value.text(pretty: true)) == value)
  }

  @Test func numbersPrintWithSeventeenDigitsAndKeysKeepTheirOrder() {
    let value: JSONValue = .object([
      ("b", .number(0.1)), ("a", .integer(3)), ("n", .number(.nan)), ("i", .number(.infinity)),
    ])
    #expect(value.text(pretty: false) == #"{"b":0.10000000000000001,"a":3,"n":null,"i":null}"#)
  }

  @Test func integersBeyondSixtyFourBitsBecomeDoubles() throws {
    #expect(try JSONValue(parsing: "[12345678901234567890123]") == .array([.number(1.2345678901234568e22)]))
    #expect(try JSONValue(parsing: "-9223372036854775808") == .integer(Int.min))
  }

  @Test(arguments: [
    "", " ", "{", "[1,2", "{\"a\":1,}", "[1 2]", "nul", "tru", "NaN", "[NaN]", "01", "1.", "[1e]", "-", "+1",
    "'a'", "\"a", "{\"a\" 1}",
    "{} x", "[] []", "1 2", "{\"a\":1}}", "[1e999]", "\"\\q\"", "[1}", "{\"a\":1]", "\u{0}",
  ])
  func malformedTextIsATypedError(_ text: String) {
    #expect(throws: InterchangeError.self) { try JSONValue(parsing: text) }
  }

  @Test func invalidUTF8IsATypedError() {
    #expect(
      throws: InterchangeError.damaged(
        file: "JSON", line: 1, field: nil, reason: "the text is not valid UTF-8")
    ) {
      try JSONValue(parsing: [0x22, 0xFF, 0xFE, 0x22])
    }
  }

  @Test func nestingBeyondTheLimitIsATypedError() throws {
    let deep = String(repeating: "[", count: 1_000_000) + String(repeating: "]", count: 1_000_000)
    #expect(throws: InterchangeError.self) { try JSONValue(parsing: deep) }
    let limit = JSONValue.defaultDepthLimit
    let atLimit = String(repeating: "[", count: limit) + String(repeating: "]", count: limit)
    #expect(try JSONValue(parsing: atLimit)[0] != nil)
    #expect(throws: InterchangeError.self) { try JSONValue(parsing: "[\(atLimit)]") }
    let objects = String(repeating: "{\"a\":", count: 200) + "1" + String(repeating: "}", count: 200)
    #expect(throws: InterchangeError.self) { try JSONValue(parsing: objects) }
  }

  @Test func numbersOfMillionsOfDigitsDoNotCrash() throws {
    let digits = String(repeating: "7", count: 5_000_000)
    #expect(throws: InterchangeError.self) { try JSONValue(parsing: "[\(digits)]") }
    #expect(throws: InterchangeError.self) { try JSONValue(parsing: digits) }
    #expect(try JSONValue(parsing: "[0.\(digits)]")[0]?.doubleValue == 7.0 / 9)
  }
}
