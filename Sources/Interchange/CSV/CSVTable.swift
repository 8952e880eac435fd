/// A small table of text cells, read whole: what the primitives (`allocate` and the like) take as input.
public struct CSVTable: Sendable, Equatable {
  /// The name that errors carry.
  public let file: String
  /// The names of the columns.
  public let header: [String]
  /// The cells of each record, as many as the header has.
  public let rows: [[String]]
  /// The line on which each record begins, counted from 1.
  public let lineNumbers: [Int]

  /// Reads the table at `path`, or standard input where `path` is `-`.
  public init(path: String) throws(InterchangeError) { try self.init(lines: try LineReader(path: path)) }

  /// Reads the table from text in memory.
  public init(parsing text: String, file: String = "CSV") throws(InterchangeError) {
    try self.init(lines: LineReader(bytes: Array(text.utf8), name: file))
  }

  private init(lines: LineReader) throws(InterchangeError) {
    let reader = try CSVReader(lines)
    var rows: [[String]] = []
    var lineNumbers: [Int] = []
    while let cells = try reader.next() {
      rows.append(cells)
      lineNumbers.append(reader.lineNumber)
    }
    file = lines.name
    header = reader.header
    self.rows = rows
    self.lineNumbers = lineNumbers
  }

  /// The index of a column; an error that lists the columns there are where it is missing.
  public func column(_ name: String) throws(InterchangeError) -> Int {
    guard let index = header.firstIndex(of: name) else {
      throw .damaged(
        file: file, line: 1, field: name,
        reason: "the column is missing; the header has \(header.joined(separator: ","))")
    }
    return index
  }

  /// The cell as a finite number; `row` and `column` are indices.
  public func number(row: Int, column: Int) throws(InterchangeError) -> Double {
    let cell = rows[row][column]
    guard let value = DecimalText.parse(cell) else { throw invalid(row, column, "a finite decimal number") }
    return value
  }

  /// The cell as an integer; `row` and `column` are indices.
  public func integer(row: Int, column: Int) throws(InterchangeError) -> Int {
    guard let value = Int(rows[row][column]) else {
      throw invalid(row, column, "an integer of at most 64 bits")
    }
    return value
  }

  /// The error for a cell whose value is not one of `allowed`.
  public func invalid(_ row: Int, _ column: Int, _ allowed: String) -> InterchangeError {
    .invalidValue(
      file: file, line: lineNumbers[row], field: header[column], value: "'\(rows[row][column])'",
      allowed: allowed)
  }
}
