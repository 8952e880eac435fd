import Claims
import Foundation
import Testing

@testable import CLI

/// What the built program did.
struct Invocation {
  var code: Int32
  var output: String
  var error: String
}

/// The built program.
enum Program {
  /// The executable beside the test bundle.
  static let url = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
    .deletingLastPathComponent()
    .appendingPathComponent("allot")

  /// Runs the program in `directory`; `interruptAfter` seconds it gets a SIGINT.
  static func run(
    _ arguments: [String], in directory: String, path: String? = nil, interruptAfter: Double? = nil
  ) throws -> Invocation {
    let process = Process()
    process.executableURL = url
    process.arguments = arguments
    process.currentDirectoryURL = URL(fileURLWithPath: directory)
    if let path { process.environment = ["PATH": path] }
    let output = directory + "/stdout.txt"
    let error = directory + "/stderr.txt"
    for file in [output, error] { _ = FileManager.default.createFile(atPath: file, contents: nil) }
    process.standardOutput = try FileHandle(forWritingTo: URL(fileURLWithPath: output))
    process.standardError = try FileHandle(forWritingTo: URL(fileURLWithPath: error))
    try process.run()
    if let interruptAfter {
      Thread.sleep(forTimeInterval: interruptAfter)
      process.interrupt()
    }
    process.waitUntilExit()
    let result = Invocation(
      code: process.terminationStatus, output: try String(contentsOfFile: output, encoding: .utf8),
      error: try String(contentsOfFile: error, encoding: .utf8))
    for file in [output, error] { try FileManager.default.removeItem(atPath: file) }
    return result
  }

  /// A new directory for a test, to be removed by it.
  static func scratch() throws -> String {
    let path = FileManager.default.temporaryDirectory.path + "/allot-cli-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    return path
  }
}

@Suite struct ReportingCommandTests {
  private let quick = [
    "verify", "--preset", "quick", "--claim", "sample-variance-unbiased", "--threads", "1",
  ]

  @Test func aRunWritesItsFilesAndPrintsTheTable() throws {
    let scratch = try Program.scratch()
    defer { try? FileManager.default.removeItem(atPath: scratch) }
    let result = try Program.run(quick, in: scratch)
    #expect(result.code == 0)
    #expect(result.output.hasPrefix("claim                     verdict"))
    #expect(result.output.hasSuffix("Report: out/report.html\n"))
    #expect(result.error.hasPrefix("[0/1 done] sample-variance-unbiased, 0 replicates"))
    let names = try FileManager.default.contentsOfDirectory(atPath: scratch + "/out").sorted()
    #expect(
      names == ["datapackage.json", "report.html", "tables", "validated-parameters.json", "verdicts.json"])
    #expect(try FileManager.default.contentsOfDirectory(atPath: scratch) == ["out"])
  }

  @Test func tablesAreTheSameOnOneAndOnThreeThreads() throws {
    let scratch = try Program.scratch()
    defer { try? FileManager.default.removeItem(atPath: scratch) }
    _ = try Program.run(quick + ["--output", "one", "--quiet"], in: scratch)
    _ = try Program.run(quick.dropLast() + ["3", "--output", "three", "--quiet"], in: scratch)
    for name in [
      "tables/sample-variance-unbiased.csv", "tables/sample-variance-unbiased-points.csv", "datapackage.json",
    ] {
      #expect(
        FileManager.default.contentsEqual(
          atPath: scratch + "/one/" + name, andPath: scratch + "/three/" + name))
    }
  }

  @Test func anInterruptedRunLeavesNothingAnd130() throws {
    let scratch = try Program.scratch()
    defer { try? FileManager.default.removeItem(atPath: scratch) }
    // The thorough preset takes minutes: a second after its start it is at work.
    let result = try Program.run(
      ["verify", "--preset", "thorough", "--threads", "1"], in: scratch, interruptAfter: 1)
    #expect(result.code == 130)
    #expect(result.error.hasSuffix("Error: interrupted; nothing was written\n"))
    #expect(try FileManager.default.contentsOfDirectory(atPath: scratch) == [])
  }

  @Test func withoutGnuplotTheRunCompletesAndNamesTheMissingPlots() throws {
    let scratch = try Program.scratch()
    defer { try? FileManager.default.removeItem(atPath: scratch) }
    let result = try Program.run(
      ["verify", "--preset", "quick", "--claim", "variance-falls-as-one-over-n", "--quiet"], in: scratch,
      path: "/nonexistent")
    #expect(result.code == 0)
    #expect(
      result.error.contains("'variance-falls-as-one-over-n-decay' is missing: gnuplot was not found on PATH"))
    #expect(
      try String(contentsOfFile: scratch + "/out/report.html", encoding: .utf8).contains(
        "gnuplot was not found on PATH"))
  }

  @Test func optionErrorsAreCollected() throws {
    let scratch = try Program.scratch()
    defer { try? FileManager.default.removeItem(atPath: scratch) }
    let result = try Program.run(["verify", "--claim", "sample-variance", "--threads", "0"], in: scratch)
    #expect(result.code == 64)
    #expect(
      result.error.hasPrefix(
        """
        Error: The value '0' is invalid for '--threads <n>': it must lie in 1...1024.
               There is no claim 'sample-variance'. The nearest are 'sample-variance-unbiased', 
        """))
  }

  @Test func strictComparesWithTheLock() throws {
    let scratch = try Program.scratch()
    defer { try? FileManager.default.removeItem(atPath: scratch) }
    #expect(try Program.run(quick + ["--strict"], in: scratch).code == 66)
    #expect(try Program.run(quick, in: scratch).code == 0)
    #expect(try Program.run(["claims", "lock", "--verdicts", "out/verdicts.json"], in: scratch).code == 0)
    let same = try Program.run(quick + ["--strict"], in: scratch)
    #expect(same.code == 0)
    #expect(same.output.contains("1 registered"))
    let lock = try String(contentsOfFile: scratch + "/claims.lock", encoding: .utf8)
    try lock.replacing("sample-variance-unbiased  supported", with: "sample-variance-unbiased  refuted")
      .write(toFile: scratch + "/claims.lock", atomically: true, encoding: .utf8)
    let changed = try Program.run(quick + ["--strict"], in: scratch)
    #expect(changed.code == 1)
    #expect(changed.error.hasSuffix("Error: sample-variance-unbiased is supported, the lock has refuted\n"))
    try "nonsense\n".write(toFile: scratch + "/claims.lock", atomically: true, encoding: .utf8)
    let damaged = try Program.run(["claims"], in: scratch)
    #expect(damaged.code == 65)
    #expect(
      damaged.error
        == "Error: claims.lock:1: expected '<sha256>  <claim>  <verdict or ->', found 'nonsense'\n")
  }

  @Test func aFullDeviceIsAnOutputError() throws {
    let scratch = try Program.scratch()
    defer { try? FileManager.default.removeItem(atPath: scratch) }
    guard FileManager.default.fileExists(atPath: "/dev/full") else { return }
    let process = Process()
    process.executableURL = Program.url
    process.arguments = ["claims"]
    process.standardOutput = FileHandle(forWritingAtPath: "/dev/full")
    process.standardError = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    #expect(process.terminationStatus == 74)
  }

  @Test func aRunIsExportedAndTheExportIsNotARun() throws {
    let scratch = try Program.scratch()
    defer { try? FileManager.default.removeItem(atPath: scratch) }
    #expect(try Program.run(["export", "out", "--output", "notebooks"], in: scratch).code == 66)
    _ = try Program.run(quick, in: scratch)
    let result = try Program.run(["export", "out", "--output", "notebooks"], in: scratch)
    #expect(result.code == 0)
    #expect(result.output.hasSuffix("start with analysis.ipynb\n"))
    #expect(try Program.run(["export", "notebooks", "--output", "again"], in: scratch).code == 65)
    #expect(try Program.run(["export", "out", "--output", "out"], in: scratch).code == 73)
  }

  @Test func durationsAreReadable() {
    #expect(ProgressLine.duration(12.4) == "12 s")
    #expect(ProgressLine.duration(3725) == "1 h 02 min")
    #expect(ProgressLine.duration(125) == "2 min 05 s")
    #expect(ProgressLine.duration(.infinity) == "a long time")
  }

  @Test func nearestNamesComeFirst() {
    let known = ["neyman-optimal", "uniform-suboptimal", "released-rows-aligned"]
    #expect(ClaimSelection.nearest(to: "neymen-optimal", among: known).first == "neyman-optimal")
    #expect(ClaimSelection.nearest(to: "aligned", among: known).first == "released-rows-aligned")
  }
}
