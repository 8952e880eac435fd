import Foundation

/// Writes a file in one step: into a sibling first, then renamed.
enum OutputFile {
  /// Writes `text` to `path`; 73 where it cannot be created, 74 where writing fails, and then nothing is left behind.
  static func write(_ text: String, to path: String) throws(CommandFailure) {
    let temporary = path + ".partial-\(ProcessInfo.processInfo.processIdentifier)"
    guard let file = fopen(temporary, "w") else {
      throw CommandFailure(.cannotCreate, "cannot create '\(path)': \(String(cString: strerror(errno)))")
    }
    let bytes = Array(text.utf8)
    let written = fwrite(bytes, 1, bytes.count, file)
    let synced = fflush(file) == 0 && fsync(fileno(file)) == 0
    let closed = fclose(file) == 0
    guard written == bytes.count, synced, closed, rename(temporary, path) == 0 else {
      let reason = String(cString: strerror(errno))
      unlink(temporary)
      throw CommandFailure(.inputOutput, "cannot write '\(path)': \(reason)")
    }
  }
}
