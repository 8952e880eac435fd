import Foundation

/// Writes a directory in one step: nobody ever sees it half-written.
///
/// Files go into a hidden sibling first, which is renamed when all of them are on the disk. A directory that is there already is replaced if it is
/// empty or holds the marker file of an earlier run; anything else is left alone.
struct OutputDirectory {
  /// The path to write to.
  let path: String
  /// A file whose presence tells that a directory was written by the same command.
  let marker: String

  /// Fails where `path` is taken by something that is not an earlier output.
  func check() throws(CommandFailure) {
    var isDirectory: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) else { return }
    guard isDirectory.boolValue else { throw taken("it is a file") }
    let entries = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
    guard entries.isEmpty || entries.contains(marker) else {
      throw taken("it is not empty and holds no \(marker) of an earlier run")
    }
  }

  /// Calls `fill` with the path of a temporary directory, then puts that directory in place of `path`.
  func write(_ fill: (String) throws -> Void) throws(CommandFailure) {
    try check()
    let target = URL(fileURLWithPath: path).standardizedFileURL
    let parent = target.deletingLastPathComponent().path
    let name = ".\(target.lastPathComponent).partial-\(ProcessInfo.processInfo.processIdentifier)"
    let temporary = parent + "/" + name
    let old = temporary + "-old"
    do {
      try FileManager.default.createDirectory(atPath: parent, withIntermediateDirectories: true)
      try? FileManager.default.removeItem(atPath: temporary)
      try FileManager.default.createDirectory(atPath: temporary, withIntermediateDirectories: false)
    } catch { throw failed(error) }
    do {
      try fill(temporary)
      if FileManager.default.fileExists(atPath: target.path) {
        try FileManager.default.moveItem(atPath: target.path, toPath: old)
      }
      try FileManager.default.moveItem(atPath: temporary, toPath: target.path)
      try? FileManager.default.removeItem(atPath: old)
    } catch {
      try? FileManager.default.removeItem(atPath: temporary)
      if FileManager.default.fileExists(atPath: old), !FileManager.default.fileExists(atPath: target.path) {
        try? FileManager.default.moveItem(atPath: old, toPath: target.path)
      }
      if let failure = error as? CommandFailure { throw failure }
      throw failed(error)
    }
  }

  private func taken(_ reason: String) -> CommandFailure {
    CommandFailure(.cannotCreate, "cannot write to '\(path)' given by '--output <dir>': \(reason)")
  }

  private func failed(_ error: any Error) -> CommandFailure {
    CommandFailure(
      .cannotCreate, "cannot write to '\(path)' given by '--output <dir>': \(error.localizedDescription)")
  }
}
