import Foundation
import Testing

@testable import Interchange

/// Reads `text` and returns the records and the log of damage.
private func records(
  _ text: String, threshold: Double? = nil, longestLine: Int = LineReader.defaultLongestLine
) throws(InterchangeError) -> ([RolloutRecord], DamageLog) {
  var reader = RolloutLogReader(rule: SuccessRule(threshold: threshold), longestLine: longestLine)
  var records: [RolloutRecord] = []
  try reader.read(LineReader(bytes: Array(text.utf8), name: "log", longestLine: longestLine)) {
    records.append($0)
  }
  return (records, reader.damage)
}

@Suite struct RolloutLogReaderTests {
  @Test func aRolloutLineIsReadByItsFields() throws {
    let (found, damage) = try records(
      #"{"prompt_id":"a","rollout":3,"response":"7\n","logprobs":[-0.1,-2e-3],"reward":1,"score_sqnorm":2.5,"step":4}"#
    )
    #expect(
      found == [.rollout(Rollout(prompt: "a", step: 4, index: 3, succeeded: true, scoreSquaredNorm: 2.5))])
    #expect(damage.lines == 1 && damage.damaged == 0)
  }

  @Test func verlLinesGroupByUIDElseByPromptText() throws {
    let (found, _) = try records(
      """
      {"input":"2+2=","output":"4","gts":null,"score":1.0,"step":7}
      {"input":"2+2=","output":"5","gts":"4","score":-1.0,"acc":false,"step":7}
      {"input":"2+2=","output":"4","gts":"4","score":1.0,"step":8,"uid":"f3-a_b_0_11"}
      """)
    #expect(
      found == [
        .rollout(Rollout(prompt: "2+2=", step: 7, succeeded: true)),
        .rollout(Rollout(prompt: "2+2=", step: 7, succeeded: false)),
        .rollout(Rollout(prompt: "f3-a_b", step: 8, succeeded: true)),
      ])
  }

  @Test func aGramLineIsReadWithItsDistinctResponses() throws {
    let (found, _) = try records(
      #"{"prompt_id":"a","rewards":[1,0,1],"response":[0,1,0],"gram":[[4,-1],[-1,2]],"gram_logit":[[1]]}"#)
    #expect(
      found == [
        .gram(
          GramRecord(
            prompt: "a", succeeded: [true, false, true], response: [0, 1, 0], distinctCount: 2,
            gram: [4, -1, -1, 2]))
      ])
  }

  @Test func tablesOfRolloutsAndOfCountsAreToldApartByTheirColumns() throws {
    let (rollouts, _) = try records("prompt_id,reward,step,score_sqnorm\n\"a,b\",1,2,0.5\nc,0,2,\n")
    #expect(
      rollouts == [
        .rollout(Rollout(prompt: "a,b", step: 2, succeeded: true, scoreSquaredNorm: 0.5)),
        .rollout(Rollout(prompt: "c", step: 2, succeeded: false)),
      ])
    let (counts, _) = try records(
      "prompt_id,kind,samples,successes,screen_samples,screen_successes\na,add,64,0,64,7\n")
    #expect(
      counts == [
        .counts(
          PromptCounts(
            prompt: "a", kind: "add", samples: 64, successes: 0, screenSamples: 64, screenSuccesses: 7))
      ])
  }

  /// What the trainer's dumps mark as a response of a former step, or as gone on from one, says nothing of the policy that is audited.
  @Test func rolloutsThatAreNotFreshArePassedOver() throws {
    let (found, damage) = try records(
      """
      {"prompt_id":"a","reward":1,"prefix":"","replayed":false,"trained":true}
      {"prompt_id":"a","reward":1,"prefix":"","replayed":true}
      {"prompt_id":"a","reward":1,"prefix":"12","replayed":false}
      {"prompt_id":"a","reward":0,"prefix":"","replayed":false,"trained":false}
      {"input":"2+2=","output":"4","score":1.0,"replayed":true}
      {"prompt_id":"b","reward":1,"prefix":"def f(x):"}
      {"prompt_id":"a","reward":1,"replayed":"yes"}
      {"prompt_id":"a","reward":1,"replayed":false,"prefix":3}
      """)
    #expect(
      found == [
        .rollout(Rollout(prompt: "a", succeeded: true)), .rollout(Rollout(prompt: "a", succeeded: false)),
        // Another program's prefix means nothing here.
        .rollout(Rollout(prompt: "b", succeeded: true)),
      ])
    #expect(damage.lines == 8 && damage.passedOver == 3 && damage.damaged == 2)
    #expect(
      damage.first.map(\.description) == [
        "log:7: field 'replayed': it must be true or false", "log:8: field 'prefix': it must be a string",
      ])
  }

  @Test func kindsOfLinesMayBeMixedInOneFile() throws {
    let (found, damage) = try records(
      #"{"prompt_id":"a","rewards":[1],"gram":[[4]]}"# + "\r\n\n" + #"{"prompt_id":12,"reward":true}"#)
    #expect(found.count == 2 && damage.lines == 2)
    #expect(found.last == .rollout(Rollout(prompt: "12", succeeded: true)))
  }

  @Test(arguments: [
    (#"{"prompt_id":"a","reward":1"#, "log:2: the text ends inside an array or an object"),
    (#"{"prompt_id":"a","reward":NaN}"#, "log:2: field 'reward': a value is neither"),
    (#"{"prompt_id":"a","reward":1,"logprobs":[NaN]}"#, "log:2: a value is neither"),
    (#"{"prompt_id":"a","reward":"1"}"#, "log:2: field 'reward': it must be a number"),
    (#"{"prompt_id":"a"}"#, "log:2: field 'reward': it is missing"),
    (#"{"reward":1}"#, "log:2: the line has neither 'prompt_id'"),
    (#"{"prompt_id":["a"],"reward":1}"#, "log:2: field 'prompt_id': it must be a string"),
    (#"{"prompt_id":"a","reward":1,"reward":0}"#, "log:2: field 'reward': the field occurs twice"),
    (#"{"prompt_id":"a","reward":1,"score_sqnorm":-1}"#, "log:2: field 'score_sqnorm'"),
    (#"{"prompt_id":"a","reward":1,"step":1.5}"#, "log:2: field 'step': it must be an integer"),
    (#"{"prompt_id":"a","reward":1,"rollout":-1}"#, "log:2: field 'rollout'"),
    (#"{"prompt_id":"a","reward":1} x"#, "log:2: "),
    (#"{"prompt_id":"a","reward":01}"#, "log:2: field 'reward': a number is malformed"),
    (#"[1]"#, "log:2: the line is not a JSON object"),
    (#"garbage"#, "log:2: "),
    (
      #"{"prompt_id":"a","rewards":[1,0],"response":[0,2],"gram":[[1,0],[0,1]]}"#,
      "log:2: field 'response': the index 2"
    ),
    (#"{"prompt_id":"a","rewards":[1,0],"response":[0],"gram":[[1]]}"#, "log:2: field 'response'"),
    (
      #"{"prompt_id":"a","rewards":[1,0],"gram":[[1,0],[0]]}"#,
      "log:2: field 'gram': the rows of a matrix differ in length"
    ),
    (
      #"{"prompt_id":"a","rewards":[1,0],"gram":[[1,0.5],[0.2,1]]}"#,
      "log:2: field 'gram': the entries (1, 0)"
    ),
    (
      #"{"prompt_id":"a","rewards":[1],"gram":[[-1]]}"#,
      "log:2: field 'gram': the diagonal entry 0 is negative"
    ),
    (#"{"prompt_id":"a","rewards":[1],"gram":[[[1]]]}"#, "log:2: field 'gram'"),
    (#"{"prompt_id":"a","rewards":[],"gram":[[1]]}"#, "log:2: field 'rewards'"),
  ])
  func aDamagedLineIsNamedAndPassedOver(_ line: String, _ message: String) throws {
    let good = #"{"prompt_id":"a","reward":1}"#
    let (found, damage) = try records([good, line, good].joined(separator: "\n"))
    #expect(found.count == 2)
    #expect(damage.lines == 3 && damage.damaged == 1)
    #expect(damage.first[0].description.hasPrefix(message), "\(damage.first[0])")
  }

  @Test(arguments: ["a\n", "a,x\n", "a,nan\n", "a,1,2\n", ",1\n", "a,\"1\n"])
  func aDamagedRecordOfATableIsPassedOver(_ record: String) throws {
    let (found, damage) = try records("prompt_id,reward\nb,0\n" + record)
    #expect(found.count == 1)
    #expect(damage.lines == 3 && damage.damaged == 1)
  }

  @Test func aRewardThatIsNeitherZeroNorOneNeedsAThreshold() throws {
    #expect(
      throws: InterchangeError.invalidValue(
        file: "log", line: 1, field: "reward", value: "0.5",
        allowed: "rewards must be 0 or 1; give --threshold <r> to count rewards of at least r as successes")
    ) { try records(#"{"prompt_id":"a","reward":0.5}"#) }
    let (found, _) = try records(#"{"prompt_id":"a","reward":0.5}"#, threshold: 0.5)
    #expect(found == [.rollout(Rollout(prompt: "a", succeeded: true, reward: 0.5))])
    #expect(throws: InterchangeError.self) { try records("prompt_id,reward\na,-1\n") }
    #expect(throws: InterchangeError.self) { try records(#"{"prompt_id":"a","rewards":[2],"gram":[[1]]}"#) }
  }

  @Test func hostileLinesAreDamagedLinesAndNothingElse() throws {
    let digits = String(repeating: "1", count: 2_000_000)
    let deep = String(repeating: "[", count: 1_000_000)
    let good = #"{"prompt_id":"a","reward":1}"#
    let lines = [
      good, #"{"prompt_id":"a","reward":\#(digits)}"#, #"{"prompt_id":"a","reward":1,"x":\#(deep)}"#,
      #"{"prompt_id":"a","reward":1,"x":\#(deep)\#(deep.replacing("[", with: "]"))}"#, "\u{0}\u{1}",
      String(repeating: "{", count: 10_000), String(repeating: "\"", count: 10_001), good,
    ]
    let (found, damage) = try records(lines.joined(separator: "\n"))
    #expect(found.count == 2)
    #expect(damage.damaged == lines.count - 2)
    // A number that nobody reads is checked, not converted: it may have any length.
    #expect(try records(#"{"prompt_id":"a","reward":1,"seed":\#(digits)}"#).0.count == 1)
  }

  @Test func aLineBeyondTheLimitIsDamaged() throws {
    let good = #"{"prompt_id":"a","reward":1}"#
    let (found, damage) = try records(
      good + "\n" + String(repeating: " ", count: 100) + good, longestLine: 60)
    #expect(found.count == 1 && damage.damaged == 1)
    #expect(damage.first[0].description == "log:2: the line is longer than 60 bytes")
  }

  @Test func anInputThatIsNeitherFormatIsRefused() throws {
    #expect(throws: InterchangeError.self) { try records("id,reward\na,1\n") }
    #expect(throws: InterchangeError.self) { try records("prompt_id,score\na,1\n") }
    #expect(try records("").0.isEmpty)
  }

  /// Whatever byte is changed, the line is read or it is damaged; nothing crashes and no line is lost.
  @Test func everySingleByteChangeIsSurvived() throws {
    let good = Array(#"{"prompt_id":"a","reward":1,"x":[{"y":[1.5e3,null,true]},"z\u0041"],"step":2}"#.utf8)
    for position in good.indices {
      for byte in [0, 0x22, 0x2C, 0x31, 0x5B, 0x5C, 0x5D, 0x7B, 0x7D, 0xC3, 0xFF] as [UInt8] {
        var line = good
        line[position] = byte
        var reader = RolloutLogReader(rule: SuccessRule(threshold: 1))
        var count = 0
        try reader.read(LineReader(bytes: good + [0x0A] + line, name: "log")) { _ in count += 1 }
        #expect(reader.damage.lines == 2 && count + reader.damage.damaged == 2)
      }
    }
  }
}

@Suite struct DamageLogTests {
  @Test func theAllowedShareIsKeptAndNamed() throws {
    var log = DamageLog()
    for _ in 0..<1000 { log.countLine() }
    log.note(.damaged(file: "f", line: 3, field: nil, reason: "r"))
    try log.check(allowedShare: 0.001)
    log.note(.damaged(file: "f", line: 4, field: nil, reason: "r"))
    #expect(throws: InterchangeError.self) { try log.check(allowedShare: 0.001) }
  }
}
