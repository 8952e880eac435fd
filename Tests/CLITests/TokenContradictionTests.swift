import Foundation
import Interchange
import Testing

/// What `allot modulate`, `variance`, `audit` and `verify` say of inputs that contradict themselves or lack fields.
@Suite struct TokenContradictionTests {
  private static let token = #"{"sequence":"r","position":0,"probability":0.5,"entropy":0.7,"advantage":1"#

  /// π = ½ leaves at most ¼ for the other squares: Σπ² ≤ ½.
  @Test func aSumOfSquaresThatTheProbabilityRulesOutIsRefused() async throws {
    try await inWorkspace { space in
      let wrong = try await space.run(
        "modulate", "-", input: Self.token + #","sum_sq_probability":0.99}"#)
      #expect(wrong.status == 65)
      #expect(
        wrong.errors
          == "Error: <stdin>:1: field 'sum_sq_probability': 0.98999999999999999 must lie in [π², π² + (1 − π)²] = [0.25, 0.5] for the token's own π\n",
        "\(wrong.errors)")
      let log =
        #"{"prompt_id":"a","reward":1,"logprobs":[-0.6931471805599453],"entropy":[0.7],"sum_sq_probability":[0.99]}"#
      try space.write(log, to: "log.jsonl")
      let verify = try await space.run(
        "verify", "--claim", "score-norm-attenuates", "--rollouts", "log.jsonl", "--preset", "quick")
      #expect(verify.status == 65)
      #expect(
        verify.errors.contains("log.jsonl:1: field 'sum_sq_probability': the entry 0.98999999999999999"))
    }
  }

  @Test func aLogWithoutEntropiesIsAnsweredWithTheFieldsName() async throws {
    try await inWorkspace { space in
      try space.write(#"{"prompt_id":"a","reward":1,"logprobs":[-0.5]}"#, to: "log.jsonl")
      let result = try await space.run(
        "verify", "--claim", "score-norm-attenuates", "--claim", "bound-transfers-optimality", "--rollouts",
        "log.jsonl", "--preset", "quick", "--output", "out", "--quiet")
      #expect(result.status == 0)
      #expect(result.errors.contains("no rollout of log.jsonl has the per-token field 'entropy'"))
      let claims = try JSONValue(parsing: try space.read("out/verdicts.json"))["claims"]
      func real(_ claim: JSONValue?) -> [JSONValue] {
        (claim?["sub_verdicts"]?.arrayValue ?? []).filter { $0["population"]?.stringValue == "real tokens" }
      }
      let answers = real(claims?[1])
      #expect(claims?[0]?["id"]?.stringValue == "bound-transfers-optimality" && real(claims?[0]).isEmpty)
      #expect(answers.count == 1 && answers[0]["verdict"]?.stringValue == "not-testable")
      #expect(answers[0]["condition"]?.stringValue?.contains("'entropy'") == true)
      let audit = try await space.run("audit", "log.jsonl")
      #expect(audit.output.contains("no rollout has the per-token field 'entropy'"), "\(audit.output)")
    }
  }

  @Test func aLogGivenTwiceIsRefused() async throws {
    try await inWorkspace { space in
      try space.write(#"{"prompt_id":"a","reward":1,"logprobs":[-0.5],"entropy":[0.6]}"#, to: "log.jsonl")
      let result = try await space.run(
        "verify", "--claim", "score-norm-attenuates", "--rollouts", "log.jsonl", "--rollouts", "log.jsonl")
      #expect(result.status == 65 && result.errors.contains("given twice"), "\(result.errors)")
    }
  }

  /// Response a has its tokens in the first and the third of three micro-batches: one cut response, however many batches lie between.
  @Test func aResponseThatIsCutIsFoundAcrossMicroBatches() async throws {
    try await inWorkspace { space in
      func line(_ name: String, _ position: Int) -> String {
        #"{"sequence":"\#(name)","position":\#(position),"probability":0.5,"entropy":0.7,"advantage":1}"#
      }
      let input = [line("a", 0), line("b", 0), line("a", 1)].joined(separator: "\n")
      let result = try await space.run(
        words: ["modulate", "-", "--micro-batch", "1", "--quiet"], input: input)
      #expect(result.status == 0)
      #expect(result.errors.hasPrefix("Warning: 1 responses have tokens in more than one micro-batch"))
      let summary = try await space.run(
        words: ["modulate", "-", "--micro-batch", "1", "--summary", "--json"], input: input)
      #expect(try JSONValue(parsing: summary.output)["cut_responses"]?.integerValue == 1)
      let whole = try await space.run(words: ["modulate", "-"], input: input)
      #expect(whole.errors.isEmpty)
    }
  }

  @Test func optionsWithoutEffectAreRefused() async throws {
    try await inWorkspace { space in
      let none = try await space.run(
        words: ["modulate", "-", "--mode", "none", "--alpha", "0.3"], input: Self.token + "}")
      #expect(none.status == 64)
      #expect(
        none.errors
          == "Error: '--alpha' has no meaning for '--mode none', which leaves every factor at 1.\n")
      let touched = try await space.run(
        words: ["modulate", "-", "--touched", "0.5"], input: Self.token + "}")
      #expect(touched.status == 64 && touched.errors == "Error: '--touched' belongs to '--summary'.\n")
    }
  }

  /// Two responses of three tokens; the published form compares changes at the same position, so that each position has a token with x = 1.
  @Test func thePublishedModeComparesChangesAtTheSamePosition() async throws {
    try await inWorkspace { space in
      let input = [
        #"{"logprob":[-0.1,-2,-0.7],"entropy":[0.5,1,1.4],"advantage":1}"#,
        #"{"logprob":[-1,-0.3,-0.9],"entropy":[0.5,2,0.8],"advantage":-1}"#,
      ].joined(separator: "\n")
      let base = ["modulate", "-", "--mode", "published", "--entropy-source", "released"]
      let standard = try await space.run(words: base, input: input)
      let position = try await space.run(words: base + ["--stabilisation-scope", "position"], input: input)
      let batch = try await space.run(words: base + ["--stabilisation-scope", "micro-batch"], input: input)
      #expect(standard.output == position.output && standard.output != batch.output)
      let summary = try await space.run(words: base + ["--summary"], input: input)
      #expect(
        summary.output.contains(
          "alpha 0.2 (micro-batch), floor 0.6, steepness 50, centre 0.9 (position, released entropy change), clip 0.2, 0.2"
        ), "\(summary.output)")
    }
  }

  /// The moments at equal step: trace over scale squared, whatever the estimator; a pair of responses is needed for a baseline from others.
  @Test func tokenLevelVariancesComeWithTheirStep() async throws {
    try await inWorkspace { space in
      let world = #"{"probabilities":[0.25,0.75],"rewards":[1,0],"group":2,"estimator":"dynamo"}"#
      let result = try await space.run(words: ["variance", "-", "--replicates", "0"], input: world)
      let json = try JSONValue(parsing: result.output)
      let trace = try #require(json["trace_variance"]?.doubleValue)
      let scale = try #require(json["scale"]?.doubleValue)
      let equal = try #require(json["variance_at_equal_step"]?.doubleValue)
      #expect(abs(equal - trace / (scale * scale)) <= 1e-15 && json["cosine"]?.doubleValue != nil)
      let alone = try await space.run(
        "variance", "-",
        input:
          #"{"probabilities":[0.25,0.75],"rewards":[1,0],"group":1,"estimator":"score-weighted-state-baseline"}"#
      )
      #expect(alone.status == 65 && alone.errors.contains("field 'group': must be at least 2"))
    }
  }
}
