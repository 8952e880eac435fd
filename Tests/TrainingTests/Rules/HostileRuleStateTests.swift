import Allocation
import Foundation
import Testing

@testable import Training

/// A rule's state whose bytes can be read and say what cannot be.
@Suite struct HostileRuleStateTests {
  private static let vocabularySize = CharacterVocabulary.arithmetic.count

  private static func fields(_ data: Data) throws -> [String: Any] {
    try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
  }

  /// The state of a named rule after some steps on forty prompts, and its bytes with `change` made in the document.
  private static func state(
    _ name: String, steps: Int = 12, _ change: (inout [String: Any]) throws -> Void
  ) throws -> (own: RuleState, changed: Data) {
    let rule = try #require(RolloutRule.named(name, each: 6))
    let run = try RuleRunTests.run(rule) { $0.steps = steps }
    _ = try TinyRun.finish(run)
    let state = try #require(run.state.rule)
    var document = try fields(state.encoded)
    try change(&document)
    return (state, try JSONSerialization.data(withJSONObject: document))
  }

  /// Changes one of the parts, which stand in the document as encoded documents of their own.
  private static func part(
    _ name: String, _ change: @escaping (inout [String: Any]) -> Void
  ) -> (inout [String: Any]) throws -> Void {
    { document in
      let text = try #require(document[name] as? String)
      var part = try fields(try #require(Data(base64Encoded: text)))
      change(&part)
      document[name] = try JSONSerialization.data(withJSONObject: part).base64EncodedString()
    }
  }

  private static func memory(_ change: @escaping (inout [String: Any]) -> Void) -> (inout [String: Any])
    throws
    -> Void
  {
    { document in
      var prompts = try #require(document["prompts"] as? [[String: Any]])
      let visited = try #require(prompts.firstIndex { ($0["visits"] as? Int ?? 0) > 0 })
      change(&prompts[visited])
      document["prompts"] = prompts
    }
  }

  private static func expectRefusal(
    _ name: String, _ reason: String, steps: Int = 12, _ change: (inout [String: Any]) throws -> Void
  ) throws {
    let (own, bytes) = try state(name, steps: steps, change)
    let error = #expect(throws: TrainingError.self) {
      try own.restored(bytes, vocabularySize: vocabularySize)
    }
    #expect(error?.description.contains(reason) == true, "\(name): \(String(describing: error))")
  }

  @Test func whatIsUnchangedIsRead() throws {
    for name in RolloutRule.names {
      let (own, bytes) = try Self.state(name, steps: 3) { _ in }
      #expect(try own.restored(bytes, vocabularySize: Self.vocabularySize) == own, "\(name)")
    }
  }

  @Test func aPlaceBeyondThePoolIsRefused() throws {
    for cursor in [["pass": 0, "place": 41], ["pass": 0, "place": -1], ["pass": -1, "place": 0]] {
      try Self.expectRefusal("greso", "at place") { $0["cursor"] = cursor }
    }
  }

  @Test func memoriesOfAnotherPoolAreRefused() throws {
    try Self.expectRefusal("greso", "on 39 prompts") { document in
      document["prompts"] = (document["prompts"] as? [Any]).map { Array($0.dropLast()) }
    }
  }

  @Test func impossibleMemoriesAreRefused() throws {
    let changes: [(String, Any)] = [
      ("successes", [[Self.vocabularySize]]), ("failures", [[-1]]), ("successes", [[Int]()]),
      ("successes", [[1, 1, 1, 1, 1]]), ("failures", Array(repeating: [1], count: 5)), ("visits", -3),
      ("tokens", Int.max), ("accepted", 1 << 30), ("signalSum", "nan"), ("acceptedNormSum", -1.5),
      ("latest", ["successes": 7, "samples": 6]), ("latest", NSNull()),
    ]
    for (key, value) in changes {
      try Self.expectRefusal("ar3po", "remembers of prompt", Self.memory { $0[key] = value })
    }
  }

  @Test func impossibleGroupsThatWaitAreRefused() throws {
    // One batch of 24 prompts leaves more mixed groups than the six that the step needs.
    let whole = try Self.state("speed-rl", steps: 1) { document in
      #expect((document["waiting"] as? [Any] ?? []).count > 0)
    }
    #expect(try whole.own.restored(whole.changed, vocabularySize: Self.vocabularySize) == whole.own)
    func waiting(_ change: @escaping (inout [String: Any]) -> Void) -> (inout [String: Any]) throws -> Void {
      { document in
        var groups = try #require(document["waiting"] as? [[String: Any]])
        change(&groups[0])
        document["waiting"] = groups
      }
    }
    func batch(_ key: String, _ change: @escaping ([Any]) -> [Any]) -> (inout [String: Any]) throws -> Void {
      waiting { group in
        var batch = group["batch"] as? [String: Any] ?? [:]
        batch[key] = change(batch[key] as? [Any] ?? [])
        group["batch"] = batch
      }
    }
    let changes: [(inout [String: Any]) throws -> Void] = [
      waiting { $0["rewards"] = [1.0] }, waiting { $0["rewards"] = [Double]() },
      waiting { group in
        group["rewards"] = (group["rewards"] as? [Double] ?? []).map { 1 - $0 }
      },
      waiting { group in
        var staged = group["staged"] as? [String: Any] ?? [:]
        var record = staged["record"] as? [String: Any] ?? [:]
        record["prompt"] = 40
        staged["record"] = record
        group["staged"] = staged
      },
      waiting { group in
        var staged = group["staged"] as? [String: Any] ?? [:]
        staged["rounds"] = [["successes": 1, "samples": Int.max], ["successes": 1, "samples": Int.max]]
        group["staged"] = staged
      },
      // Fit for nothing: a screen alone, all of whose rewards agree.
      waiting { group in
        let rewards = group["rewards"] as? [Double] ?? []
        group["rewards"] = rewards.map { _ in 1.0 }
        var staged = group["staged"] as? [String: Any] ?? [:]
        staged["rounds"] = [["successes": rewards.count, "samples": rewards.count]]
        group["staged"] = staged
      },
      batch("starts") { $0.dropLast() + [1 << 40] as [Any] }, batch("starts") { [-1] + $0.dropFirst() },
      batch("starts") { $0.map { _ in 0 } }, batch("tokens") { [Self.vocabularySize] + $0.dropFirst() },
      batch("logProbabilities") { $0.dropLast() }, batch("entropies") { ["nan"] + $0.dropFirst() },
      batch("groups") { $0.map { _ in 1 } }, batch("isTerminated") { _ in [Bool]() },
      batch("margins") { _ in [0.5] },
    ]
    for change in changes { try Self.expectRefusal("speed-rl", "groups that wait", steps: 1, change) }
    // A rule that lets nothing wait has no such state.
    let (own, bytes) = try Self.state("greso") { document in
      let other = try JSONSerialization.jsonObject(with: whole.changed) as? [String: Any]
      document["waiting"] = other?["waiting"]
    }
    #expect(throws: TrainingError.self) { try own.restored(bytes, vocabularySize: Self.vocabularySize) }
  }

  @Test func impossiblePartsAreRefused() throws {
    try Self.expectRefusal(
      "prefix-controller", "in its starter",
      Self.part("starter") { $0["waiting"] = [["prompt": 40, "bucket": 0]] })
    try Self.expectRefusal(
      "prefix-controller", "in its starter",
      Self.part("starter") { $0["waiting"] = [["prompt": 1, "bucket": 2]] })
    try Self.expectRefusal(
      "greso", "in its selector",
      Self.part("selector") {
        $0["streaks"] = [Int(Int32.min)]
        $0["seen"] = [true]
      })
    try Self.expectRefusal("greso", "in its selector", Self.part("selector") { $0["seen"] = [true] })
    try Self.expectRefusal(
      "pcl", "in its selector", Self.part("selector") { $0["weights"] = [1.0, 2.0] })
    try Self.expectRefusal(
      "coba-rl", "in its sampler",
      Self.part("sampler") { sampler in
        var allocator = sampler["allocator"] as? [String: Any] ?? [:]
        allocator["failureRates"] = [1.5]
        sampler["allocator"] = allocator
      })
    for part in ["selector", "sampler"] {
      try Self.expectRefusal(
        "allot-two-stage", "in its \(part)",
        Self.part(part) { own in
          func spoilt(_ memory: Any?) -> [String: Any] {
            var memory = memory as? [String: Any] ?? [:]
            memory["scores"] = [0.0]
            return memory
          }
          if part == "selector" {
            own["memory"] = spoilt(own["memory"])
          } else {
            var allocator = own["allocator"] as? [String: Any] ?? [:]
            allocator["memory"] = spoilt(allocator["memory"])
            own["allocator"] = allocator
          }
        })
    }
    try Self.expectRefusal("duet-abort", "in its lengths") { document in
      var landmarks = document["landmarks"] as? [String: Any] ?? [:]
      landmarks["second"] = 5
      document["landmarks"] = landmarks
    }
    try Self.expectRefusal("pcl", "unreadable", Self.part("selector") { $0["bias"] = "x" })
  }

  /// The configuration says what a rule is; a file says only what it has learnt.
  @Test func settingsAreNotTakenFromTheFile() throws {
    let (own, bytes) = try Self.state("hora", Self.part("sampler") { $0["pilots"] = 1000 })
    #expect(try own.restored(bytes) == own)
    let (greso, other) = try Self.state("greso", Self.part("selector") { $0["easyReward"] = 0.1 })
    #expect(try greso.restored(other) == greso)
    let (prefix, caps) = try Self.state("prefix-controller", Self.part("starter") { $0["headStartCap"] = -4 })
    #expect(try prefix.restored(caps) == prefix)
  }
}
