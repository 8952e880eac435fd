import Foundation
import Interchange
import Statistics
import Training

/// A checkpoint: a model directory with the rest of a run's state beside it.
///
/// `model.safetensors`, `config.json` and `vocabulary.json` are the model; `state.safetensors` holds the optimiser's moments, the prompts' history and the reference model; `rule.json`, where a rollout rule has memory, that and the stored responses; `state.json` holds the counters, the lengths of
/// the run's growing files at that moment, and the SHA-256 of the other files. A checkpoint is written beside its place, flushed and renamed: it is there whole or not at all.
public enum Checkpoint {
  /// The file of the counters and digests.
  public static let stateName = "state.json"
  static let tensorsName = "state.safetensors"
  static let ruleName = "rule.json"
  static let schema = "allot-checkpoint/1"
  private static let ownDigest = "state_sha256"

  /// What a checkpoint holds.
  public struct Contents: Sendable {
    /// The state of the run.
    public var state: TrainingState
    /// The shape of the model.
    public var shape: ModelConfiguration
    /// The vocabulary.
    public var vocabulary: CharacterVocabulary
    /// Length in bytes of each growing file of the run, by name.
    public var lengths: [String: Int]
    /// The SHA-256 of the configuration that the run was started with.
    public var configuration: String

    /// Collects the parts.
    public init(
      state: TrainingState, shape: ModelConfiguration, vocabulary: CharacterVocabulary,
      lengths: [String: Int],
      configuration: String
    ) {
      self.state = state
      self.shape = shape
      self.vocabulary = vocabulary
      self.lengths = lengths
      self.configuration = configuration
    }
  }

  /// Writes `contents` as `directory`; an earlier checkpoint of that name stays until the new one is whole.
  public static func write(_ contents: Contents, to directory: String) throws(ReportingError) {
    let partial = directory + ".partial"
    try? FileManager.default.removeItem(atPath: partial)
    guard mkdir(partial, 0o777) == 0 else { throw AtomicFile.failure(directory) }
    do throws(ReportingError) {
      try writeFiles(contents, to: partial)
      // A directory with files in it cannot be renamed over.
      let replaced = directory + ".replaced"
      try? FileManager.default.removeItem(atPath: replaced)
      guard rename(directory, replaced) == 0 || errno == ENOENT, rename(partial, directory) == 0 else {
        throw AtomicFile.failure(directory)
      }
      try? FileManager.default.removeItem(atPath: replaced)
    } catch {
      try? FileManager.default.removeItem(atPath: partial)
      throw error
    }
    synchronizeDirectory((directory as NSString).deletingLastPathComponent)
  }

  private static func writeFiles(_ contents: Contents, to directory: String) throws(ReportingError) {
    let state = contents.state
    let history = state.history
    do throws(InterchangeError) {
      try ModelDirectory.write(
        shape: contents.shape, parameters: state.parameters, vocabulary: contents.vocabulary, to: directory)
      var tensors: [SafetensorsWriter.Tensor] = [
        .init("optimiser.first", shape: [state.optimiser.first.count], .floats(state.optimiser.first[...])),
        .init(
          "optimiser.second", shape: [state.optimiser.second.count], .floats(state.optimiser.second[...])),
      ]
      if !state.reference.isEmpty {
        tensors.append(.init("reference", shape: [state.reference.count], .floats(state.reference[...])))
      }
      for (name, sums) in [("current", history.current), ("snapshot", history.snapshot)] {
        for (part, values) in [
          ("samples", sums.samples), ("successes", sums.successes), ("squared_scores", sums.squaredScores),
        ] {
          tensors.append(.init("history.\(name).\(part)", shape: [values.count], .doubles(values[...])))
        }
      }
      try SafetensorsWriter.write(tensors, to: directory + "/" + tensorsName)
    } catch {
      throw .cannotWrite(file: directory, reason: error.description)
    }
    if let rule = state.rule {
      try AtomicFile.write([UInt8](rule.encoded), to: directory + "/" + ruleName)
    }
    var digests: [(String, JSONValue)] = []
    for name in files(hasRule: state.rule != nil) {
      digests.append((name, .string(try digest(directory + "/" + name))))
    }
    var fields: [(String, JSONValue)] = [
      ("schema", .string(schema)), ("step", .integer(state.step)),
      ("warm_up_step", .integer(state.warmUpStep)),
      ("is_warm", .bool(state.isWarm)), ("batches_taken", .integer(state.batchesTaken)),
      ("rollouts", .integer(state.rollouts)), ("tokens", .integer(state.tokens)),
      ("optimiser_step", .integer(state.optimiser.stepCount)),
      ("configuration_sha256", .string(contents.configuration)),
      ("lengths", .object(contents.lengths.keys.sorted().map { ($0, .optional(contents.lengths[$0])) })),
      ("sha256", .object(digests)),
    ]
    // The counters are covered too: a changed digit would otherwise be another run.
    fields.append((ownDigest, .string(digest(fields))))
    let document = JSONValue.object(fields)
    try AtomicFile.write(
      Array((document.text(pretty: true) + "\n").utf8), to: directory + "/" + stateName)
  }

  /// The files whose digests `state.json` notes.
  private static func files(hasRule: Bool) -> [String] {
    [
      ModelDirectory.configurationName, ModelDirectory.weightsName, ModelDirectory.vocabularyName,
      tensorsName,
    ] + (hasRule ? [ruleName] : [])
  }

  /// The SHA-256 of the configuration that the run of a checkpoint was started with, empty where it notes none.
  ///
  /// Who reads a checkpoint compares it first: parts of another run are no damage. Throws `damaged` as `read` does.
  public static func configuration(_ directory: String) throws(ReportingError) -> String {
    try verified(directory)["configuration_sha256"]?.stringValue ?? ""
  }

  /// Reads the checkpoint of `directory`, written under a configuration with this method and these optimiser settings.
  ///
  /// `rule` is the state of the run's rollout rule at its beginning; nil for a run without one.
  ///
  /// Throws `damaged` with the reason where any file is missing, does not have the digest that `state.json` notes, or does not fit the others.
  public static func read(
    _ directory: String, settings: (_ isWarm: Bool) -> AdamW.Settings, decay: Double,
    refresh: StatisticsRefresh, rule: RuleState? = nil
  ) throws(ReportingError) -> Contents {
    let document = try verified(directory)
    func integer(_ key: String) throws(ReportingError) -> Int {
      guard let value = document[key]?.integerValue, value >= 0 else {
        throw damaged(directory, "'\(key)' is missing or no count")
      }
      return value
    }
    guard let isWarm = document["is_warm"]?.boolValue else {
      throw damaged(directory, "'is_warm' is missing")
    }
    do {
      let model = try ModelDirectory.read(directory)
      guard let vocabulary = model.vocabulary else { throw damaged(directory, "there is no vocabulary") }
      let file = try SafetensorsFile(path: directory + "/" + tensorsName)
      let optimiser = try AdamW(
        layout: ParameterLayout(model.shape), settings: settings(isWarm),
        first: try file.floats("optimiser.first"), second: try file.floats("optimiser.second"),
        stepCount: try integer("optimiser_step"))
      let history = try history(file, directory: directory, decay: decay, refresh: refresh)
      var state = TrainingState(parameters: model.parameters, optimiser: optimiser, history: history)
      if file.tensor("reference") != nil {
        state.reference = try file.floats("reference")
        guard state.reference.count == state.parameters.count else {
          throw damaged(directory, "the reference model has another size")
        }
      }
      state.rule = try ruleState(directory, document, rule, vocabulary)
      state.isWarm = isWarm
      state.warmUpStep = try integer("warm_up_step")
      state.step = try integer("step")
      state.batchesTaken = try integer("batches_taken")
      state.rollouts = try integer("rollouts")
      state.tokens = try integer("tokens")
      var lengths: [String: Int] = [:]
      for (name, value) in document["lengths"]?.objectValue ?? [] {
        guard let length = value.integerValue, length >= 0 else {
          throw damaged(directory, "the length of '\(name)' is no count")
        }
        lengths[name] = length
      }
      return Contents(
        state: state, shape: model.shape, vocabulary: vocabulary, lengths: lengths,
        configuration: document["configuration_sha256"]?.stringValue ?? "")
    } catch let error as ReportingError {
      throw error
    } catch {
      throw damaged(directory, "\(error)")
    }
  }

  private static func ruleState(
    _ directory: String, _ document: JSONValue, _ beginning: RuleState?, _ vocabulary: CharacterVocabulary
  ) throws -> RuleState? {
    let isThere = document["sha256"]?[ruleName] != nil
    guard isThere == (beginning != nil) else {
      throw damaged(directory, isThere ? "it has a rollout rule's state" : "it has no rollout rule's state")
    }
    guard let beginning else { return nil }
    let path = directory + "/" + ruleName
    guard let bytes = FileManager.default.contents(atPath: path) else {
      throw damaged(directory, "'\(ruleName)' cannot be read")
    }
    return try beginning.restored(bytes, vocabularySize: vocabulary.count)
  }

  /// Checks that the checkpoint of `directory` is whole, and returns how many steps of reinforcement it has seen.
  ///
  /// Throws `damaged` with the file and the reason.
  public static func check(_ directory: String) throws(ReportingError) -> Int {
    guard let step = try verified(directory)["step"]?.integerValue else {
      throw damaged(directory, "'step' is missing")
    }
    return step
  }

  private static func history(
    _ file: SafetensorsFile, directory: String, decay: Double, refresh: StatisticsRefresh
  ) throws -> PromptHistory {
    var sums: [PromptHistory.Sums] = []
    for name in ["current", "snapshot"] {
      var parts: [[Double]] = []
      for part in ["samples", "successes", "squared_scores"] {
        parts.append(try file.doubles("history.\(name).\(part)"))
      }
      guard Set(parts.map(\.count)).count == 1,
        parts.allSatisfy({ $0.allSatisfy { $0 >= 0 && $0.isFinite } }),
        zip(parts[0], parts[1]).allSatisfy({ $0 >= $1 })
      else { throw damaged(directory, "the history '\(name)' holds impossible counts") }
      var sum = PromptHistory.Sums(count: parts[0].count)
      sum.samples = parts[0]
      sum.successes = parts[1]
      sum.squaredScores = parts[2]
      sums.append(sum)
    }
    guard sums[0].samples.count == sums[1].samples.count else {
      throw damaged(directory, "the two histories have different lengths")
    }
    return PromptHistory(current: sums[0], snapshot: sums[1], decay: decay, refresh: refresh)
  }

  /// `state.json`, after the digests of the other files have been compared.
  private static func verified(_ directory: String) throws(ReportingError) -> JSONValue {
    let path = directory + "/" + stateName
    guard let data = FileManager.default.contents(atPath: path), data.count <= 1 << 20 else {
      throw .damaged(file: path, line: nil, reason: "it is missing or too long")
    }
    guard let document = try? JSONValue(parsing: data, file: path), document["schema"]?.stringValue == schema
    else { throw .damaged(file: path, line: nil, reason: "it is no '\(schema)' document") }
    let fields = document.objectValue ?? []
    guard document[ownDigest]?.stringValue == digest(fields.filter { $0.0 != ownDigest }) else {
      throw .damaged(
        file: path, line: nil, reason: "its SHA-256 is not the one that it notes itself: it was changed")
    }
    let digests = document["sha256"]?.objectValue ?? []
    let names = digests.map(\.0)
    guard names == files(hasRule: false) || names == files(hasRule: true) else {
      throw .damaged(file: path, line: nil, reason: "digests are missing")
    }
    for (name, expected) in digests {
      guard !name.contains("/"), try digest(directory + "/" + name) == expected.stringValue else {
        throw .damaged(
          file: directory + "/" + name, line: nil,
          reason: "its SHA-256 is not the one that \(stateName) notes: it is cut short or was changed")
      }
    }
    return document
  }

  /// The digest of `state.json` without the digest itself.
  private static func digest(_ fields: [(String, JSONValue)]) -> String {
    SHA256.hexadecimal(of: JSONValue.object(fields).text(pretty: false))
  }

  private static func digest(_ path: String) throws(ReportingError) -> String {
    guard let data = FileManager.default.contents(atPath: path) else {
      throw .damaged(file: path, line: nil, reason: "it cannot be read: \(String(cString: strerror(errno)))")
    }
    return SHA256.hexadecimal(of: [UInt8](data))
  }

  private static func damaged(_ directory: String, _ reason: String) -> ReportingError {
    .damaged(file: directory, line: nil, reason: reason)
  }

  private static func synchronizeDirectory(_ path: String) {
    let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { return }
    _ = fsync(descriptor)
    close(descriptor)
  }
}
