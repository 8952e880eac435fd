import Foundation
import Interchange
import Training

/// The directory of a training run: settings, metrics that grow, dumps, checkpoints.
///
/// At a checkpoint the lengths of the growing files are noted in it; a resumed run cuts them back to those lengths and writes the same bytes again.
public final class TrainingDirectory {
  /// The settings as resolved.
  public static let configurationName = "config.yaml"
  /// What the run ran under.
  public static let informationName = "run.json"
  static let metricsName = "metrics.jsonl"
  static let tableName = "metrics.csv"
  static let warmUpName = "warmup.jsonl"
  static let varianceName = "variance.csv"
  static let timingsName = "timings.jsonl"
  static let eventsName = "events.out.tfevents.allot"
  static let checkpoints = "checkpoints"

  /// The directory.
  public let path: String
  private let columns: [String]
  private let metrics: GrowingFile
  private let table: GrowingFile
  private let warmUp: GrowingFile
  private let variance: GrowingFile
  private let timings: GrowingFile
  private let events: EventFileWriter
  private var writtenCheckpoints: Set<String> = []
  /// Numbers that were not finite and are missing from the metrics.
  public private(set) var nonFiniteCount = 0

  /// Opens the files of the run at `path`; `lengths` are those of the checkpoint that it goes on from, empty for a new run.
  ///
  /// `columns` are the names of the metrics in `metrics.csv`.
  public init(path: String, columns: [String], lengths: [String: Int]) throws(ReportingError) {
    self.path = path
    self.columns = columns
    for folder in ["", "/" + Self.checkpoints, "/rollouts", "/gram"] {
      if mkdir(path + folder, 0o777) != 0, errno != EEXIST {
        throw .cannotCreate(path: path + folder, reason: String(cString: strerror(errno)))
      }
    }
    func file(_ name: String) throws(ReportingError) -> GrowingFile {
      try GrowingFile(path: path + "/" + name, length: lengths[name] ?? 0)
    }
    metrics = try file(Self.metricsName)
    table = try file(Self.tableName)
    warmUp = try file(Self.warmUpName)
    variance = try file(Self.varianceName)
    timings = try file(Self.timingsName)
    let eventsPath = path + "/" + Self.eventsName
    do throws(InterchangeError) {
      if let position = lengths[Self.eventsName] {
        events = try EventFileWriter(continuing: eventsPath, at: position)
      } else {
        events = try EventFileWriter(creating: eventsPath)
      }
    } catch {
      throw .cannotWrite(file: eventsPath, reason: error.description)
    }
    if table.length == 0 { try table.append(Self.line(["step"] + columns)) }
    if variance.length == 0 { try variance.append(Self.line(VarianceRow.header)) }
  }

  /// The lengths of the growing files, as a checkpoint notes them, after all of them have reached the disk.
  public func lengths() throws(ReportingError) -> [String: Int] {
    var lengths: [String: Int] = [:]
    for (name, file) in [
      (Self.metricsName, metrics), (Self.tableName, table), (Self.warmUpName, warmUp),
      (Self.varianceName, variance), (Self.timingsName, timings),
    ] {
      try file.synchronize()
      lengths[name] = file.length
    }
    do throws(InterchangeError) { try events.synchronize() } catch {
      throw .cannotWrite(file: events.path, reason: error.description)
    }
    lengths[Self.eventsName] = events.position
    return lengths
  }

  /// Adds a step: one line of `metrics.jsonl` and of `metrics.csv`, one TensorBoard event.
  public func append(_ record: StepRecord) throws(ReportingError) {
    let known = record.metrics.compactMap { metric in metric.value.map { (metric.name, $0) } }
    let finite = known.filter { $0.1.isFinite }
    nonFiniteCount += known.count - finite.count
    try metrics.append(
      JSONValue.object([
        ("step", .integer(record.step)),
        ("data", .object(known.map { ($0.0, $0.1.isFinite ? .number($0.1) : .null) })),
      ]).text(pretty: false) + "\n")
    let cells = columns.map { record[$0] }
    try table.append(
      Self.line(["\(record.step)"] + cells.map { $0.map { $0.isFinite ? "\($0)" : "" } ?? "" }))
    do throws(InterchangeError) {
      try events.append(finite.map { (tag: $0.0, value: $0.1) }, step: record.step)
    } catch {
      throw .cannotWrite(file: events.path, reason: error.description)
    }
  }

  /// Adds a probe of the warm-up.
  public func append(_ record: WarmUpRecord) throws(ReportingError) {
    try warmUp.append(
      JSONValue.object([
        ("step", .integer(record.step)), ("loss", .number(record.loss)),
        ("pass_rate", .number(record.passRate)), ("pass_rate_sd", .number(record.passRateDeviation)),
        ("mixed_share", .number(record.mixedShare)), ("reached_target", .bool(record.reachedTarget)),
      ]).text(pretty: false) + "\n")
  }

  /// Adds measured variances.
  public func append(_ rows: [VarianceRow]) throws(ReportingError) {
    try variance.append(rows.map { Self.line($0.cells) }.joined())
  }

  /// Adds the wall-clock time of a step, which no other file holds.
  public func appendTiming(step: Int, seconds: Double, tokensPerSecond: Double) throws(ReportingError) {
    try timings.append(
      JSONValue.object([
        ("step", .integer(step)), ("seconds", .number(seconds)),
        ("tokens_per_second", .number(tokensPerSecond)),
      ]).text(pretty: false) + "\n")
  }

  /// Writes a whole file of the run in one step; `name` may lie in a folder of the run.
  public func write(_ text: String, to name: String) throws(ReportingError) {
    try AtomicFile.write(Array(text.utf8), to: path + "/" + name)
  }

  private static func line(_ cells: [String]) -> String { cells.joined(separator: ",") + "\n" }

  // MARK: Checkpoints

  /// The directory of the checkpoint after `step` steps of reinforcement and `warmUpStep` of the warm-up.
  public static func checkpointName(warmUpStep: Int, step: Int, isWarm: Bool) -> String {
    func padded(_ number: Int) -> String {
      let digits = "\(number)"
      return String(repeating: "0", count: max(0, 8 - digits.count)) + digits
    }
    // Sorted by name, the phases and the steps within them are in order.
    return isWarm ? "step-\(padded(step))" : "a-warmup-\(padded(warmUpStep))"
  }

  /// Whether this object has written the checkpoint of that name.
  public func hasWritten(checkpoint name: String) -> Bool { writtenCheckpoints.contains(name) }

  /// Writes a checkpoint and removes the oldest beyond `kept`.
  public func write(_ contents: Checkpoint.Contents, kept: Int) throws(ReportingError) {
    let state = contents.state
    let name = Self.checkpointName(warmUpStep: state.warmUpStep, step: state.step, isWarm: state.isWarm)
    let folder = path + "/" + Self.checkpoints
    try Checkpoint.write(contents, to: folder + "/" + name)
    writtenCheckpoints.insert(name)
    for old in Self.checkpointNames(path).dropLast(kept) {
      try? FileManager.default.removeItem(atPath: folder + "/" + old)
    }
  }

  /// The checkpoints of the run at `path`, oldest first.
  public static func checkpointNames(_ path: String) -> [String] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: path + "/" + checkpoints)) ?? []
    return names.filter { ($0.hasPrefix("step-") || $0.hasPrefix("a-warmup-")) && !$0.contains(".") }.sorted()
  }

  /// Removes dumps of steps after `step`, which a resumed run makes again, and files that a killed process has left half-written.
  public func removeLeftovers(after step: Int) {
    for folder in ["", "/rollouts", "/gram"] {
      for name in (try? FileManager.default.contentsOfDirectory(atPath: path + folder)) ?? []
      where name.contains(AtomicFile.partialMark) {
        try? FileManager.default.removeItem(atPath: path + folder + "/" + name)
      }
    }
    let checkpoints = path + "/" + Self.checkpoints
    for name in (try? FileManager.default.contentsOfDirectory(atPath: checkpoints)) ?? []
    where name.hasSuffix(".partial") || name.hasSuffix(".replaced") {
      try? FileManager.default.removeItem(atPath: checkpoints + "/" + name)
    }
    for folder in ["rollouts", "gram"] {
      for name in (try? FileManager.default.contentsOfDirectory(atPath: path + "/" + folder)) ?? [] {
        guard let number = Int(name.prefix { $0.isNumber }), number > step else { continue }
        try? FileManager.default.removeItem(atPath: path + "/" + folder + "/" + name)
      }
    }
  }
}
