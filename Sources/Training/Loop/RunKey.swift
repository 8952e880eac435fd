/// One key of a run file: its name, its help, how its value is read and printed.
///
/// The list is the contract of `config.yaml` and of the command's flags alike: `prompts_per_step` in the file is `--prompts-per-step` on the command line.
public struct RunKey: Sendable {
  /// The key in the file, words joined by underscores.
  public let name: String
  /// One sentence of help.
  public let help: String
  /// The value as the file prints it; lists are several strings.
  public let values: @Sendable (RunConfiguration) -> [String]
  /// Whether the value is a list.
  public let isList: Bool
  /// Whether a run file has the key where its value is the default; those that came later have not, so that the text of older runs, and with it their digest, stays.
  public var isPrintedWhenDefault = true
  /// Reads the value.
  public let set: @Sendable (inout RunConfiguration, [String]) throws(TrainingError) -> Void

  /// The key as a flag, without the two dashes.
  public var flag: String { String(name.map { $0 == "_" ? "-" : $0 }) }

  /// The key of a name in the file.
  public static func named(_ name: String) -> RunKey? { all.first { $0.name == name } }

  // MARK: Kinds

  static func integer(
    _ name: String, _ path: WritableKeyPath<RunConfiguration, Int> & Sendable, _ range: ClosedRange<Int>,
    _ help: String
  ) -> RunKey {
    RunKey(name: name, help: help, values: { ["\($0[keyPath: path])"] }, isList: false) {
      (configuration, values) throws(TrainingError) in
      let text = try single(name, values)
      guard let value = Int(text), range.contains(value) else {
        throw .invalid(
          name: name, value: text,
          allowed: "be an integer in \(range.lowerBound)...\(range.upperBound)")
      }
      configuration[keyPath: path] = value
    }
  }

  static func number(
    _ name: String, _ path: WritableKeyPath<RunConfiguration, Double> & Sendable,
    _ range: ClosedRange<Double>, _ help: String
  ) -> RunKey {
    RunKey(name: name, help: help, values: { ["\($0[keyPath: path])"] }, isList: false) {
      (configuration, values) throws(TrainingError) in
      let text = try single(name, values)
      guard let value = Double(text), range.contains(value) else {
        throw .invalid(
          name: name, value: text, allowed: "be a number in \(range.lowerBound)...\(range.upperBound)")
      }
      configuration[keyPath: path] = value
    }
  }

  static func text(
    _ name: String, _ path: WritableKeyPath<RunConfiguration, String> & Sendable, _ help: String
  ) -> RunKey {
    RunKey(name: name, help: help, values: { [$0[keyPath: path]] }, isList: false) {
      (configuration, values) throws(TrainingError) in
      configuration[keyPath: path] = try single(name, values)
    }
  }

  static func choice(
    _ name: String, _ path: WritableKeyPath<RunConfiguration, String> & Sendable, _ choices: [String],
    _ help: String
  ) -> RunKey {
    let quoted = choices.filter { !$0.isEmpty }.joined(separator: ", ")
    return RunKey(
      name: name, help: "\(help.dropLast()): \(quoted).", values: { [$0[keyPath: path]] }, isList: false
    ) {
      (configuration, values) throws(TrainingError) in
      let value = try single(name, values)
      guard choices.contains(value) else {
        throw .invalid(name: name, value: "'\(value)'", allowed: "be one of \(quoted)")
      }
      configuration[keyPath: path] = value
    }
  }

  static func list(
    _ name: String, _ path: WritableKeyPath<RunConfiguration, [String]> & Sendable, _ help: String
  ) -> RunKey {
    RunKey(name: name, help: help, values: { $0[keyPath: path] }, isList: true) {
      (configuration, values) throws(TrainingError) in
      configuration[keyPath: path] = values.flatMap { $0.split(separator: ",").map(String.init) }
    }
  }

  /// A part of the method; the empty value keeps the method's own.
  ///
  /// The value is tried on the standard method, so that what is wrong in itself is said where it stands; what contradicts other parts is found when the method is resolved.
  static func override(_ part: MethodPart) -> RunKey {
    let name = part.name
    return RunKey(
      name: name, help: part.help, values: { [$0.overrides[name] ?? ""] }, isList: false,
      isPrintedWhenDefault: part.isPrintedWhenDefault
    ) { (configuration, values) throws(TrainingError) in
      let value = try single(name, values)
      var probe = Method.standard
      if !value.isEmpty { try part.set(&probe, value) }
      configuration.overrides[name] = value.isEmpty ? nil : value
    }
  }

  /// The key as one that came later than others.
  func unprintedWhenDefault() -> RunKey {
    var key = self
    key.isPrintedWhenDefault = false
    return key
  }

  static func single(_ name: String, _ values: [String]) throws(TrainingError) -> String {
    guard values.count == 1 else {
      throw .invalid(name: name, value: "\(values)", allowed: "be one value")
    }
    return values[0]
  }
}
