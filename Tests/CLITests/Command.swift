import Foundation
import Testing

/// A directory of its own in which the built `allot` is run as users run it: as a process.
struct Workspace {
  /// The directory, removed after the test.
  let directory: URL

  /// What a process left behind.
  struct Result {
    var status: Int32
    var output: String
    var errors: String
  }

  /// What keeps a process from giving a result.
  enum Failure: Error { case timedOut([String]), crashed([String], signal: Int32, String) }

  /// The executable: the build puts it next to the test bundle.
  static let executable = Bundle.main.bundleURL.appendingPathComponent("allot").path

  /// The path of `name` in the directory.
  func path(_ name: String) -> String { directory.appendingPathComponent(name).path }

  /// Writes a file into the directory.
  func write(_ text: String, to name: String) throws { try write(Array(text.utf8), to: name) }

  /// Writes a file into the directory.
  func write(_ bytes: [UInt8], to name: String) throws {
    try Data(bytes).write(to: directory.appendingPathComponent(name))
  }

  /// The bytes of a file of the directory.
  func read(_ name: String) throws -> Data { try Data(contentsOf: directory.appendingPathComponent(name)) }

  /// The regular files under `name`, as sorted paths inside it.
  func files(_ name: String = "") throws -> [String] {
    let folder = name.isEmpty ? directory.path : path(name)
    return try FileManager.default.subpathsOfDirectory(atPath: folder).filter {
      var isDirectory: ObjCBool = false
      return FileManager.default.fileExists(atPath: folder + "/" + $0, isDirectory: &isDirectory)
        && !isDirectory.boolValue
    }.sorted()
  }

  /// Runs `allot` with `words`.
  func run(_ words: String..., input: String = "") async throws -> Result {
    try await run(words: words, input: input)
  }

  /// The commands that run at the same time, a few for each core.
  private static let turnstile = Turnstile(places: 8)

  /// Runs `allot` with `arguments` in the directory.
  ///
  /// Output goes through files, so that no full pipe can stop the process. A process that takes longer than `timeout` seconds is ended, and
  /// one that a signal ends is an error: whatever the input, there is an exit code.
  func run(
    words arguments: [String], input: String = "", output: String? = nil,
    environment: [String: String] = [:], timeout: Double = 300, interruptAfter delay: Double? = nil
  ) async throws -> Result {
    await Self.turnstile.enter()
    do {
      let result = try await runNow(
        words: arguments, input: input, output: output, environment: environment, timeout: timeout,
        interruptAfter: delay)
      await Self.turnstile.leave()
      return result
    } catch {
      await Self.turnstile.leave()
      throw error
    }
  }

  private func runNow(
    words arguments: [String], input: String, output: String?, environment: [String: String],
    timeout: Double, interruptAfter delay: Double?
  ) async throws -> Result {
    let process = Process()
    let name = UUID().uuidString
    let logs = FileManager.default.temporaryDirectory.appendingPathComponent("allot-logs-" + name)
    try FileManager.default.createDirectory(at: logs, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: logs) }
    func file(_ name: String) throws -> URL {
      let url = logs.appendingPathComponent(name)
      try Data(name == "in" ? Array(input.utf8) : []).write(to: url)
      return url
    }
    let (outputFile, errorFile) = (try file("out"), try file("err"))
    process.executableURL = URL(fileURLWithPath: Self.executable)
    process.arguments = arguments
    process.currentDirectoryURL = directory
    let handles = [
      try FileHandle(forReadingFrom: try file("in")),
      try FileHandle(forWritingTo: output.map { URL(fileURLWithPath: $0) } ?? outputFile),
      try FileHandle(forWritingTo: errorFile),
    ]
    // The clock below keeps the process, and so its files, for as long as the timeout.
    defer { for handle in handles { try? handle.close() } }
    process.standardInput = handles[0]
    process.standardOutput = handles[1]
    process.standardError = handles[2]
    process.environment = ProcessInfo.processInfo.environment.merging(
      environment.merging(["COLUMNS": "80"]) { given, _ in given }
    ) { _, given in given }

    let expired = Flag()
    try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
      process.terminationHandler = { _ in continuation.resume() }
      do { try process.run() } catch { return continuation.resume(throwing: error) }
      let number = process.processIdentifier
      let later = DispatchQueue.global()
      if let delay { later.asyncAfter(deadline: .now() + delay) { kill(number, SIGINT) } }
      later.asyncAfter(deadline: .now() + timeout) {
        guard process.isRunning else { return }
        expired.raise()
        kill(number, SIGKILL)
      }
    }
    let errors = String(decoding: try Data(contentsOf: errorFile), as: UTF8.self)
    if expired.isRaised { throw Failure.timedOut(arguments) }
    guard process.terminationReason == .exit else {
      throw Failure.crashed(arguments, signal: process.terminationStatus, String(errors.prefix(2000)))
    }
    let text = String(decoding: try Data(contentsOf: outputFile), as: UTF8.self)
    return Result(status: process.terminationStatus, output: text, errors: errors)
  }
}

/// Calls `body` with a new workspace.
func inWorkspace(_ body: (Workspace) async throws -> Void) async throws {
  let directory = FileManager.default.temporaryDirectory.resolvingSymlinksInPath()
    .appendingPathComponent("allot-" + UUID().uuidString)
  try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: directory) }
  try await body(Workspace(directory: directory))
}

/// A truth value that turns true once, from any thread.
private final class Flag: Sendable {
  private let lock = NSLock()
  nonisolated(unsafe) private var value = false
  func raise() { lock.withLock { value = true } }
  var isRaised: Bool { lock.withLock { value } }
}
