import Foundation

/// Writes a file in one step: into a sibling first, then renamed.
enum OutputFile {
  /// Writes `text` to `path`; 73 where it cannot be created, 74 where writing fails, and then nothing is left behind.
  ///
  /// A target that is no regular file (a device, a pipe) is written to as it stands: a rename would replace it.
  static func write(_ text: String, to path: String) throws(CommandFailure) {
    var status = stat()
    let isSpecial = stat(path, &status) == 0 && status.st_mode & S_IFMT != S_IFREG
    let temporary = isSpecial ? path : path + ".partial-\(ProcessInfo.processInfo.processIdentifier)"
    guard let file = fopen(temporary, "w") else {
      throw CommandFailure(.cannotCreate, "cannot create '\(path)': \(String(cString: strerror(errno)))")
    }
    let bytes = Array(text.utf8)
    let written = fwrite(bytes, 1, bytes.count, file)
    let synced = fflush(file) == 0 && (isSpecial || fsync(fileno(file)) == 0)
    let closed = fclose(file) == 0
    guard written == bytes.count, synced, closed, isSpecial || rename(temporary, path) == 0 else {
      let reason = String(cString: strerror(errno))
      if !isSpecial { unlink(temporary) }
      throw CommandFailure(.inputOutput, "cannot write '\(path)': \(reason)")
    }
  }
}
