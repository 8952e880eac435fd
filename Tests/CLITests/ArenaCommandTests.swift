import Arena
import Foundation
import Interchange
import Testing

/// `allot arena` as a process: its options, its input and what it leaves behind.
@Suite struct ArenaCommandTests {
  /// A contest that takes a fraction of a second.
  private static let tiny = [
    "arena", "--methods", "uniform,dapo", "--budget", "600", "--seeds", "2", "--prompts", "16",
    "--prompts-per-step", "4", "--replicates", "4", "--threads", "2",
  ]
  private static let log = (0..<24).map { #"{"prompt_id":"p\#($0 % 3)","reward":\#($0 / 3 % 2)}"# }

  @Test(
    arguments: [
      ("--world evn", "'--world': there is no 'evn'; did you mean 'even'?"),
      (
        "--world nonsense",
        "'--world': there is no 'nonsense'; there are \((ArenaWorld.named + ArenaWorld.heldOut + ArenaWorld.fresh).map(\.name).joined(separator: ", ")), all."
      ),
      ("--world even,even", "'--world' names something twice."),
      ("--methods unifrm", "'--methods': there is no 'unifrm'; did you mean 'uniform'?"),
      ("--methods ,", "'--methods' names nothing."),
      ("--replicates 1", "The value '1' is invalid for '--replicates': a variance needs two, or 0 for none."),
      ("--prompts 10", "'--prompts-per-step' is 64: the world has 10 prompts."),
      ("--seeds 0", "The value '0' is invalid for '--seeds': it must lie in 1...10000."),
      ("--budget 0", "The value '0' is invalid for '--budget': it must lie in 1...1000000000000."),
      ("--max-bad 2", "The value '2.0' is invalid for '--max-bad <share>': it must lie in 0...1."),
      ("--threshold nan", "The value 'nan' is invalid for '--threshold <r>': it must be a finite number."),
      ("--seed 18446744073709551615", "'--seed' and '--seeds' pass the largest seed."),
    ])
  func anOptionThatIsWrongIsNamed(_ options: String, _ message: String) async throws {
    try await inWorkspace { space in
      let result = try await space.run(words: ["arena"] + options.split(separator: " ").map(String.init))
      #expect(result.status == 64 && result.output.isEmpty)
      #expect(result.errors.hasPrefix("Error: \(message)\n"), "\(result.errors)")
      #expect(try space.files().isEmpty)
    }
  }

  @Test func aMissingLogAndADamagedOneLeaveWithTheirCodes() async throws {
    try await inWorkspace { space in
      let missing = try await space.run("arena", "--from", "no.jsonl", "--output", "out")
      #expect(missing.status == 66)
      #expect(missing.errors == "Error: cannot open 'no.jsonl': No such file or directory\n")
      try space.write((Self.log + [#"{"prompt_id":"p0","rew"#]).joined(separator: "\n"), to: "bad.jsonl")
      let damaged = try await space.run("arena", "--from", "bad.jsonl", "--output", "out")
      #expect(damaged.status == 65)
      #expect(
        damaged.errors.contains("1 of 25 lines are damaged") && damaged.errors.contains("bad.jsonl:25: "))
      // The advice is an option that there is.
      #expect(damaged.errors.contains("--max-bad"))
      let passed = try await space.run(
        words: Self.tiny + ["--from", "bad.jsonl", "--max-bad", "0.1", "--quiet"])
      #expect(passed.status == 0, "\(passed.errors)")
      try space.write("", to: "empty.jsonl")
      let empty = try await space.run("arena", "--from", "empty.jsonl")
      #expect(empty.status == 65 && empty.errors == "Error: empty.jsonl: there are no rollouts\n")
      #expect(try space.files() == ["bad.jsonl", "empty.jsonl"])
    }
  }

  /// Pass rates are all that a table of counts has: moments and lengths are alike for all, and the report says so.
  @Test func aTableOfCountsIsAWorld() async throws {
    try await inWorkspace { space in
      try space.write(
        "prompt_id,samples,successes,screen_samples,screen_successes\na,8,0,8,1\nb,8,8,8,7\nc,8,3,8,4\n",
        to: "counts.csv")
      let result = try await space.run(words: Self.tiny + ["--from", "counts.csv"])
      #expect(result.status == 0, "\(result.errors)")
      #expect(result.output.contains("no score moments, alike for all; no lengths, alike for all"))
      // Rollouts of a prompt come before what a table says of it: the same with them alone.
      try space.write(Self.log.joined(separator: "\n"), to: "l.jsonl")
      try space.write("prompt_id,samples,successes\np0,80,80\np1,80,80\np2,80,80\n", to: "other.csv")
      let words = Self.tiny + ["--json", "--quiet", "--from", "l.jsonl"]
      let (plain, both) = (
        try await space.run(words: words), try await space.run(words: words + ["--from", "other.csv"])
      )
      func numbers(_ text: String) -> Substring {
        text[(text.range(of: "\"methods\"")?.lowerBound ?? text.startIndex)...]
      }
      #expect(plain.status == 0 && numbers(both.output) == numbers(plain.output))
    }
  }

  @Test func aRunLeavesAReportADocumentAndTables() async throws {
    try await inWorkspace { space in
      let result = try await space.run(
        words: Self.tiny + ["--world", "even,coupled", "--tokens", "60000", "--output", "out", "--quiet"],
        environment: ["PATH": space.directory.path])
      #expect(result.status == 0 && result.output.isEmpty, "\(result.errors)")
      #expect(
        result.errors.contains(
          "Warning: the plot 'arena-differences-rollouts' is missing: gnuplot was not found on PATH\n"),
        "\(result.errors)")
      #expect(
        try space.files("out") == [
          "arena.json", "datapackage.json", "report.md", "tables/arena-curves.csv", "tables/arena-ranks.csv",
          "tables/arena.csv",
        ])
      func header(_ name: String) throws -> String {
        let text = String(decoding: try space.read("out/tables/" + name), as: UTF8.self)
        return String(text.prefix { $0 != "\n" && $0 != "\r\n" })
      }
      #expect(try header("arena.csv") == "budget,world,method,stat,est,mcse,lower,upper,n")
      #expect(
        try header("arena-ranks.csv")
          == "budget,world,method,rank,rank_lower,rank_upper,difference,difference_lower,difference_upper,tied,open"
      )
      #expect(try header("arena-curves.csv") == "budget,world,method,fraction,quality,lower,upper,n")
      let report = String(decoding: try space.read("out/report.md"), as: UTF8.self)
      #expect(report.contains("## Equal rollouts\n") && report.contains("## Equal tokens\n"))
      #expect(report.contains("- **dapo** ") && report.contains("### coupled: "))
      let json = try JSONValue(parsing: String(decoding: try space.read("out/arena.json"), as: UTF8.self))
      #expect(json["schema"]?.stringValue == "allot-arena/1")
      #expect(json["worlds"]?.arrayValue?.map { $0["world"]?.stringValue } == ["even", "coupled"])
      // A second contest takes the place of the first.
      let again = try await space.run(
        words: Self.tiny + ["--world", "even", "--output", "out", "--quiet"],
        environment: ["PATH": space.directory.path])
      #expect(again.status == 0, "\(again.errors)")
      #expect(try space.files("out").contains("arena.json"))
    }
  }

  @Test func jsonIsTheDocumentAndDoesNotDependOnThreads() async throws {
    try await inWorkspace { space in
      let one = try await space.run(
        words: Self.tiny + ["--world", "noisy-verifier", "--json", "--quiet", "--threads", "1"])
      #expect(one.status == 0 && one.errors.isEmpty, "\(one.errors)")
      let methods = try #require(try JSONValue(parsing: one.output)["worlds"]?[0]?["methods"]?.arrayValue)
      #expect(
        methods.map { $0["method"]?.stringValue } == [
          "uniform", "dapo", "oracle-neyman", "oracle-two-stage", "oracle-two-stage-tokens",
          "oracle-steered", "oracle-steered-tokens",
        ])
      #expect(methods[0]["oracle"] == .bool(false) && methods[2]["oracle"] == .bool(true))
      #expect(methods[0]["rank"]?["est"]?.doubleValue != nil && methods[2]["rank"] == .null)
      let quality = try #require(methods[1]["measures"]?["quality"])
      #expect(quality["n"]?.integerValue == 2 && (quality["est"]?.doubleValue ?? 2) < 1)
      let two = try await space.run(
        words: Self.tiny + ["--world", "noisy-verifier", "--json", "--quiet", "--threads", "2"])
      #expect(two.output == one.output)
    }
  }

  @Test func aLogIsAWorldBesideTheNamedOnes() async throws {
    try await inWorkspace { space in
      try space.write(Self.log.joined(separator: "\n"), to: "l.jsonl")
      let result = try await space.run(
        words: Self.tiny + ["--from", "l.jsonl", "--world", "even", "--json", "--quiet"])
      #expect(result.status == 0, "\(result.errors)")
      let worlds = try #require(try JSONValue(parsing: result.output)["worlds"]?.arrayValue)
      #expect(worlds.map { $0["world"]?.stringValue } == ["even", "log"])
      #expect(
        worlds[1]["summary"]?.stringValue
          == "3 prompts of l.jsonl (no score moments, alike for all; no lengths, alike for all)")
      let alone = try await space.run(words: Self.tiny + ["--from", "l.jsonl", "--json", "--quiet"])
      #expect(try JSONValue(parsing: alone.output)["worlds"]?.arrayValue?.count == 1)
    }
  }
}
