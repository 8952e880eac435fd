import Foundation
import Testing

/// What the README says must be what the lock recorded.
@Suite struct ReadmeTests {
  @Test func theVerdictTableIsTheLocks() throws {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let readme = try String(contentsOf: root.appendingPathComponent("README.md"), encoding: .utf8)
    let lock = try String(contentsOf: root.appendingPathComponent("claims.lock"), encoding: .utf8)
    let entries = lock.split(separator: "\n").filter { !$0.hasPrefix("#") }
      .map { $0.split(separator: " ", omittingEmptySubsequences: true).map(String.init) }
    #expect(entries.count == 26)
    for entry in entries {
      try #require(entry.count == 3)
      #expect(readme.contains("| \(entry[1]) | \(entry[2]) |"), "\(entry[1]) is \(entry[2]) in claims.lock")
    }
  }
}
