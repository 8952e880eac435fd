/// A value of a run file.
public enum SettingsValue: Sendable, Equatable {
  /// Nothing: an empty value, `null` or `~`.
  case null
  /// A truth value.
  case bool(Bool)
  /// A whole number of at most 64 bits.
  case integer(Int)
  /// Any other number; it may be infinite or NaN, written `.inf` and `.nan`.
  case number(Double)
  /// Text.
  case text(String)
  /// A list of any of the above.
  case list([SettingsValue])
}

/// A setting of a run file: a key, its value and where it stands.
public struct SettingsEntry: Sendable, Equatable {
  /// The key; keys of nested maps are joined by dots.
  public var key: String
  /// The value.
  public var value: SettingsValue
  /// The value as it is written, for who wants `1e3` as text; empty for a list.
  public var text: String
  /// The line of the key, counted from 1; of a merged key, where it was defined.
  public var line: Int
  /// The column of the key, counted from 1.
  public var column: Int

  /// A setting.
  public init(key: String, value: SettingsValue, text: String, line: Int, column: Int) {
    self.key = key
    self.value = value
    self.text = text
    self.line = line
    self.column = column
  }
}
