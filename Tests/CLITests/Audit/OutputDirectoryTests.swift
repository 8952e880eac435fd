import Foundation
import Testing

@testable import CLI

@Suite struct OutputDirectoryTests {
  private func withDirectory(_ body: (String) throws -> Void) throws {
    let path = NSTemporaryDirectory() + "output-tests-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: path) }
    try body(path)
  }

  private func entries(_ path: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: path).sorted()
  }

  @Test func aDirectoryAppearsWholeAndReplacesAnEarlierOne() throws {
    try withDirectory { parent in
      let directory = OutputDirectory(path: parent + "/out", marker: "m")
      try directory.write { path in
        #expect(!FileManager.default.fileExists(atPath: parent + "/out"))
        try Data("1".utf8).write(to: URL(fileURLWithPath: path + "/m"))
        try Data("1".utf8).write(to: URL(fileURLWithPath: path + "/old"))
      }
      try directory.write { try Data("2".utf8).write(to: URL(fileURLWithPath: $0 + "/m")) }
      #expect(try entries(parent) == ["out"])
      #expect(try entries(parent + "/out") == ["m"])
    }
  }

  @Test func aFailureLeavesWhatWasThere() throws {
    try withDirectory { parent in
      let directory = OutputDirectory(path: parent + "/out", marker: "m")
      try directory.write { try Data("1".utf8).write(to: URL(fileURLWithPath: $0 + "/m")) }
      #expect(throws: CommandFailure(.inputOutput, "disk full")) {
        try directory.write { path in
          try Data("2".utf8).write(to: URL(fileURLWithPath: path + "/m"))
          throw CommandFailure(.inputOutput, "disk full")
        }
      }
      #expect(try entries(parent) == ["out"])
      #expect(try String(contentsOfFile: parent + "/out/m", encoding: .utf8) == "1")
    }
  }

  @Test func aForeignDirectoryIsLeftAlone() throws {
    try withDirectory { parent in
      try Data().write(to: URL(fileURLWithPath: parent + "/thesis.tex"))
      do {
        try OutputDirectory(path: parent, marker: "m").check()
        Issue.record("a foreign directory was accepted")
      } catch { #expect((error as? CommandFailure)?.code == .cannotCreate) }
    }
  }
}
