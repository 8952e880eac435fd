import Foundation
import Interchange
import Training

/// Reads a run's settings: the file first, then the flags, which win.
enum RunSettings {
  /// The configuration; every complaint about the file and the flags is collected in `errors`.
  static func configuration(file: String?, arguments: [String], _ errors: inout OptionErrors)
    throws(CommandFailure) -> RunConfiguration
  {
    var configuration = RunConfiguration()
    if let file { try read(file, into: &configuration) }
    apply(arguments, to: &configuration, &errors)
    return configuration
  }

  /// Reads a YAML file; what is wrong in it is said all at once and leaves with 65.
  static func read(_ file: String, into configuration: inout RunConfiguration) throws(CommandFailure) {
    let entries: [SettingsEntry]
    do throws(InterchangeError) { entries = try SettingsFile.read(path: file) } catch {
      throw CommandFailure(error)
    }
    var problems = SettingsFile.checkKeys(entries, known: RunKey.all.map(\.name), file: file)
    for entry in entries {
      guard let key = RunKey.named(entry.key) else { continue }
      let values: [String]
      switch entry.value {
      case .list(let elements): values = elements.map(text)
      case .null: values = key.isList ? [] : [""]
      default: values = [text(entry.value, entry.text)]
      }
      do throws(TrainingError) { try key.set(&configuration, values) } catch {
        problems.append(SettingsProblem(entry, file: file, reason: error.description))
      }
    }
    guard problems.isEmpty else {
      throw CommandFailure(.inputData, problems.map(\.description).joined(separator: "\n       "))
    }
  }

  private static func text(_ value: SettingsValue) -> String { text(value, "") }

  private static func text(_ value: SettingsValue, _ written: String) -> String {
    switch value {
    case .bool(let value): "\(value)"
    case .integer(let value): "\(value)"
    // An integer beyond 64 signed bits was read as a number that is near it; a seed needs all of its digits.
    case .number(let value): UInt64(written) == nil ? "\(value)" : written
    case .text(let value): value
    case .null, .list: written
    }
  }

  /// `--key value` and `--key=value` for every key of a run file.
  static func apply(
    _ arguments: [String], to configuration: inout RunConfiguration, _ errors: inout OptionErrors
  ) {
    var rest = arguments[...]
    while let argument = rest.popFirst() {
      guard argument.hasPrefix("--"), argument.count > 2 else {
        errors.require(false, "The argument '\(argument)' was not expected.")
        continue
      }
      let parts = argument.dropFirst(2).split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      let flag = String(parts[0])
      guard let key = RunKey.all.first(where: { $0.flag == flag }) else {
        let known = RunKey.all.map(\.flag)
        let hint = NearestName.suggestion(for: flag, among: known).map { "; did you mean '--\($0)'?" } ?? "."
        errors.require(false, "Unknown option '--\(flag)'\(hint)")
        if parts.count == 1, let next = rest.first, !next.hasPrefix("--") { rest.removeFirst() }
        continue
      }
      guard let value = parts.count == 2 ? String(parts[1]) : rest.popFirst() else {
        errors.require(false, "Missing value for '--\(flag)'.")
        continue
      }
      do throws(TrainingError) { try key.set(&configuration, [value]) } catch {
        errors.require(false, "'--\(flag)': \(error.description).")
      }
    }
  }

  /// The text of `config.yaml` for `configuration`.
  static func text(_ configuration: RunConfiguration) -> String {
    let defaults = RunConfiguration()
    return SettingsFileWriter.text(
      RunKey.all.compactMap { key in
        let values = key.values(configuration)
        if !key.isPrintedWhenDefault, values == key.values(defaults) { return nil }
        return (
          key: key.name, value: key.isList ? .list(values.map { .text($0) }) : scalar(values.first ?? "")
        )
      }, comment: ["Written by allot train; `allot train --config` reads it back."])
  }

  /// A number only where reading it back gives the same text: a path `007` and a seed beyond 2⁶³ are quoted.
  private static func scalar(_ text: String) -> SettingsValue {
    if let integer = Int(text), "\(integer)" == text { return .integer(integer) }
    if let number = Double(text), number.isFinite, "\(number)" == text { return .number(number) }
    return .text(text)
  }

  /// The keys with their help and defaults, for `--help`.
  static func help() -> String {
    let defaults = RunConfiguration()
    let lines = RunKey.all.map { key in
      let values = key.values(defaults).joined(separator: ",")
      let tail = values.isEmpty ? "" : " (default: \(values))"
      return "  --\(key.flag)\n          \(key.help)\(tail)"
    }
    return "RUN KEYS (in a run file with underscores, e.g. prompts_per_step):\n"
      + lines.joined(separator: "\n")
  }
}
