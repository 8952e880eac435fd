import Foundation
import Interchange
import Statistics
import Testing
import Training

@testable import Reporting

/// A checkpoint is the state, and a damaged one is none.
@Suite struct CheckpointTests {
  static let shape = ModelConfiguration(
    vocabularySize: CharacterVocabulary.arithmetic.count, hiddenSize: 16, intermediateSize: 24, layerCount: 2,
    headCount: 2, keyValueHeadCount: 1, maximumPositions: 24)

  static func configuration(_ method: String) -> RunConfiguration {
    var configuration = RunConfiguration()
    configuration.seed = 5
    configuration.method = method
    configuration.promptsPerStep = 6
    configuration.rolloutsPerPrompt = 6
    configuration.maximumTokens = 4
    configuration.steps = 6
    configuration.warmUpBatch = 16
    configuration.warmUpLearningRate = 1e-2
    configuration.warmUpTarget = 1
    configuration.warmUpSteps = 150
    return configuration
  }

  static func tasks() throws -> TaskSet {
    try TaskSet(builtIn: [.addition1], seed: 5, poolSize: 40, problemsPerSplit: 8, verifier: .exact)
  }

  private func contents(_ state: TrainingState, _ tasks: TaskSet) -> Checkpoint.Contents {
    Checkpoint.Contents(
      state: state, shape: Self.shape, vocabulary: tasks.vocabulary,
      lengths: ["metrics.jsonl": 12, "a": 0], configuration: "digest")
  }

  private func read(_ path: String, _ configuration: RunConfiguration, _ method: Method)
    throws(ReportingError) -> Checkpoint.Contents
  {
    let rule: RuleState?
    do { rule = try configuration.ruleState(method, tasks: Self.tasks()) } catch {
      preconditionFailure("the tests' own pool suits every rule: \(error)")
    }
    return try Checkpoint.read(
      path, settings: { configuration.optimiserSettings(isWarmUp: !$0) }, decay: method.decay,
      refresh: method.refresh, rule: rule)
  }

  /// In the middle of the warm-up, at its end and between steps; with a history that decays, a reference model, and rules that remember.
  @Test(
    arguments: [
      "rloo", "dynamo-as-released", "allot", "prefix-controller", "greso", "duet", "ar3po", "coba-rl",
      "vip-features", "speed-rl",
    ],
    ["", "0.05"])
  func aStateThatWasReadGoesOnAsTheOneThatWasWritten(method: String, penalty: String) throws {
    let scratch = try ScratchDirectory()
    var configuration = Self.configuration(method)
    configuration.overrides = ["kl_coefficient": penalty].filter { !$0.value.isEmpty }
    if method == "allot" { configuration.overrides["history_decay"] = "0.8" }
    let tasks = try Self.tasks()
    let run = try TrainingRun(configuration: configuration, tasks: tasks, shape: Self.shape)
    var events = 0
    var waited = 0
    while !run.isFinished {
      waited += run.state.rule?.waiting.count ?? 0
      let path = scratch.path + "/\(events)"
      try Checkpoint.write(contents(run.state, tasks), to: path)
      let read = try read(path, configuration, run.method)
      #expect(read.state == run.state)
      #expect(read.shape == Self.shape && read.vocabulary == tasks.vocabulary)
      #expect(read.lengths == ["metrics.jsonl": 12, "a": 0] && read.configuration == "digest")
      let twin = try TrainingRun(
        configuration: configuration, tasks: tasks, shape: Self.shape, state: read.state)
      switch (try run.advance(threads: 1), try twin.advance(threads: 2)) {
      case (.warmUp(let first), .warmUp(let second)): #expect(first == second)
      case (.step(let first, let rollouts), .step(let second, let others)):
        #expect(first == second)
        #expect(rollouts == others)
      default: Issue.record("the two runs are in different phases")
      }
      #expect(run.state == twin.state)
      events += 1
    }
    #expect(events == 9)
    #expect(run.state.reference.isEmpty == penalty.isEmpty)
    #expect((waited > 0) == (method == "speed-rl"))
  }

  private func written(_ scratch: ScratchDirectory) throws -> (
    path: String, configuration: RunConfiguration, method: Method
  ) {
    let configuration = Self.configuration("rloo")
    let tasks = try Self.tasks()
    let run = try TrainingRun(configuration: configuration, tasks: tasks, shape: Self.shape)
    let path = scratch.path + "/checkpoint"
    try Checkpoint.write(contents(run.state, tasks), to: path)
    return (path, configuration, run.method)
  }

  /// Every byte counts: one is flipped here and there in each file, and each digit of the counters is.
  @Test func aFlippedBitIsSeen() throws {
    let scratch = try ScratchDirectory()
    let (path, configuration, method) = try written(scratch)
    var stream = RandomStream(StreamKey(seed: 1, claim: "flipped-bits"))
    for name in try FileManager.default.contentsOfDirectory(atPath: path).sorted() {
      let file = URL(fileURLWithPath: path + "/" + name)
      let good = Array(try Data(contentsOf: file))
      var places = (0..<12).map { _ in stream.index(below: good.count) }
      if name == "state.json" { places += good.indices.filter { (0x30...0x39).contains(good[$0]) } }
      for place in places {
        var bad = good
        bad[place] ^= 1
        try Data(bad).write(to: file)
        do throws(ReportingError) {
          let contents = try read(path, configuration, method)
          // White space between the parts of state.json may change: it says the same.
          #expect(name == "state.json" && good[place] <= 0x20, "\(name), byte \(place): \(contents.lengths)")
        } catch {
          #expect("\(error)".contains(path), "\(error)")
        }
      }
      try Data(good).write(to: file)
    }
    _ = try read(path, configuration, method)
  }

  @Test func aCutFileAndAMissingOneAreNamed() throws {
    let scratch = try ScratchDirectory()
    let (path, configuration, method) = try written(scratch)
    for name in try FileManager.default.contentsOfDirectory(atPath: path).sorted() {
      let file = URL(fileURLWithPath: path + "/" + name)
      let good = try Data(contentsOf: file)
      for bad in [
        good.dropLast(name == "state.json" ? 2 : 1), good.prefix(good.count / 2), Data(), good + [0x30],
      ] {
        try Data(bad).write(to: file)
        let error = #expect(throws: ReportingError.self) { try read(path, configuration, method) }
        #expect("\(String(describing: error))".contains(name))
      }
      try FileManager.default.removeItem(at: file)
      let error = #expect(throws: ReportingError.self) { try read(path, configuration, method) }
      #expect("\(String(describing: error))".contains(name))
      try good.write(to: file)
    }
    #expect(throws: ReportingError.self) { try read(scratch.path + "/nothing", configuration, method) }
  }

  /// A run with a rule reads no checkpoint of one without, nor the other way round, nor that of another rule.
  @Test func theStateOfARuleBelongsToIt() throws {
    let scratch = try ScratchDirectory()
    let tasks = try Self.tasks()
    let methods = ["rloo", "greso", "pcl"]
    for method in methods {
      let run = try TrainingRun(
        configuration: Self.configuration(method), tasks: tasks, shape: Self.shape)
      try Checkpoint.write(contents(run.state, tasks), to: scratch.path + "/" + method)
      #expect(
        FileManager.default.fileExists(atPath: scratch.path + "/\(method)/rule.json") == (method != "rloo"))
    }
    for own in methods {
      for other in methods {
        let configuration = Self.configuration(other)
        let method = try Method.resolved(other, overrides: [:])
        if own == other {
          _ = try read(scratch.path + "/" + own, configuration, method)
        } else {
          #expect(throws: ReportingError.self) {
            try read(scratch.path + "/" + own, configuration, method)
          }
        }
      }
    }
  }

  /// A changed byte of a rule's memory is seen, and so is its absence.
  @Test func aRulesMemoryIsCovered() throws {
    let scratch = try ScratchDirectory()
    let configuration = Self.configuration("greso")
    let run = try TrainingRun(configuration: configuration, tasks: try Self.tasks(), shape: Self.shape)
    let path = scratch.path + "/checkpoint"
    try Checkpoint.write(contents(run.state, try Self.tasks()), to: path)
    let file = URL(fileURLWithPath: path + "/rule.json")
    let good = try Data(contentsOf: file)
    for place in stride(from: 0, to: good.count, by: 97) {
      var bad = good
      bad[place] ^= 1
      try bad.write(to: file)
      #expect(throws: ReportingError.self) { try read(path, configuration, run.method) }
    }
    try FileManager.default.removeItem(at: file)
    #expect(throws: ReportingError.self) { try read(path, configuration, run.method) }
  }

  @Test func aCheckpointOfTheSameNameIsReplacedWhole() throws {
    let scratch = try ScratchDirectory()
    let (path, configuration, method) = try written(scratch)
    var state = try read(path, configuration, method).state
    state.step = 7
    try Checkpoint.write(contents(state, try Self.tasks()), to: path)
    #expect(try read(path, configuration, method).state == state)
    #expect(scratch.names == ["checkpoint"])
  }
}
