import Foundation

/// Standard output with its errors seen: a full disk or a closed pipe is a failure, not silence.
///
/// It writes to the descriptor, because Swift 6 does not let C's `stdout`, a shared mutable variable, be named.
enum StandardOutput {
  /// Writes `text` as UTF-8.
  static func write(_ text: String) throws(CommandFailure) {
    if let reason = Descriptor.write(text, to: STDOUT_FILENO) {
      throw CommandFailure(
        .inputOutput, "cannot write to standard output: \(String(cString: strerror(reason)))")
    }
  }

  /// Does nothing: every write went through; kept so that callers need not know.
  static func flush() throws(CommandFailure) {}
}

/// Standard error.
enum StandardError {
  /// Writes `text`; there is nobody left to tell when that fails.
  static func write(_ text: String) { _ = Descriptor.write(text, to: STDERR_FILENO) }

  /// Whether a person at a terminal reads it.
  static var isTerminal: Bool { isatty(STDERR_FILENO) == 1 }
}

/// A file descriptor.
private enum Descriptor {
  /// Writes all of `text`; returns the error number where that fails.
  static func write(_ text: String, to descriptor: Int32) -> Int32? {
    var text = text
    return text.withUTF8 { bytes in
      var offset = 0
      while offset < bytes.count {
        let count = Foundation.write(descriptor, bytes.baseAddress.map { $0 + offset }, bytes.count - offset)
        if count >= 0 { offset += count } else if errno != EINTR { return errno }
      }
      return nil
    }
  }
}
