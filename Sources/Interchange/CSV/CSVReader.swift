/// Reads the records of comma-separated values (RFC 4180) one at a time, in bounded memory.
///
/// A cell may be quoted; inside quotes commas and newlines are text and a doubled quote is one. A quote inside an unquoted cell,
/// text behind a closing quote, a quote that is never closed, invalid UTF-8 and a record with another number of cells than the header
/// are errors; reading may go on after any of them with the next record. Blank lines are passed over.
public final class CSVReader {
  /// The names of the columns, from the first record.
  public private(set) var header: [String] = []
  /// The number of the line on which the record read last began.
  public private(set) var lineNumber = 0
  /// The name that errors carry.
  public var name: String { lines.name }

  private let lines: LineReader

  /// Reads the header from `lines`; an input without any record and a column name that stands twice are errors.
  public init(_ lines: LineReader) throws(InterchangeError) {
    self.lines = lines
    guard let first = try nextRecord() else {
      throw .empty(files: [lines.name], reason: "there is no header line")
    }
    try adopt(header: first)
  }

  /// Goes on after a header line that the caller has read already.
  init(_ lines: LineReader, headerLine: UnsafeRawBufferPointer) throws(InterchangeError) {
    self.lines = lines
    lineNumber = lines.lineNumber
    try adopt(header: try record(startingWith: headerLine))
  }

  private func adopt(header cells: [String]) throws(InterchangeError) {
    for (index, cell) in cells.enumerated() where cells[..<index].contains(cell) {
      throw damaged(field: cell, "the column stands twice in the header")
    }
    header = cells
  }

  /// The index of the column called `column`; nil without it.
  public func index(of column: String) -> Int? { header.firstIndex(of: column) }

  /// The cells of the next record; nil at the end.
  public func next() throws(InterchangeError) -> [String]? {
    guard let cells = try nextRecord() else { return nil }
    guard cells.count == header.count else {
      throw damaged(field: nil, "the line has \(cells.count) cells where the header has \(header.count)")
    }
    return cells
  }

  private func nextRecord() throws(InterchangeError) -> [String]? {
    while let line = try lines.next() {
      lineNumber = lines.lineNumber
      if lines.isTooLong { throw damaged(field: nil, "the line is too long") }
      if line.isEmpty { continue }
      return try record(startingWith: line)
    }
    return nil
  }

  /// Splits `line`, and the lines after it as long as a quote is open.
  private func record(startingWith line: UnsafeRawBufferPointer) throws(InterchangeError) -> [String] {
    var cells: [String] = []
    var text: [UInt8] = []
    var state = CellState.start
    var size = 0
    var current: UnsafeRawBufferPointer? = line
    while let bytes = current {
      size += bytes.count
      if size > LineReader.defaultLongestLine { throw damaged(field: nil, "the record is too long") }
      for byte in bytes { try step(byte, &state, &text, &cells) }
      if state != .quoted { break }
      text.append(0x0A)
      current = try lines.next()
    }
    if state == .quoted { throw damaged(field: nil, "a quote is not closed") }
    cells.append(try decode(text))
    return cells
  }

  private enum CellState { case start, plain, quoted, closed }

  private func step(
    _ byte: UInt8, _ state: inout CellState, _ text: inout [UInt8], _ cells: inout [String]
  ) throws(InterchangeError) {
    switch (state, byte) {
    case (.quoted, 0x22): state = .closed
    case (.quoted, _): text.append(byte)
    case (.closed, 0x22):
      text.append(byte)
      state = .quoted
    case (_, 0x2C):
      cells.append(try decode(text))
      text.removeAll(keepingCapacity: true)
      state = .start
    case (.start, 0x22): state = .quoted
    case (.closed, _): throw damaged(field: nil, "text follows a closing quote")
    case (.plain, 0x22): throw damaged(field: nil, "a quote stands inside a cell that is not quoted")
    default:
      text.append(byte)
      state = .plain
    }
  }

  private func decode(_ bytes: [UInt8]) throws(InterchangeError) -> String {
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw damaged(field: nil, "the text is not valid UTF-8")
    }
    return text
  }

  private func damaged(field: String?, _ reason: String) -> InterchangeError {
    .damaged(file: name, line: lineNumber, field: field, reason: reason)
  }
}
