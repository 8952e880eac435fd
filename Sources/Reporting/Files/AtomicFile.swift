import Foundation

/// Writes whole files in one step: a reader sees the old file or the new one.
public enum AtomicFile {
  /// What the name of a half-written sibling holds.
  static let partialMark = ".partial-"

  /// Writes `bytes` to `path` through a sibling that is flushed to the disk and renamed.
  public static func write(_ bytes: [UInt8], to path: String) throws(ReportingError) {
    let temporary = path + "\(partialMark)\(getpid())"
    let descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw failure(path) }
    var error: ReportingError?
    bytes.withUnsafeBytes { bytes in
      var offset = 0
      while offset < bytes.count, error == nil {
        let count = Foundation.write(
          descriptor, bytes.baseAddress.map { $0 + offset }, bytes.count - offset)
        if count >= 0 { offset += count } else if errno != EINTR { error = failure(path) }
      }
    }
    if error == nil, fsync(descriptor) != 0, errno != EINVAL { error = failure(path) }
    if close(descriptor) != 0, error == nil { error = failure(path) }
    if error == nil, rename(temporary, path) != 0 { error = failure(path) }
    if let error {
      unlink(temporary)
      throw error
    }
  }

  /// The error of the last system call on `path`.
  static func failure(_ path: String) -> ReportingError {
    .cannotWrite(file: path, reason: String(cString: strerror(errno)))
  }
}
