import Foundation
import Testing

@testable import Interchange

@Suite struct CSVTests {
  @Test func quotesCommasNewlinesAndByteOrderMarksAreRead() throws {
    let table = try CSVTable(parsing: "\u{FEFF}a,b\r\n\"x,\"\"y\"\"\",1\r\n\n\"two\nlines\",2.5e0")
    #expect(table.header == ["a", "b"])
    #expect(table.rows == [["x,\"y\"", "1"], ["two\nlines", "2.5e0"]])
    #expect(table.lineNumbers == [2, 4])
    #expect(try table.number(row: 1, column: table.column("b")) == 2.5)
    #expect(try table.integer(row: 0, column: 1) == 1)
  }

  @Test func writtenTablesReadBackAsTheSameCells() throws {
    var writer = CSVWriter(header: ["p", "q"])
    writer.append([.text("a,\"b\"\nc"), .number(0.1)])
    writer.append([.empty, .number(.nan)])
    #expect(writer.text == "p,q\n\"a,\"\"b\"\"\nc\",0.10000000000000001\n,\n")
    #expect(writer.nonFiniteCount == 1)
    #expect(try CSVTable(parsing: writer.text).rows == [["a,\"b\"\nc", "0.10000000000000001"], ["", ""]])
  }

  @Test(arguments: [
    ("a,b\n1\n", "CSV:2: the line has 1 cells where the header has 2"),
    ("a,b\n1,\"2\n", "CSV:2: a quote is not closed"),
    ("a,b\n1,\"2\"x\n", "CSV:2: text follows a closing quote"),
    ("a,b\n1,x\"y\n", "CSV:2: a quote stands inside a cell that is not quoted"),
    ("a,a\n1,2\n", "CSV:1: field 'a': the column stands twice in the header"),
    ("", "CSV: there is no header line"),
  ])
  func malformedTablesAreTypedErrors(_ text: String, _ message: String) {
    do {
      _ = try CSVTable(parsing: text)
      Issue.record("no error for \(text)")
    } catch { #expect(error.description == message) }
  }

  @Test func cellsThatAreNotFiniteNumbersAreTypedErrors() throws {
    let table = try CSVTable(parsing: "a\nnan\ninf\n0x10\n 1\n1e999\n\"\"\n")
    for row in table.rows.indices {
      #expect(throws: InterchangeError.self) { try table.number(row: row, column: 0) }
    }
    #expect(throws: InterchangeError.self) { try table.column("b") }
  }

  @Test func aMissingFileIsATypedError() {
    #expect(throws: InterchangeError.missing(file: "no/such/file", reason: "No such file or directory")) {
      try CSVTable(path: "no/such/file")
    }
  }
}

@Suite struct LineReaderTests {
  private func lines(_ reader: LineReader) throws -> [String] {
    var result: [String] = []
    while let line = try reader.next() {
      result.append(reader.isTooLong ? "<too long>" : String(decoding: line, as: UTF8.self))
    }
    return result
  }

  @Test func linesOfEveryLengthSurviveEveryBlockSize() throws {
    let expected = (0..<40).map { String(repeating: "x", count: $0) }
    try withTemporaryDirectory { directory in
      let path = directory + "/lines.txt"
      try (expected.joined(separator: "\n") + "\n").write(toFile: path, atomically: true, encoding: .utf8)
      for blockSize in 1...64 {
        #expect(try lines(LineReader(path: path, blockSize: blockSize)) == expected)
      }
    }
  }

  @Test func aLineBeyondTheLimitIsReportedAndPassedOver() throws {
    let text = "a\n" + String(repeating: "b", count: 1000) + "\nc\n" + String(repeating: "d", count: 11)
    try withTemporaryDirectory { directory in
      let path = directory + "/long.txt"
      try text.write(toFile: path, atomically: true, encoding: .utf8)
      for blockSize in [1, 7, 64, 4096] {
        let reader = try LineReader(path: path, longestLine: 10, blockSize: blockSize)
        #expect(try lines(reader) == ["a", "<too long>", "c", "<too long>"])
        #expect(reader.lineNumber == 4)
      }
    }
  }
}
