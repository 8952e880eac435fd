/// Comma-separated values (RFC 4180, but with a bare newline at the end of each record) as text.
public struct CSVWriter: Sendable {
  /// What has been written so far.
  public private(set) var text = ""
  /// How many numbers were not finite and became an empty cell.
  public private(set) var nonFiniteCount = 0
  private let columnCount: Int

  /// Starts a table with its header.
  public init(header: [String]) {
    columnCount = header.count
    append(header)
  }

  /// One cell of a record.
  public enum Cell: Sendable, ExpressibleByStringLiteral {
    /// Text, quoted where it has to be.
    case text(String)
    /// A number with 17 significant digits; empty where it is not finite.
    case number(Double)
    /// An integer.
    case integer(Int)
    /// Nothing.
    case empty

    /// Text.
    public init(stringLiteral value: String) { self = .text(value) }
    /// The number, or nothing where there is none.
    public static func optional(_ value: Double?) -> Cell { value.map { .number($0) } ?? .empty }
    /// The integer, or nothing where there is none.
    public static func optional(_ value: Int?) -> Cell { value.map { .integer($0) } ?? .empty }
  }

  /// Appends a record.
  ///
  /// - Precondition: as many cells as the header has.
  public mutating func append(_ cells: [Cell]) {
    append(
      cells.map { cell in
        switch cell {
        case .text(let text): return text
        case .number(let value):
          if !value.isFinite { nonFiniteCount += 1 }
          return DecimalText.cell(value)
        case .integer(let value): return String(value)
        case .empty: return ""
        }
      })
  }

  /// Appends a record of text cells.
  ///
  /// - Precondition: as many cells as the header has.
  public mutating func append(_ cells: [String]) {
    precondition(cells.count == columnCount, "the record has \(cells.count) cells, the header \(columnCount)")
    for (index, cell) in cells.enumerated() {
      if index > 0 { text += "," }
      text += Self.quoted(cell)
    }
    // A record of one empty cell would be a blank line, which readers pass over.
    if cells == [""] { text += "\"\"" }
    text += "\n"
  }

  /// The cell as it is written: quoted where it holds a comma, a quote or a line break.
  static func quoted(_ cell: String) -> String {
    guard cell.utf8.contains(where: { $0 == 0x2C || $0 == 0x22 || $0 == 0x0A || $0 == 0x0D }) else {
      return cell
    }
    return "\"" + cell.replacing("\"", with: "\"\"") + "\""
  }
}
