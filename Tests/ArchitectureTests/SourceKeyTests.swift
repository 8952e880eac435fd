import Foundation
import Testing

/// The keys that `Source:` lines and the specifications of claims name, against the list of references.
@Suite struct SourceKeyTests {
  static let listPath = "Sources/Statistics/References.swift"

  /// The keys of the list, in its order.
  static func listedKeys() throws -> [String] {
    let text = try String(contentsOf: SourceTree.root.appending(path: listPath), encoding: .utf8)
    return text.matches(of: /key: "([^"]*)"/).map { String($0.1) }
  }

  struct Citation: Hashable {
    var path: String
    var key: String
  }

  /// The keys that a text cites.
  ///
  /// They stand in backquotes on a `Source:` line, or as a word of a `source:` argument. A `Source:` line without one counts as the empty key.
  static func citations(path: String, text: String) -> [Citation] {
    text.components(separatedBy: "\n").filter { $0.range(of: "ource:", options: .literal) != nil }.flatMap {
      line -> [Citation] in
      if let place = line.firstRange(of: "- Source:") {
        let keys = line[place.upperBound...].matches(of: /`([A-Za-z]+[0-9]{4}[a-z]?)`/).map { String($0.1) }
        return (keys.isEmpty ? [""] : keys).map { Citation(path: path, key: $0) }
      }
      if let match = line.firstMatch(of: /\bsource:\s*"([^"]*)"/) {
        return match.1.matches(of: /\b([A-Za-z]+[12][0-9]{3}[a-z]?)\b/).map {
          Citation(path: path, key: String($0.1))
        }
      }
      return []
    }
  }

  static func allCitations() throws -> [Citation] {
    try SourceTree.files(in: "Sources", endings: ["swift", "c", "cpp", "h"])
      .filter { $0.path != listPath }.flatMap { citations(path: $0.path, text: $0.text) }
  }

  @Test func everyCitedKeyIsListed() throws {
    let listed = Set(try Self.listedKeys())
    #expect(listed.count > 5)
    let citations = try Self.allCitations()
    #expect(citations.count > 20)
    for citation in citations {
      #expect(listed.contains(citation.key), "\(citation.path) cites '\(citation.key)'")
    }
  }

  @Test func everyListedKeyIsCited() throws {
    let cited = Set(try Self.allCitations().map(\.key))
    for key in try Self.listedKeys() { #expect(cited.contains(key), "nothing cites '\(key)'") }
  }

  @Test func theListIsInAlphabeticalOrderWithoutRepetition() throws {
    let keys = try Self.listedKeys()
    #expect(keys == Set(keys).sorted())
  }

  @Test func citationsAreReadFromBothForms() {
    let text = """
      /// - Source: `salmon2011` for the words, `vose1991a`, section 2.
      /// - Source: a blog
      source: "dynamo2026 (abstract); in 1999 nothing",
      let other = "neyman1934"
      """
    #expect(
      Self.citations(path: "F", text: text).map(\.key) == ["salmon2011", "vose1991a", "", "dynamo2026"])
  }
}
