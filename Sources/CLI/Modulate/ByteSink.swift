import Foundation

/// Where a stream of lines goes: standard output, or a file that appears whole at the end.
final class ByteSink {
  private let path: String?
  private let temporary: String?
  private let descriptor: Int32
  private var isOpen: Bool

  /// Standard output, or `path`: a regular file is written beside its place and renamed; a device or a pipe is written to as it stands.
  init(path: String?) throws(CommandFailure) {
    self.path = path
    guard let path else {
      temporary = nil
      descriptor = STDOUT_FILENO
      isOpen = false
      return
    }
    var status = stat()
    let isSpecial = stat(path, &status) == 0 && status.st_mode & S_IFMT != S_IFREG
    temporary = isSpecial ? nil : path + ".partial-\(ProcessInfo.processInfo.processIdentifier)"
    descriptor = open(temporary ?? path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666)
    isOpen = descriptor >= 0
    guard descriptor >= 0 else {
      throw CommandFailure(.cannotCreate, "cannot create '\(path)': \(String(cString: strerror(errno)))")
    }
  }

  /// The file that must not be left behind when the work is interrupted; nil where there is none.
  var partialFile: String? { isOpen ? temporary : nil }

  /// Writes all of `bytes`.
  func write(_ bytes: [UInt8]) throws(CommandFailure) {
    let failure: Int32? = bytes.withUnsafeBytes { buffer in
      var offset = 0
      while offset < buffer.count {
        let count = Foundation.write(
          descriptor, buffer.baseAddress.map { $0 + offset }, buffer.count - offset)
        if count >= 0 { offset += count } else if errno != EINTR { return errno }
      }
      return nil
    }
    if let failure { throw cannotWrite(failure) }
  }

  /// Puts the file in its place.
  func commit() throws(CommandFailure) {
    guard isOpen, let path else { return }
    isOpen = false
    let synced = temporary == nil || fsync(descriptor) == 0
    var failure: Int32? = synced ? nil : errno
    if close(descriptor) != 0, failure == nil { failure = errno }
    if let temporary {
      if failure == nil, rename(temporary, path) != 0 { failure = errno }
      if failure != nil { unlink(temporary) }
    }
    if let failure { throw cannotWrite(failure) }
  }

  deinit {
    guard isOpen else { return }
    close(descriptor)
    if let temporary { unlink(temporary) }
  }

  private func cannotWrite(_ reason: Int32) -> CommandFailure {
    CommandFailure(
      .inputOutput,
      "cannot write \(path.map { "'\($0)'" } ?? "to standard output"): \(String(cString: strerror(reason)))")
  }
}
