import Foundation
import Interchange
import Testing

@testable import CLI

@Suite struct RetrievalCommandTests {
  private static let small = [
    "retrieval", "--queries", "6", "--documents", "20", "--seeds", "2", "--threads",
  ]

  @Test func aSmallContestWritesAWholeDirectoryAndReplacesItsOwn() async throws {
    try await inWorkspace { space in
      for _ in 0..<2 {
        let result = try await space.run(words: Self.small + ["2", "--output", "out"])
        #expect(result.status == 0, "\(result.errors)")
        #expect(result.output.contains("adversarial") && result.output.contains("no-adversary"))
        let files = try space.files("out")
        #expect(
          Set(files).isSuperset(of: [
            "datapackage.json", "report.md", "retrieval.json", "tables/retrieval-coverage.csv",
            "tables/retrieval-differences.csv", "tables/retrieval-reliability.csv",
            "tables/retrieval-scores.csv",
          ]))
      }
      let text = String(decoding: try space.read("out/tables/retrieval-scores.csv"), as: UTF8.self)
      let lines = text.split(whereSeparator: \.isNewline)
      #expect(lines.first == "world,method,stat,est,mcse,lower,upper,exact,n,seed")
      #expect(lines.contains { $0.hasPrefix("no-adversary,evidence-critic,accuracy-perturbed,") })
      // Drawn rows have their exact expectation in the eighth column, exact rows have none.
      let drawn = try #require(lines.first { $0.hasPrefix("adversarial,relevance,robustness-drawn,") })
      let exact = try #require(lines.first { $0.hasPrefix("adversarial,relevance,robustness,") })
      #expect(
        drawn.split(separator: ",", omittingEmptySubsequences: false)[7]
          == exact.split(separator: ",", omittingEmptySubsequences: false)[3])
      #expect(exact.split(separator: ",", omittingEmptySubsequences: false)[7].isEmpty)
      let page = String(decoding: try space.read("out/report.md"), as: UTF8.self)
      #expect(page.contains("none of the paper's data"))
      let coverage = String(decoding: try space.read("out/tables/retrieval-coverage.csv"), as: UTF8.self)
      // Three worlds, six rankers, a hundred thresholds and the header.
      #expect(coverage.split(whereSeparator: \.isNewline).count == 1801)
    }
  }

  @Test func theJSONIsTheSameOnOneAndTwoThreads() async throws {
    try await inWorkspace { space in
      let one = try await space.run(words: Self.small + ["1", "--json"])
      let two = try await space.run(words: Self.small + ["2", "--json"])
      #expect(one.status == 0 && one.output == two.output)
      let json = try JSONValue(parsing: Data(one.output.utf8), file: "out")
      #expect(json["schema"]?.stringValue == "allot-retrieval-1")
      #expect(json["seeds"]?.integerValue == 2)
      let rows = try #require(json["scores"]?.arrayValue)
      #expect(rows.contains { $0["stat"]?.stringValue == "ece" && $0["est"]?.doubleValue != nil })
    }
  }

  @Test func optionsOutsideTheirRangeAreRefusedTogether() async throws {
    try await inWorkspace { space in
      let result = try await space.run("retrieval", "--queries", "1", "--documents", "3", "--seeds", "1")
      #expect(result.status == 64)
      #expect(
        result.errors == """
          Error: The value '1' is invalid for '--queries <n>': it must lie in 5...2000.
                 The value '3' is invalid for '--documents <n>': it must lie in 12...10000.
                 The value '1' is invalid for '--seeds <n>': it must lie in 2...1000.

          """)
      #expect(try await space.run("retrieval", "--worlds", "x").status == 64)
      #expect(try await space.run("retrieval", "file").status == 64)
    }
  }

  @Test func aDirectoryWithOtherFilesIsLeftAlone() async throws {
    try await inWorkspace { space in
      try FileManager.default.createDirectory(atPath: space.path("out"), withIntermediateDirectories: false)
      try space.write("mine", to: "out/thesis.tex")
      let result = try await space.run(words: Self.small + ["1", "--output", "out"])
      #expect(result.status == 73)
      #expect(try space.files("out") == ["thesis.tex"])
    }
  }
}
