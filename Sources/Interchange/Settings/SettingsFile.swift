import Yams

/// Reads run files: YAML maps of settings.
///
/// Nested maps are flattened: `model: {hidden_size: 128}` is the key `model.hidden_size`. Anchors, aliases and merge keys
/// (`<<: *base`) work. A key that is set twice, a key that is no text, a map in a list and a tag are errors with file and line.
public enum SettingsFile {
  /// Settings of a file, lists counted by their elements.
  private static let mostValues = 100_000
  /// Nested maps.
  private static let deepest = 16

  /// The settings of the file at `path` in its order; merged ones come where the merge key stands.
  public static func read(path: String) throws(InterchangeError) -> [SettingsEntry] {
    let input = try InputFile(path: path)
    if input.count > YAMLLimits.longestFile {
      throw .unrecognised(
        file: path, reason: "it has \(input.count) bytes; a run file has at most \(YAMLLimits.longestFile)")
    }
    return try read(try input.bytes(0..<input.count), file: path)
  }

  /// The settings in `text`.
  ///
  /// - Parameter file: the name that errors carry.
  public static func read(_ text: [UInt8], file: String) throws(InterchangeError) -> [SettingsEntry] {
    if text.count > YAMLLimits.longestFile {
      throw .unrecognised(
        file: file, reason: "it has \(text.count) bytes; a run file has at most \(YAMLLimits.longestFile)")
    }
    guard let string = String(validating: text, as: UTF8.self) else {
      throw .damaged(
        file: file, line: line(ofDamageIn: text), field: nil, reason: "the text is not valid UTF-8")
    }
    if let reason = YAMLLimits.refusal(text) { throw .unrecognised(file: file, reason: reason) }
    let root: Node?
    do {
      // Without rules for tags: what plain values mean is decided in PlainScalar.
      root = try Parser(yaml: string, resolver: .basic, encoding: .utf8).singleRoot()
    } catch {
      throw translated(error, file: file, text: string)
    }
    guard let root, !isNothing(root) else { return [] }
    var flattening = SettingsFileFlattening(file: file, mostValues: mostValues, deepest: deepest)
    try flattening.add(root)
    return flattening.entries
  }

  /// Whether the file holds no more than comments.
  private static func isNothing(_ root: Node) -> Bool {
    guard case .scalar(let scalar) = root else { return false }
    return scalar.style == .plain && scalar.string.isEmpty
  }

  private static func line(ofDamageIn text: [UInt8]) -> Int {
    // Repairing leaves everything before the first damage as it is.
    let repaired = String(decoding: text, as: UTF8.self).utf8
    let undamaged = zip(text, repaired).prefix { $0 == $1 }.count
    return 1 + text[..<undamaged].count { $0 == 0x0A }
  }

  private static func translated(_ error: any Error, file: String, text: String) -> InterchangeError {
    func damaged(_ mark: Mark, _ context: YamlError.Context?, _ problem: String) -> InterchangeError {
      let before = context.map { "\($0.text), " } ?? ""
      return .damaged(
        file: file, line: mark.line, field: nil, reason: "column \(mark.column): \(before)\(problem)")
    }
    guard let error = error as? YamlError else {
      return .unrecognised(file: file, reason: "it is no YAML: \(error)")
    }
    switch error {
    case .scanner(let context, let problem, let mark, _), .parser(let context, let problem, let mark, _),
      .composer(let context, let problem, let mark, _):
      return damaged(mark, context, problem)
    case .reader(let problem, let offset, _, _):
      let line = 1 + text.prefix(offset ?? 0).utf8.count { $0 == 0x0A }
      return .damaged(file: file, line: line, field: nil, reason: problem)
    case .duplicatedKeysInMapping(let keys, let context):
      return .damaged(
        file: file, line: context.mark.line, field: keys.first,
        reason: "column \(context.mark.column): the key occurs again in the same map")
    default:
      return .unrecognised(file: file, reason: "it is no YAML: \(error)")
    }
  }
}
