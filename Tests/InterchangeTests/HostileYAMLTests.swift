import Foundation
import Testing

@testable import Interchange

private func refusal(_ text: String) -> String? {
  do {
    _ = try RunFile.read(Array(text.utf8), file: "f")
    return nil
  } catch { return "\(error)" }
}

/// Short texts that stand for enormous ones.
@Suite struct HostileYAMLTests {
  /// Ten aliases in each of nine lists make 10⁹ values.
  private static let laughs = (1...9).reduce("a0: &a0 [x]\n") { text, level in
    text + "a\(level): &a\(level) [" + Array(repeating: "*a\(level - 1)", count: 10).joined(separator: ", ")
      + "]\n"
  }

  @Test func aliasesThatMultiplyAreRefused() {
    #expect(
      refusal(Self.laughs) == "f: its 90 aliases and 10 lists and maps could make more than 20000000 values")
    // As a key, the parser itself would walk through all of it.
    #expect(refusal(Self.laughs + "? *a9\n: 1\n") != nil)
  }

  @Test func aliasesUpToTheLimitAreReadOrRefusedWithoutBeingMultiplied() {
    // Four levels of three: 81 values each time it is named.
    let text = (1...4).reduce("a0: &a0 {k: 1}\n") { text, level in
      text + "a\(level): &a\(level)\n"
        + (0..<3).map { "  k\($0): *a\(level - 1)\n" }.joined()
    }
    #expect(refusal(text) == nil)
  }

  private static let deepTexts: [(name: String, text: String)] = [
    ("open lists", String(repeating: "[", count: 1_000_000)),
    ("open maps", String(repeating: "{", count: 1_000_000)),
    ("lists", "a: " + String(repeating: "[", count: 400_000) + String(repeating: "]", count: 400_000)),
    ("block lists", String(repeating: "- ", count: 500_000)),
    ("block keys", String(repeating: "? ", count: 500_000)),
    ("keys in lists", String(repeating: "[? ", count: 300_000)),
    ("maps", String(repeating: "{a: ", count: 250_000)),
    (
      "pairs in lists at the parser's limit",
      "a: " + String(repeating: "[a: ", count: 990) + "1" + String(repeating: "]", count: 990)
    ),
    ("block lists at the parser's limit", String(repeating: "- ", count: 990)),
    ("block keys at the parser's limit", String(repeating: "? ", count: 990)),
    ("indented maps", (0..<1000).map { String(repeating: " ", count: $0) + "a:\n" }.joined()),
    (
      "indented lists in maps at the parser's limit",
      (0..<490).map { String(repeating: " ", count: 2 * $0) + "- a:\n" }.joined()
    ),
  ]

  @Test(arguments: deepTexts.map(\.name)) func deepNestingIsRefused(_ name: String) throws {
    let text = try #require(Self.deepTexts.first { $0.name == name }).text
    // Compared outside of the macro, which would print a text of a megabyte.
    let isRefused = refusal(text) != nil
    #expect(isRefused)
  }

  @Test func nestingThatAliasesMultiplyIsRefused() {
    let deep = String(repeating: "[", count: 200)
    let closing = String(repeating: "]", count: 200)
    let text = (1...5).reduce("a0: &a0 1\n") { text, level in
      text + "a\(level): &a\(level) \(deep)*a\(level - 1)\(closing)\n"
    }
    #expect(refusal(text) == "f: its 5 aliases could nest maps and lists more than 4000 deep")
  }

  /// The deepest text that is handed to the parser must not exhaust a thread's stack.
  @Test func nestingAtTheLimitIsHandled() {
    let levels = 660
    let lists =
      "a: &a " + String(repeating: "[a: ", count: levels) + "1" + String(repeating: "]", count: levels)
    let text = lists + "\nb: &b [*a]\n? *b\n: 1\n"
    #expect(YAMLLimits.refusal(Array(text.utf8)) == nil)
    #expect(refusal(text) != nil)
    let (deep, closing) = (String(repeating: "[", count: 490), String(repeating: "]", count: 490))
    let chain = "a: &a \(deep)1\(closing)\n? \(deep)*a\(closing)\n: 1\n"
    #expect(YAMLLimits.refusal(Array(chain.utf8)) == nil)
    #expect(refusal(chain) == "f:2: column 3: a key is a list or a map; keys are text")
  }

  @Test func aFileBeyondAMebibyteIsRefusedUnread() throws {
    try withTemporaryDirectory { directory in
      let path = directory + "/run.yaml"
      #expect(FileManager.default.createFile(atPath: path, contents: nil))
      // A gigabyte that takes no room on the disk.
      #expect(truncate(path, 1 << 30) == 0)
      #expect(
        throws: InterchangeError.unrecognised(
          file: path, reason: "it has 1073741824 bytes; a run file has at most 1048576")
      ) { try RunFile.read(path: path) }
      #expect(throws: InterchangeError.self) { try RunFile.read(path: "/dev/zero") }
    }
  }

  @Test func aMebibyteOfSettingsIsReadOrRefusedInBounds() {
    let lines = (0..<50_000).map { "key\($0): \($0)\n" }.joined()
    #expect(refusal(lines) == nil)
    let tooMany = (0..<100_001).map { "k\($0):\n" }.joined()
    #expect(refusal(tooMany)?.hasSuffix("the file sets more than 100000 values") == true)
  }

  @Test func asterisksThatAreNoAliasesDoNotCount() {
    let text = (0..<200).map { "k\($0): 3*x\nl\($0): 2 * 3\n" }.joined()
    #expect(refusal(text) == nil)
  }
}
