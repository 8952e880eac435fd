import Foundation
import Testing

@testable import Interchange

/// The repository's root, from this file's place in it.
private let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
  .deletingLastPathComponent().path
private let sample = root + "/Samples/smollm2-arithmetic/rollouts.jsonl"
private let shared = root + "/../shared/data/smollm2-arithmetic/rollouts.jsonl"

@Suite struct RolloutTokensTests {
  /// The tokens of one line, or the message of its damage.
  private func tokens(_ fields: String, readsTokens: Bool = true) throws -> (RolloutTokens?, String?) {
    var reader = RolloutLogReader(readsTokens: readsTokens)
    var found: RolloutTokens?
    let line = #"{"prompt_id":"a","reward":1,"# + fields + "}"
    try reader.read(LineReader(bytes: Array(line.utf8), name: "log")) { record in
      if case .rollout(let rollout) = record { found = rollout.tokens }
    }
    return (found, reader.damage.first.first?.description)
  }

  @Test func arraysAreReadAsFarAsTheyAreThere() throws {
    let all = try tokens(
      #""token_ids":[5,7],"logprobs":[-0.5,-1e-1],"entropy":[0.25,1],"sum_sq_probability":[0.5,0.8203125],"old_logprobs":[-1,-2]"#
    )
    #expect(
      all.0
        == RolloutTokens(
          tokens: [5, 7], logProbabilities: [-0.5, -0.1], entropies: [0.25, 1],
          sumsOfSquares: [0.5, 0.8203125],
          oldLogProbabilities: [-1, -2]))
    #expect(try tokens(#""entropy":[2]"#).0 == RolloutTokens(entropies: [2]))
    #expect(
      try tokens(#""logprobs":[],"entropy":[]"#).0 == RolloutTokens(logProbabilities: [], entropies: []))
    #expect(try tokens(#""x":1"#).0 == nil)
  }

  /// The names are those of the trainers' batches; the preferred name wins whatever the order in the line.
  @Test func otherTrainersNamesAreRead() throws {
    #expect(
      try tokens(
        #""completion_ids":[1],"rollout_log_probs":[-1],"entropys":[2],"sum_pi_squared":[0.5],"old_log_probs":[-3]"#
      ).0
        == RolloutTokens(
          tokens: [1], logProbabilities: [-1], entropies: [2], sumsOfSquares: [0.5], oldLogProbabilities: [-3]
        ))
    #expect(
      try tokens(#""completion_logprobs":[-1],"old_per_token_logps":[-2]"#).0
        == RolloutTokens(logProbabilities: [-1], oldLogProbabilities: [-2]))
    #expect(
      try tokens(#""rollout_log_probs":[-1],"logprobs":[-2]"#).0 == RolloutTokens(logProbabilities: [-2]))
  }

  @Test func aFieldThatIsNoArrayIsNoPerTokenField() throws {
    let mean = try tokens(#""entropy":0.7,"logprobs":{"content":[]},"token_ids":null"#)
    #expect(mean.0 == nil && mean.1 == nil)
    #expect(try tokens(#""entropy":0.7,"entropys":[1]"#).0 == RolloutTokens(entropies: [1]))
  }

  @Test func roundingAtTheEndOfARangeCountsAsTheEnd() throws {
    #expect(
      try tokens(#""logprobs":[1e-7],"entropy":[-1e-7],"sum_sq_probability":[1.0000001]"#).0
        == RolloutTokens(logProbabilities: [0], entropies: [0], sumsOfSquares: [1]))
  }

  @Test(arguments: [
    (
      #""token_ids":[1,2],"logprobs":[-1]"#,
      "log:1: field 'logprobs': it has 1 entries and 'token_ids' has 2: one for each token"
    ),
    (
      #""logprobs":[-1],"entropy":[]"#,
      "log:1: field 'entropy': it has 0 entries and 'logprobs' has 1: one for each token"
    ),
    (#""logprobs":[0.5]"#, "log:1: field 'logprobs': the entry 0.5 must be at most 0"),
    (#""old_log_probs":[0.5]"#, "log:1: field 'old_log_probs': the entry 0.5 must be at most 0"),
    (
      #""entropy":[-0.5]"#,
      "log:1: field 'entropy': the entry -0.5 must lie in [0, 43.66827237527655], the entropies of 2^63 tokens or fewer"
    ),
    (
      #""entropy":[44]"#,
      "log:1: field 'entropy': the entry 44 must lie in [0, 43.66827237527655], the entropies of 2^63 tokens or fewer"
    ),
    (
      #""logprobs":[-1],"old_logprobs":[-1001]"#,
      "log:1: field 'old_logprobs': the ratio of exp(1000) is beyond double precision"
    ),
    (
      #""logprobs":[-1001],"old_logprobs":[-1]"#,
      "log:1: field 'old_logprobs': the ratio of exp(-1000) is beyond double precision"
    ),
    (
      #""sum_sq_probability":[1.5]"#, "log:1: field 'sum_sq_probability': the entry 1.5 must lie in [0, 1]"
    ),
    (
      #""token_ids":[1.5]"#,
      "log:1: field 'token_ids': the entry 1.5 must be an integer that is not negative"
    ),
    (
      #""token_ids":[-1]"#, "log:1: field 'token_ids': the entry -1 must be an integer that is not negative"
    ),
    (
      #""entropy":[[1]]"#, "log:1: field 'entropy': it must be an array of numbers, one for each token"
    ),
    (
      #""entropy":[1,"x"]"#,
      "log:1: field 'entropy': an array holds something other than numbers (or rows of numbers)"
    ),
    (
      #""logprobs":[null]"#,
      "log:1: field 'logprobs': an array holds something other than numbers (or rows of numbers)"
    ),
    (#""logprobs":[-1],"logprobs":[-1]"#, "log:1: field 'logprobs': the field occurs twice"),
  ])
  func aLineWhoseArraysDoNotFitIsDamaged(_ fields: String, _ message: String) throws {
    let (found, damage) = try tokens(fields)
    #expect(found == nil && damage == message)
  }

  @Test func whoDoesNotAskForTokensGetsNoneAndNoDamageFromThem() throws {
    let (found, damage) = try tokens(#""logprobs":[-1],"entropy":["x",[]]"#, readsTokens: false)
    #expect(found == nil && damage == nil)
  }

  @Test func theRewardIsKeptAsLogged() throws {
    var reader = RolloutLogReader(rule: SuccessRule(threshold: 1))
    var rewards: [Double] = []
    let lines = #"{"prompt_id":"a","reward":0.25}"# + "\n" + #"{"input":"q","score":-1.5}"#
    try reader.read(LineReader(bytes: Array(lines.utf8), name: "log")) { record in
      if case .rollout(let rollout) = record { rewards.append(rollout.reward) }
    }
    #expect(rewards == [0.25, -1.5])
  }

  @Test func readingEndsWhereTheCallerHasEnough() throws {
    let line = #"{"prompt_id":"a","reward":1}"#
    var reader = RolloutLogReader()
    let count = Counter()
    try reader.read(
      LineReader(bytes: Array([line, line, "damage"].joined(separator: "\n").utf8), name: "log"),
      while: { count.value < 2 }, { _ in count.value += 1 })
    #expect(count.value == 2 && reader.damage.damaged == 0 && reader.damage.lines == 2)
  }

  private final class Counter { var value = 0 }

  @Test func theSampleHasTheTokensOfTheLargerSet() throws {
    let own = try all(sample)
    #expect(own.count == 960 && own.reduce(0) { $0 + $1.tokens.count } == 3287)
    #expect(own.allSatisfy { $0.tokens.sumsOfSquares != nil && $0.tokens.tokens != nil })
  }

  @Test(
    .enabled(
      if: FileManager.default.fileExists(atPath: shared), "the shared rollouts are not there: ../shared/data")
  )
  func theSharedRolloutsHaveTheirTokens() throws {
    let set = try all(shared)
    #expect(set.count == 8192 && set.reduce(0) { $0 + $1.tokens.count } == 27663)
    // 1 ≤ e^H ≤ K and Σπ² ≥ e^{−H} (collision entropy does not exceed Shannon entropy), up to the log's decimals.
    for response in set {
      for (entropy, squares) in zip(
        response.tokens.entropies ?? [], response.tokens.sumsOfSquares ?? [])
      {
        #expect(entropy <= Foundation.log(49152.0) && squares >= exp(-entropy) - 1e-6)
      }
    }
  }

  private func all(_ path: String) throws -> [(prompt: String, tokens: RolloutTokens)] {
    var reader = RolloutLogReader(readsTokens: true)
    var found: [(String, RolloutTokens)] = []
    try reader.read(path: path) { record in
      if case .rollout(let rollout) = record, let tokens = rollout.tokens {
        found.append((rollout.prompt, tokens))
      }
    }
    #expect(reader.damage.damaged == 0)
    return found
  }
}
