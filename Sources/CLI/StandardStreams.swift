import Foundation

/// Standard output with its errors seen: a full disk or a closed pipe is a failure, not silence.
enum StandardOutput {
  /// Writes `text` as UTF-8.
  static func write(_ text: String) throws(CommandFailure) {
    let written = text.utf8CString.withUnsafeBufferPointer { bytes in
      fwrite(bytes.baseAddress, 1, bytes.count - 1, stdout)
    }
    guard written == text.utf8.count else { throw failure() }
  }

  /// Flushes what was written.
  static func flush() throws(CommandFailure) {
    guard fflush(stdout) == 0 else { throw failure() }
  }

  private static func failure() -> CommandFailure {
    CommandFailure(.inputOutput, "cannot write to standard output: \(String(cString: strerror(errno)))")
  }
}

/// Standard error.
enum StandardError {
  /// Writes `text`; there is nobody left to tell when that fails.
  static func write(_ text: String) { fputs(text, stderr) }

  /// Whether a person at a terminal reads it.
  static var isTerminal: Bool { isatty(STDERR_FILENO) == 1 }
}
