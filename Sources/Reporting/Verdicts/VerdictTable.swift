import Claims

/// The verdict table in plain text, for standard output and the README.
public enum VerdictTable {
  /// The widest line, in characters.
  public static let width = 110

  /// The lines a condition may take; the report has it in full.
  public static let conditionLines = 2

  /// One claim a row: identifier, verdict, verdict on the negative control, condition; below it how many claims were registered.
  public static func text(_ outcomes: [ClaimOutcome]) -> String {
    let rows = outcomes.map { outcome in
      [
        outcome.specification.id, outcome.verdict.rawValue, outcome.controlVerdict.rawValue,
        outcome.condition ?? "",
      ]
    }
    let table = AlignedText.table(
      header: ["claim", "verdict", "control", "condition"], rows: rows, width: width,
      mostLines: conditionLines)
    let counts = [Registration.registered, .changedSinceLock, .exploratory].compactMap {
      registration -> String? in
      let count = outcomes.count { $0.registration == registration }
      return count == 0 ? nil : "\(count) \(registration.rawValue)"
    }
    return table + "\nSpecifications: \(counts.joined(separator: ", ")).\n"
  }
}

/// Columns of plain text.
public enum AlignedText {
  /// Aligned columns under a header and a rule, the last column wrapped so that no line is wider than `width`.
  ///
  /// A word longer than its column is cut into pieces; a cell of more than `mostLines` lines ends in an ellipsis.
  public static func table(header: [String], rows: [[String]], width: Int, mostLines: Int = .max) -> String {
    let last = header.count - 1
    let widths = (0..<last).map { column in ([header] + rows).map { $0[column].count }.max() ?? 0 }
    let indent = widths.reduce(0) { $0 + $1 + 2 }
    let room = max(20, width - indent)
    var lines: [String] = []
    for (index, row) in ([header] + rows).enumerated() {
      var wrapped = wrap(row[last], width: room)
      if wrapped.count > mostLines {
        wrapped.removeLast(wrapped.count - mostLines)
        wrapped[mostLines - 1] = wrapped[mostLines - 1].prefix(room - 2) + " …"
      }
      let start = (0..<last).map { row[$0] + String(repeating: " ", count: widths[$0] - row[$0].count + 2) }
        .joined()
      lines.append(trimmed(start + (wrapped.first ?? "")))
      lines += wrapped.dropFirst().map { String(repeating: " ", count: indent) + $0 }
      if index == 0 {
        let lengths = widths + [min(room, max(header[last].count, rows.map { $0[last].count }.max() ?? 0))]
        lines.append(lengths.map { String(repeating: "-", count: $0) }.joined(separator: "  "))
      }
    }
    return lines.map { $0 + "\n" }.joined()
  }

  /// `text` in lines of at most `width` characters, broken between words.
  public static func wrap(_ text: String, width: Int) -> [String] {
    precondition(width > 0, "width is \(width), it must be positive")
    var lines: [String] = []
    var line = ""
    for word in text.split(whereSeparator: \.isWhitespace) {
      var rest = word[...]
      while line.count + (line.isEmpty ? 0 : 1) + rest.count > width {
        if !line.isEmpty {
          lines.append(line)
          line = ""
        } else {
          lines.append(String(rest.prefix(width)))
          rest = rest.dropFirst(width)
        }
      }
      if !rest.isEmpty { line += (line.isEmpty ? "" : " ") + rest }
    }
    if !line.isEmpty { lines.append(line) }
    return lines
  }

  private static func trimmed(_ line: String) -> String {
    String(line.reversed().drop { $0 == " " }.reversed())
  }
}
