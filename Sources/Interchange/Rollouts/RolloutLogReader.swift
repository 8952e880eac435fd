/// Reads the files of one audit: rollouts, Gram matrices and prompt counts, in any order, as JSON lines or CSV.
///
/// Files are streamed: nothing is kept but what `body` keeps. What a file holds is told by its fields, never by its name. A damaged
/// line is counted and passed over, and so is, without being damaged, a rollout that is not fresh; a reward that needs a threshold ends the reading, since all others of that log will need one too.
public struct RolloutLogReader {
  /// When a rollout counts as a success.
  public var rule: SuccessRule
  /// The longest line that is read; a longer one is damaged.
  public var longestLine: Int
  /// Whether the per-token arrays are read; they are passed over otherwise, which is faster.
  public var readsTokens: Bool
  /// The lines read so far, and which of them are damaged.
  public private(set) var damage = DamageLog()

  /// A reader that has read nothing yet.
  public init(
    rule: SuccessRule = SuccessRule(), longestLine: Int = LineReader.defaultLongestLine,
    readsTokens: Bool = false
  ) {
    self.rule = rule
    self.longestLine = longestLine
    self.readsTokens = readsTokens
  }

  /// Reads the file at `path` (`-`: standard input) and hands each record to `body`, which may call a record damaged by throwing
  /// a reason.
  ///
  /// Reading ends early, in the middle of the file, once `goesOn` is false.
  public mutating func read(
    path: String, while goesOn: () -> Bool = { true },
    _ body: (RolloutRecord) throws(RecordRejection) -> Void
  ) throws(InterchangeError) {
    try read(try LineReader(path: path, longestLine: longestLine), while: goesOn, body)
  }

  /// Reads lines from an open reader, as `read(path:_:)` does.
  public mutating func read(
    _ lines: LineReader, while goesOn: () -> Bool = { true },
    _ body: (RolloutRecord) throws(RecordRejection) -> Void
  ) throws(InterchangeError) {
    let parser = try RolloutLineParser(file: lines.name, rule: rule, readsTokens: readsTokens)
    let damagedBefore = damage.damaged
    let linesBefore = damage.lines
    var isFirst = true
    var looksLikeJSON = true
    while goesOn(), let line = try lines.next() {
      if lines.isTooLong {
        damage.countLine()
        damage.note(damaged(lines, "the line is longer than \(longestLine) bytes"))
        continue
      }
      if line.allSatisfy({ $0 == 0x20 || $0 == 0x09 }) { continue }
      damage.countLine()
      if isFirst {
        isFirst = false
        looksLikeJSON = line.first { $0 != 0x20 && $0 != 0x09 } == 0x7B
        if !looksLikeJSON && Self.isTableHeader(line) {
          return try readTable(try CSVReader(lines, headerLine: line), while: goesOn, body)
        }
      }
      do throws(InterchangeError) {
        guard let record = try parser.record(line, line: lines.lineNumber) else {
          damage.countPassedOver()
          continue
        }
        do { try body(record) } catch { throw damaged(lines, error.reason, field: error.field) }
      } catch {
        try note(error)
      }
    }
    if !looksLikeJSON && damage.lines - linesBefore == damage.damaged - damagedBefore {
      throw .unrecognised(
        file: lines.name, reason: "the file is neither JSON lines nor CSV with a column 'prompt_id'")
    }
  }

  private mutating func readTable(
    _ reader: CSVReader, while goesOn: () -> Bool, _ body: (RolloutRecord) throws(RecordRejection) -> Void
  ) throws(InterchangeError) {
    let parser = try RolloutTableParser(reader, rule: rule)
    while goesOn() {
      do throws(InterchangeError) {
        guard let record = try parser.next() else { return }
        damage.countLine()
        do { try body(record) } catch {
          damage.note(
            .damaged(file: reader.name, line: reader.lineNumber, field: error.field, reason: error.reason))
        }
      } catch {
        damage.countLine()
        try note(error)
      }
    }
  }

  /// A first line is the header of a table if it is no JSON and looks like names: a log whose first line is torn stays a log.
  private static func isTableHeader(_ line: UnsafeRawBufferPointer) -> Bool {
    guard let text = String(validating: line, as: UTF8.self) else { return false }
    return !text.contains("{") && text.contains("prompt_id")
  }

  private mutating func note(_ error: InterchangeError) throws(InterchangeError) {
    guard case .damaged = error else { throw error }
    damage.note(error)
  }

  private func damaged(_ lines: LineReader, _ reason: String, field: String? = nil) -> InterchangeError {
    .damaged(file: lines.name, line: lines.lineNumber, field: field, reason: reason)
  }
}

/// The reason for which a well-formed record cannot be used beside the others.
public struct RecordRejection: Error, Equatable, Sendable {
  /// The field, where one is to blame.
  public var field: String?
  /// What is wrong.
  public var reason: String

  /// Collects the two.
  public init(field: String?, reason: String) {
    self.field = field
    self.reason = reason
  }
}
