import Foundation

/// A file that only grows, and is cut back to a known length when a run goes on from a checkpoint.
public final class GrowingFile {
  /// The file.
  public let path: String
  /// Its length in bytes.
  public private(set) var length: Int
  private let descriptor: Int32

  /// Opens `path`, creating it if need be, and cuts it to `length` bytes.
  ///
  /// Throws `damaged` where the file is shorter than that: lines are missing which the checkpoint has seen.
  public init(path: String, length: Int) throws(ReportingError) {
    self.path = path
    self.length = length
    descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw AtomicFile.failure(path) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw AtomicFile.failure(path) }
    guard Int(status.st_size) >= length else {
      close(descriptor)
      throw .damaged(
        file: path, line: nil,
        reason: "it has \(status.st_size) bytes, the checkpoint was written when it had \(length)")
    }
    guard ftruncate(descriptor, off_t(length)) == 0 else { throw AtomicFile.failure(path) }
  }

  deinit { close(descriptor) }

  /// Adds `text` at the end; where that fails the file is cut back to what it was.
  public func append(_ text: String) throws(ReportingError) {
    var text = text
    let before = length
    let failed = text.withUTF8 { bytes -> Bool in
      var offset = 0
      while offset < bytes.count {
        let count = write(descriptor, bytes.baseAddress.map { $0 + offset }, bytes.count - offset)
        if count >= 0 { offset += count } else if errno != EINTR { return true }
      }
      length += bytes.count
      return false
    }
    if failed {
      let error = AtomicFile.failure(path)
      _ = ftruncate(descriptor, off_t(before))
      throw error
    }
  }

  /// Waits until everything is on the disk.
  public func synchronize() throws(ReportingError) {
    if fsync(descriptor) != 0, errno != EINVAL { throw AtomicFile.failure(path) }
  }
}
