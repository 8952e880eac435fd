import Foundation
import Interchange
import Testing

@testable import CLI

/// What `allot modulate` makes of bad input, and of input that is merely unusual.
@Suite struct ModulateInputTests {
  private static let good =
    #"{"sequence":"a","position":0,"probability":0.5,"entropy":0.5,"advantage":1}"#

  /// A good token with some of its fields replaced or added; nil takes a field away.
  private static func token(_ fields: KeyValuePairs<String, String?>) -> String {
    var all: [(String, String)] = [
      ("sequence", "\"b\""), ("position", "0"), ("probability", "0.5"), ("entropy", "0.5"),
      ("advantage", "1"),
    ]
    for (name, value) in fields {
      all.removeAll { $0.0 == name }
      if let value { all.append((name, value)) }
    }
    return "{" + all.map { "\"\($0.0)\":\($0.1)" }.joined(separator: ",") + "}"
  }

  @Test(
    arguments: [
      (token(["probability": "0"]), "field 'probability': 0 must lie in (0, 1]"),
      (token(["probability": "1.5"]), "field 'probability': 1.5 must lie in (0, 1]"),
      (token(["probability": "NaN"]), "field 'probability': a value is neither"),
      (token(["probability": "\"x\""]), "field 'probability': it must be a number, or an array"),
      (token(["probability": nil]), "field 'probability': it and 'logprob' are missing"),
      (
        token(["probability": nil, "logprob": "0.5"]), "field 'logprob': 0.5 must be at most 0"
      ),
      (
        token(["logprob": "-1"]),
        "field 'probability': 0.5 is not the exponential of the log-probability -1 within 1e-06"
      ),
      (token(["entropy": "-0.5"]), "field 'entropy': -0.5 must not be negative"),
      (token(["entropy": "1e999"]), "field 'entropy': a number is beyond the range of double precision"),
      (
        token(["entropy": "44"]),
        "field 'entropy': 44 exceeds 43.66827237527655, the largest entropy of 2^63 tokens"
      ),
      (token(["entropy": nil]), "field 'entropy': it is missing"),
      (token(["advantage": nil]), "field 'advantage': it is missing"),
      (token(["advantage": "null"]), "field 'advantage': it is missing"),
      (token(["advantage": "NaN"]), "field 'advantage': a value is neither"),
      (token(["advantage": "[1]"]), "field 'advantage': it must be a number"),
      (token(["sequence": nil]), "field 'sequence': it is missing"),
      (token(["sequence": "1.5"]), "field 'sequence': it must be a string or an integer"),
      (token(["position": nil]), "field 'position': it is missing"),
      (token(["position": "-1"]), "field 'position': -1 must be an integer that is not negative"),
      (
        token(["sequence": "\"a\""]),
        "field 'position': the response 'a' has a token at 0 already; responses need names of their own, or a 'group'"
      ),
      (token(["ratio": "0"]), "field 'ratio': 0 must be positive"),
      (token(["ratio": "-1"]), "field 'ratio': -1 must be positive"),
      (
        token(["ratio": "1", "old_logprob": "-1"]),
        "field 'ratio': 1 is not exp(log π − log π_old) = 1.35914091422952"
      ),
      (token(["old_logprob": "0.5"]), "field 'old_logprob': 0.5 must be at most 0"),
      (
        token(["old_logprob": "-1e5"]),
        "field 'old_logprob': the ratio exp(-0.69314718055994529 − -100000) is beyond double precision"
      ),
      (token(["mask": "0.5"]), "field 'mask': 0.5 must be 0 or 1"),
      (token(["token": "-1"]), "field 'token': -1 must be an integer that is not negative"),
      (
        token(["sum_sq_probability": "0.2"]),
        "field 'sum_sq_probability': 0.20000000000000001 must lie in [π², 1]"
      ),
      (token(["sum_sq_probability": "1.5"]), "field 'sum_sq_probability': 1.5 must lie in [π², 1]"),
      (
        token(["probabilities": "[0.5,0.4]"]),
        "field 'probabilities': the probabilities add up to 0.9: it must be 1 within 1e-06"
      ),
      (
        token(["probabilities": "[1.5,-0.5]"]),
        "field 'probabilities': the entry 0 is 1.5: it must lie in [0, 1]"
      ),
      (token(["probabilities": "[]"]), "field 'probabilities': it is empty"),
      (token(["probabilities": "0.5"]), "field 'probabilities': it must be an array of probabilities"),
      (
        token(["probabilities": "[0.5,\"x\"]"]),
        "field 'probabilities': an array holds something other than numbers"
      ),
      (
        token(["probabilities": "[0.75,0.25]", "entropy": nil]),
        "field 'probabilities': the drawn token has the probability 0.5, the nearest in the list is 0.75"
      ),
      (
        token(["probabilities": "[0.5,0.25,0.25]", "entropy": nil, "token": "2"]),
        "field 'probabilities': the drawn token has the probability 0.5, its own in the list is 0.25"
      ),
      (
        token(["probabilities": "[0.5,0.5]", "entropy": nil, "token": "2"]),
        "field 'token': 2 must be an integer in 0..<2"
      ),
      (
        token(["probabilities": "[0.5,0.5]"]),
        "field 'entropy': 0.5 is not the entropy 0.69314718055994529 of 'probabilities' within 0.0001"
      ),
      (
        token(["probabilities": "[0.5,0.5]", "entropy": nil, "sum_sq_probability": "0.6"]),
        "field 'sum_sq_probability': 0.59999999999999998 is not Σπ² = 0.5 of 'probabilities' within 1e-05"
      ),
      (
        token(["compensation": "1"]),
        "field 'compensation': the line has the field already that is to be added"
      ),
      (token(["entropy": "[0.5]"]), "field 'entropy': it must be a number"),
      (
        #"{"logprob":[-1,-2],"entropy":[1],"advantage":1}"#, "field 'entropy': it has 1 entries for 2 tokens"
      ),
      (
        #"{"logprob":[-1,-2],"entropy":1,"advantage":1}"#,
        "field 'entropy': it must be an array with 2 numbers, one for each token"
      ),
      (
        #"{"logprob":[-1,-2],"probabilities":[[0.5,0.5]],"advantage":1}"#,
        "field 'probabilities': it must be an array with 2 arrays of probabilities"
      ),
      (
        #"{"logprob":[-1],"probability":[0.5,0.5],"advantage":1}"#,
        "field 'probability': it and 'logprob' differ"
      ),
      (#"{"sequence":"a""#, "the text ends inside an array or an object"),
      ("[]", "the line is not a JSON object"),
      ("damage", ""),
    ])
  func aDamagedLineIsNamedByFileLineAndField(_ line: String, _ message: String) async throws {
    try await inWorkspace { space in
      try space.write(Self.good + "\n" + line + "\n", to: "t.jsonl")
      let result = try await space.run("modulate", "t.jsonl")
      #expect(result.status == 65 && result.output.isEmpty)
      #expect(result.errors.hasPrefix("Error: t.jsonl:2: " + message), "\(result.errors)")
    }
  }

  @Test(
    arguments: [
      (
        ["--mode", "published"],
        "t.jsonl:1: field 'probabilities': the exact entropy change (--entropy-source released does without) needs 'probabilities', which the tokens do not have"
      ),
      (
        ["--compensation-scope", "vocabulary"],
        "t.jsonl:1: field 'probabilities': the compensation's scope 'vocabulary' without --vocabulary needs 'probabilities', which the tokens do not have"
      ),
      (
        ["--compensation-scope", "group"],
        "t.jsonl:1: field 'group': the scope 'group' needs 'group', which the tokens do not have"
      ),
      (
        ["--stabilisation-scope", "state"],
        "t.jsonl:1: field 'state': the scope 'state' needs 'state', which the tokens do not have"
      ),
      (
        ["--vocabulary", "1"],
        "t.jsonl:1: field 'entropy': 0.5 exceeds log K = 0 for a vocabulary of 1"
      ),
    ])
  func whatAnOptionNeedsOfTheTokensIsNamed(_ options: [String], _ message: String) async throws {
    try await inWorkspace { space in
      try space.write(Self.good, to: "t.jsonl")
      let result = try await space.run(words: ["modulate", "t.jsonl"] + options)
      #expect(result.status == 65 && result.output.isEmpty)
      #expect(result.errors == "Error: \(message)\n")
    }
  }

  @Test func someTokensWithAGroupAndSomeWithoutAreNoPositions() async throws {
    try await inWorkspace { space in
      try space.write(Self.token(["group": "1"]) + "\n" + Self.good, to: "t.jsonl")
      let result = try await space.run("modulate", "t.jsonl", "--compensation-scope", "position")
      #expect(result.status == 65 && result.errors.hasPrefix("Error: t.jsonl:2: field 'group': "))
    }
  }

  /// By hand: one token has nothing to differ from: its released change is 0 and its compensation 1; x = 0 gives a stabilisation of f(0) = 1 in double precision.
  @Test func aResponseOfOneTokenHasTheReleasedChangeZero() async throws {
    let line = try await ModulateCommandTests.modulate(Self.good)[0]
    #expect(line["entropy_change_released"]?.doubleValue == 0)
    #expect(line["compensation"]?.doubleValue == 1 && line["stabilisation"]?.doubleValue == 1)
    #expect(line["modulated_advantage"]?.doubleValue == 1)
  }

  @Test func aResponseWithoutAnyTokenThatCountsIsLeftAlone() async throws {
    let lines = try await ModulateCommandTests.modulate(
      #"{"logprob":[-1,-2],"entropy":[1,2],"advantage":3,"mask":[0,0]}"# + "\n"
        + Self.token(["mask": "false", "probabilities": "[0.5,0.5]", "entropy": nil]))
    #expect(lines[0]["factor"] == .array([.integer(1), .integer(1)]))
    #expect(lines[0]["entropy_change_released"] == .array([.integer(0), .integer(0)]))
    #expect(lines[0]["modulated_advantage"] == .array([.integer(3), .integer(3)]))
    #expect(lines[1]["entropy_change_exact"]?.doubleValue == 0 && lines[1]["factor"]?.doubleValue == 1)
  }

  @Test func aVocabularyOfOneHasNoScoreAndNoChange() async throws {
    let only = Self.token(["probability": "1", "probabilities": "[1]", "entropy": nil])
    let line = try await ModulateCommandTests.modulate(only, ["--mode", "published"])[0]
    for field in [
      "entropy_change_exact", "entropy_change_released", "score_norm_sq", "score_norm_lower",
      "score_norm_upper",
    ] { #expect(line[field]?.doubleValue == 0, "\(field)") }
    #expect(line["factor"]?.doubleValue == 1)
    let vocabulary = try await ModulateCommandTests.modulate(
      Self.token(["probability": "1", "entropy": "0"]),
      ["--vocabulary", "1", "--compensation-scope", "vocabulary"])
    #expect(vocabulary[0]["factor"]?.doubleValue == 1 && vocabulary[0]["score_norm_lower"]?.doubleValue == 0)
  }

  @Test(arguments: ["", "\n \n\r\n"])
  func anInputWithoutTokensIsAnError(_ text: String) async throws {
    try await inWorkspace { space in
      for options in [[], ["--summary"], ["--output", "m"]] {
        let result = try await space.run(words: ["modulate", "-"] + options, input: text)
        #expect(result.status == 65 && result.output.isEmpty)
        #expect(result.errors == "Error: <stdin>: there are no tokens\n")
      }
      #expect(try space.files() == [])
    }
  }

  @Test func numbersBeyondDoublePrecisionAreNullAndCounted() async throws {
    try await inWorkspace { space in
      let lines = [
        #"{"logprob":[-0.5,-2],"entropy":[1,1],"advantage":1e308,"ratio":[1.25,1]}"#,
        #"{"logprob":[-0.5,-2],"entropy":[9,30],"advantage":1.7e308,"ratio":[1,1.2]}"#,
      ]
      try space.write(lines.joined(separator: "\n"), to: "t.jsonl")
      let result = try await space.run("modulate", "t.jsonl")
      #expect(result.status == 0 && result.output.contains("null"))
      #expect(result.errors.hasSuffix(" numbers are beyond double precision and null\n"), "\(result.errors)")
      let summary = try await space.run("modulate", "t.jsonl", "--summary", "--json")
      #expect(summary.status == 0, "\(summary.errors)")
    }
  }

  /// Whatever byte is changed, the line is read or it is damaged; nothing crashes, neither here nor in the rules.
  @Test func everySingleByteChangeIsSurvived() throws {
    let lines = [
      #"{"sequence":"b","position":1,"group":"g","state":3,"mask":1,"probability":0.5,"advantage":1.5,"ratio":1.25,"probabilities":[0.5,0.25,0.25],"token":0}"#,
      #"{"logprob":[-1,-2],"entropy":[1,0.5],"advantage":2,"old_logprob":[-1.5,-2],"sum_sq_probability":[0.5,0.25]}"#,
    ]
    let choice = try ModulateCommand.parse(["x"]).choice
    var read = 0
    for line in lines {
      let good = Array(line.utf8)
      for position in good.indices {
        for byte in [0, 0x22, 0x2C, 0x2D, 0x31, 0x39, 0x5B, 0x5D, 0x65, 0x7D, 0xFF] as [UInt8] {
          var changed = good
          changed[position] = byte
          do throws(InterchangeError) {
            var stream = try ModulationStream(
              LineReader(bytes: changed, name: "t"), choice, vocabulary: nil, microBatch: .max)
            guard let batch = try stream.next({ false }) else { continue }
            var output: [UInt8] = []
            do throws(CommandFailure) {
              try ModulatedLines(table: batch.table, result: batch.result).write(to: &output, full: .max) {
                _ in
              }
            } catch { Issue.record("nothing was to be flushed") }
            #expect((try? JSONValue(parsing: output.split(separator: 0x0A)[0]))?["factor"] != nil)
            read += 1
          } catch { #expect(error.description.hasPrefix("t:1: "), "\(error)") }
        }
      }
    }
    // Most changed digits leave a line that can be read.
    #expect(read > 100)
  }

  @Test func aLineOfMegabytesIsRead() async throws {
    try await inWorkspace { space in
      let count = 200_000
      let zeros = String(repeating: "0.25,", count: count - 1) + "0.25"
      try space.write(
        #"{"probability":[\#(zeros)],"entropy":[\#(zeros)],"advantage":1,"note":"\#(String(repeating: "x", count: 1 << 20))"}"#,
        to: "t.jsonl")
      let result = try await space.run("modulate", "t.jsonl", "--summary", "--json")
      #expect(result.status == 0, "\(result.errors)")
      #expect(try JSONValue(parsing: result.output)["tokens"]?.integerValue == count)
    }
  }

  @Test(.enabled(if: FileManager.default.isWritableFile(atPath: "/dev/full")))
  func aFullDiskIsAFailure() async throws {
    try await inWorkspace { space in
      try space.write(Self.good, to: "t.jsonl")
      let direct = try await space.run(words: ["modulate", "t.jsonl"], output: "/dev/full")
      #expect(direct.status == 74)
      #expect(direct.errors == "Error: cannot write to standard output: No space left on device\n")
      let named = try await space.run("modulate", "t.jsonl", "--summary", "--output", "/dev/full")
      #expect(named.status == 74)
      #expect(named.errors == "Error: cannot write '/dev/full': No space left on device\n")
    }
  }

  @Test func anInterruptedCommandLeavesNoHalfFile() async throws {
    try await inWorkspace { space in
      // A pipe that nobody writes to: the command waits for its first line.
      #expect(mkfifo(space.path("pipe"), 0o600) == 0)
      let descriptor = open(space.path("pipe"), O_RDWR)
      defer { close(descriptor) }
      let result = try await space.run(
        words: ["modulate", "pipe", "--output", "m.jsonl"], timeout: 60, interruptAfter: 1)
      #expect(result.status == 130 && result.output.isEmpty)
      #expect(result.errors.hasSuffix("Error: interrupted; nothing was written\n"))
      #expect(try FileManager.default.contentsOfDirectory(atPath: space.directory.path) == ["pipe"])
    }
  }
}
