import Foundation
import Interchange
import Testing

@testable import CLI

/// `allot verify --rollouts`: what the claims are given, and what a log may look like.
@Suite struct VerifyRolloutsTests {
  private func tokens(_ text: String, vocabulary: Int? = nil, mostTokens: Int = 100) throws -> RealTokens {
    var result: RealTokens?
    try withTemporaryFile(text) { path in
      result = try RealTokens(paths: [path], vocabulary: vocabulary, mostTokens: mostTokens)
    }
    return try #require(result)
  }

  private func line(_ prompt: String, _ reward: Double, _ fields: String, step: Int = 0) -> String {
    #"{"prompt_id":"\#(prompt)","reward":\#(reward),"step":\#(step),\#(fields)}"#
  }

  private let pair =
    #""token_ids":[3,4],"logprobs":[-1,-2],"entropy":[0.5,0.25],"sum_sq_probability":[0.5,0.75]"#

  @Test func responsesComeWithTheirPromptsAndGradedRewards() throws {
    let lines = [
      line("a", 1, pair), line("b", 0.25, #""logprobs":[-3],"entropy":[1]"#), line("a", 0, pair, step: 2),
      line("a", 0, #""score_sqnorm":4,"# + pair),
    ]
    let found = try tokens(lines.joined(separator: "\n"), vocabulary: 9)
    let log = try #require(found.log)
    #expect(found.warnings.isEmpty && log.responsesWithoutTokens == 0 && log.vocabulary == 9)
    #expect(log.promptNames == ["a", "b", "a at step 2"])
    #expect(log.responses.map(\.prompt) == [0, 1, 2, 0] && log.responses.map(\.reward) == [1, 0.25, 0, 0])
    #expect(log.responses[0].tokens == [3, 4] && log.responses[0].sumsOfSquares == [0.5, 0.75])
    #expect(log.responses[1].tokens == nil && log.responses[1].logProbabilities == [-3])
    #expect(log.responses[3].scoreSquaredNorm == 4 && log.tokenCount == 7)
  }

  @Test func onlyTheFirstTokensAreKeptAndThatIsSaid() throws {
    let lines = (0..<5).map { _ in line("a", 1, pair) } + ["damage that is never reached"]
    let found = try tokens(lines.joined(separator: "\n"), mostTokens: 5)
    let log = try #require(found.log)
    // A third response of two tokens would exceed five.
    #expect(log.tokenCount == 4 && log.name.hasSuffix(" (the first 4 tokens)"))
    #expect(found.warnings.count == 1)
    #expect(found.warnings[0].hasPrefix("only the first 4 tokens (2 rollouts) of "))
    #expect(found.warnings[0].hasSuffix("the claims are asked of at most 5"))
    #expect(try tokens(line("a", 1, pair), mostTokens: 2).warnings.isEmpty)
  }

  @Test func rolloutsWithoutTokensAreCountedOrTheLogIsNone() throws {
    let without = line("a", 1, #""logprobs":[-1]"#)
    let mixed = try tokens(line("a", 1, pair) + "\n" + without)
    #expect(mixed.log?.responsesWithoutTokens == 1 && mixed.log?.responses.count == 1)
    #expect(mixed.warnings.count == 1 && mixed.warnings[0].hasPrefix("1 rollouts of "))
    let none = try tokens(without)
    #expect(none.log == nil && none.warnings.count == 1)
    #expect(none.warnings[0].contains("has the per-token field 'entropy': "))
    #expect(none.missingField == "entropy")
  }

  private static let cheap = ["verify", "--claim", "bound-transfers-optimality", "--preset", "quick"]

  @Test(
    arguments: [
      ("", [], 65, "Error: l.jsonl: there are no rollouts\n"),
      ("{\"prompt_id\":\"a\",\"reward\":1}\ngarbage\n", [], 65, "Error: l.jsonl:2: "),
      (
        #"{"prompt_id":"a","reward":1,"logprobs":[-1],"entropy":[1,2]}"#, [], 65,
        "Error: l.jsonl:1: field 'entropy': it has 2 entries and 'logprobs' has 1: one for each token\n"
      ),
      (
        #"{"prompt_id":"a","reward":1,"logprobs":[-1],"entropy":[1.5]}"#, ["--vocabulary", "4"], 65,
        "Error: l.jsonl:1: field 'entropy': the entry 1.5 exceeds log K = 1.3862943611198906 for a vocabulary of 4\n"
      ),
      (
        #"{"prompt_id":"a","reward":1,"token_ids":[4],"logprobs":[-1],"entropy":[1]}"#,
        ["--vocabulary", "4"], 65,
        "Error: l.jsonl:1: field 'token_ids': there is no token 4 in a vocabulary of 4\n"
      ),
      (
        #"{"prompt_id":"a","reward":1}"#, ["--rollouts", "missing"], 66,
        "Error: cannot open 'missing': No such file or directory\n"
      ),
      (
        "", ["--vocabulary", "0", "--rollouts", "-", "--rollouts", "-"], 64,
        "Error: The value '-' is given more than once for '--rollouts <file>': standard input can be read once.\n       The value '0' is invalid for '--vocabulary <K>': it must be positive.\n"
      ),
    ] as [(String, [String], Int32, String)])
  func aLogThatCannotBeUsedEndsTheRunBeforeItBegins(
    _ text: String, _ options: [String], _ status: Int32, _ message: String
  ) async throws {
    try await inWorkspace { space in
      try space.write(text, to: "l.jsonl")
      let result = try await space.run(words: Self.cheap + ["--rollouts", "l.jsonl"] + options)
      #expect(result.status == status && result.output.isEmpty)
      #expect(result.errors.hasPrefix(message), "\(result.errors)")
      #expect(try space.files() == ["l.jsonl"])
    }
  }

  @Test func aLogWithoutTokensIsWarnedAboutAndTheRunGoesOn() async throws {
    try await inWorkspace { space in
      let plain = try await space.run(words: Self.cheap + ["--quiet", "--output", "plain"])
      let result = try await space.run(
        words: Self.cheap + ["--rollouts", "-", "--quiet", "--output", "out"],
        input: #"{"prompt_id":"a","reward":1}"#)
      #expect(plain.status == 0 && plain.errors.isEmpty && result.status == 0)
      #expect(
        result.errors
          == "Warning: no rollout of <stdin> has the per-token field 'logprobs': the claims cannot be asked of real tokens\n"
      )
      for file in try space.files("plain") where file.hasPrefix("tables/") {
        #expect(try space.read("out/" + file) == space.read("plain/" + file))
      }
    }
  }
}
