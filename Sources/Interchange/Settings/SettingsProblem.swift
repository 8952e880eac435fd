/// What is wrong with one setting of a run file.
public struct SettingsProblem: Sendable, Equatable, CustomStringConvertible {
  /// The file.
  public var file: String
  /// The line of the key, counted from 1.
  public var line: Int
  /// The column of the key, counted from 1.
  public var column: Int
  /// The key.
  public var key: String
  /// What is wrong with it, to be read after the key.
  public var reason: String

  /// A problem with `entry` of `file`.
  public init(_ entry: SettingsEntry, file: String, reason: String) {
    self.file = file
    line = entry.line
    column = entry.column
    key = entry.key
    self.reason = reason
  }

  /// One line that names file, line, column and key.
  public var description: String { "\(file):\(line):\(column): '\(key)': \(reason)" }
}

extension SettingsFile {
  /// Problems that are described one by one; a file of something else would give thousands.
  static let mostProblems = 50

  /// All settings whose key is not in `known`, each with the known key that was probably meant.
  ///
  /// Beyond 50 problems, the last one tells how many more there are.
  public static func checkKeys(
    _ entries: [SettingsEntry], known: [String], file: String
  ) -> [SettingsProblem] {
    let allowed = Set(known)
    let unknown = entries.filter { !allowed.contains($0.key) }
    return unknown.prefix(mostProblems).enumerated().map { index, entry in
      var reason = "there is no such setting"
      if let nearest = NearestName.suggestion(for: entry.key, among: known) {
        reason += "; did you mean '\(nearest)'?"
      }
      if index == mostProblems - 1 && unknown.count > mostProblems {
        reason += " (and \(unknown.count - mostProblems) more that do not exist)"
      }
      return SettingsProblem(entry, file: file, reason: reason)
    }
  }
}
