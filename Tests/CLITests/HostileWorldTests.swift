import Foundation
import Testing

/// What `allot variance` says to worlds that are damaged or made to break it.
@Suite struct HostileWorldTests {
  /// Leaves with 65 and one line of complaint that contains `message`.
  private func expectRefusal(_ bytes: [UInt8], _ message: String) async throws {
    try await inWorkspace { space in
      try space.write(bytes, to: "w.json")
      let result = try await space.run("variance", "w.json", "--replicates", "0")
      #expect(result.status == 65)
      #expect(result.output.isEmpty)
      #expect(result.errors.hasPrefix("Error: w.json") && result.errors.contains(message), "\(result.errors)")
      #expect(result.errors.utf8.count { $0 == 0x0A } == 1 && result.errors.utf8.count < 500)
    }
  }

  private static let valid = #""probabilities":[0.25,0.75],"rewards":[1,0],"estimator":"reinforce""#

  @Test(
    arguments: [
      ("", ":1: the text is empty"),
      ("   \n", ":1: the text is empty"),
      (
        #"{"policy":{"kind":"softmax","probabilities":[0.25,0.75]},"rewards":[1,"#, ":1: the text ends inside"
      ),
      (#"{"probabilities":[NaN,0.75],"rewards":[1,0],"estimator":"reinforce"}"#, ":1: a value is neither"),
      (#"{"probabilities":[0.25,1e999],"rewards":[1,0],"estimator":"reinforce"}"#, ":1: a number is beyond"),
      ("{\(valid)} {}", ":1: characters follow the end"),
      ("[1,2]", "field '(top)': must be a JSON object"),
      ("3", "field '(top)': must be a JSON object"),
    ] as [(String, String)])
  func textThatIsNoWorldIsRefused(_ text: String, _ message: String) async throws {
    try await expectRefusal(Array(text.utf8), message)
  }

  @Test(
    arguments: [
      (#"{"probabilities":[0.25,0.8],"rewards":[1,0],"estimator":"reinforce"}"#, "'probabilities'"),
      (#"{"probabilities":[-0.25,1.25],"rewards":[1,0],"estimator":"reinforce"}"#, "'probabilities'"),
      (#"{"probabilities":[],"rewards":[],"estimator":"reinforce"}"#, "'probabilities'"),
      (#"{"probabilities":[[],[]],"rewards":[],"estimator":"reinforce"}"#, "'probabilities'"),
      (#"{"probabilities":"a","rewards":[1,0],"estimator":"reinforce"}"#, "'probabilities'"),
      (#"{"probabilities":[[0.5,0.5],3],"rewards":[1,0],"estimator":"reinforce"}"#, "'probabilities[1]'"),
      (#"{"probabilities":[0.25,0.75],"rewards":"x","estimator":"reinforce"}"#, "'rewards'"),
      (#"{"probabilities":[0.25,0.75],"rewards":[1,null],"estimator":"reinforce"}"#, "'rewards'"),
      (#"{"probabilities":[0.25,0.75],"rewards":[1],"estimator":"reinforce"}"#, "'rewards'"),
      (#"{"probabilities":[0.25,0.75],"estimator":"reinforce"}"#, "'rewards'"),
      (#"{"probabilities":[0.25,0.75],"rewards":{"2":1},"estimator":"reinforce"}"#, #"'rewards["2"]'"#),
      (#"{"probabilities":[0.25,0.75],"rewards":{"0":1,"0":0},"estimator":"reinforce"}"#, "'rewards.0'"),
      (#"{"probabilities":[0.25,0.75],"rewards":[1,0],"estimator":3}"#, "'estimator'"),
      (#"{"probabilities":[0.25,0.75],"rewards":[1,0]}"#, "'estimator'"),
      ("{\(valid),\"estimator\":\"rloo\"}", "'estimator': stands twice"),
      ("{\(valid),\"lr\":1}", "'lr': is not known"),
      ("{\(valid),\"group\":\"a\"}", "'group'"),
      ("{\(valid),\"baseline\":[1]}", "'baseline'"),
      ("{\(valid),\"behaviour\":{\"probabilities\":[1]}}", "'behaviour'"),
      ("{\(valid),\"logits\":[1,2]}", "'logits': stands beside"),
      ("{\(valid),\"policy\":{\"probabilities\":[1]}}", "'probabilities': stands beside"),
      (#"{"probabilities":[0.25,0.75],"rewards":[1,0],"estimator":"rloo"}"#, "'group': is missing"),
      (#"{"probabilities":[0.25,0.75],"rewards":[1,0],"estimator":"rloo","group":0}"#, "'group'"),
      (#"{"probabilities":[0.25,0.75],"rewards":[1,0],"estimator":"rloo","group":2.5}"#, "'group'"),
      (
        #"{"probabilities":[0.25,0.75],"rewards":[1,0],"estimator":"rloo","group":99999999999999999999}"#,
        "'group'"
      ),
      (#"{"policy":{"kind":"tree"},"rewards":[1,0],"estimator":"reinforce"}"#, "'policy.kind'"),
      (#"{"policy":3,"rewards":[1,0],"estimator":"reinforce"}"#, "'policy': must be a JSON object"),
      (
        #"{"policy":{"kind":"softmax","probabilities":[1],"extra":1},"rewards":[1],"estimator":"reinforce"}"#,
        "'policy.extra': is not known"
      ),
      (
        #"{"policy":{"kind":"sequence","vocabulary":4096,"length":64,"states":{}},"rewards":{},"estimator":"reinforce"}"#,
        "'policy.length'"
      ),
      (
        #"{"policy":{"kind":"sequence","vocabulary":4096,"length":64,"parameters":"shared","states":{"":[0]}},"rewards":{},"estimator":"reinforce"}"#,
        "'policy.states'"
      ),
      (
        #"{"policy":{"kind":"sequence","vocabulary":2,"length":2,"parameters":3,"states":{"":[0,0]}},"rewards":{},"estimator":"reinforce"}"#,
        "'policy.parameters'"
      ),
      (
        #"{"policy":{"kind":"sequence","vocabulary":2,"length":2,"states":{"":[0,0],"0":[0,0]}},"rewards":{},"estimator":"reinforce"}"#,
        #"'policy.states': has no entry for the prefix "1""#
      ),
      (
        #"{"policy":{"kind":"sequence","vocabulary":2,"length":1,"states":{"":[0,0],"":[0,1]}},"rewards":{},"estimator":"reinforce"}"#,
        "'policy.states.': stands twice"
      ),
    ] as [(String, String)])
  func aWrongFieldIsNamed(_ text: String, _ message: String) async throws {
    try await expectRefusal(Array(text.utf8), message)
  }

  @Test func tenThousandLevelsOfNestingAreRefused() async throws {
    let nest = String(repeating: "[", count: 10_000) + String(repeating: "]", count: 10_000)
    try await expectRefusal(Array(nest.utf8), ":1: arrays and objects are nested too deeply")
    try await expectRefusal(
      Array("{\"logits\":\(nest)}".utf8), ":1: arrays and objects are nested too deeply")
    try await expectRefusal(Array(repeating: 0x5B, count: 10_000), ":1: ")
  }

  @Test func aNumberOfAMillionDigitsIsRefusedOrRead() async throws {
    let digits = String(repeating: "1", count: 1_000_000)
    let rest = #",0.75],"rewards":[1,0],"estimator":"reinforce"}"#
    try await expectRefusal(
      Array("{\"probabilities\":[\(digits)\(rest)".utf8), ":1: a number is beyond the range")
    try await expectRefusal(Array("{\"probabilities\":[0.\(digits)\(rest)".utf8), "'probabilities'")
  }

  @Test func binaryGarbageIsRefused() async throws {
    var state: UInt32 = 1
    let noise = (0..<100_000).map { _ -> UInt8 in
      state = state &* 1_664_525 &+ 1_013_904_223
      return UInt8(truncatingIfNeeded: state >> 24)
    }
    try await expectRefusal(noise, ":1: ")
    try await expectRefusal([0xFF, 0xFE, 0x00], ":1: ")
    try await expectRefusal(Array(repeating: 0, count: 1000), ":1: ")
  }

  @Test func anEndlessInputIsRefusedAtTheLimit() async throws {
    try await inWorkspace { space in
      let result = try await space.run("variance", "/dev/zero")
      #expect(result.status == 65)
      #expect(result.errors == "Error: '/dev/zero' has more than 268435456 bytes\n")
    }
  }
}
