import Foundation

/// A file that is written from front to back, with every failure of the system reported.
///
/// Nothing is buffered here: what `append` has returned from is with the system, and on the disk after `synchronize`.
final class OutputFile {
  /// The path, which errors carry.
  let path: String
  private let descriptor: Int32

  /// Creates the file at `path`, or empties the one that is there.
  convenience init(creating path: String) throws(InterchangeError) {
    try self.init(path, flags: O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC)
  }

  /// Opens the file at `path` to go on at byte `position`, and cuts off what is behind it.
  ///
  /// A file shorter than `position` is an error: it is not the file that the position was taken from.
  convenience init(continuing path: String, at position: Int) throws(InterchangeError) {
    precondition(position >= 0, "position is \(position), it must not be negative")
    try self.init(path, flags: O_WRONLY | O_CLOEXEC)
    let length = Int(lseek(descriptor, 0, SEEK_END))
    if length < 0 { throw failure(errno) }
    if length < position {
      throw .unwritable(file: path, reason: "it has \(length) bytes and was to be continued at \(position)")
    }
    if ftruncate(descriptor, off_t(position)) != 0 { throw failure(errno) }
    if lseek(descriptor, off_t(position), SEEK_SET) < 0 { throw failure(errno) }
  }

  private init(_ path: String, flags: Int32) throws(InterchangeError) {
    self.path = path
    descriptor = open(path, flags, 0o644)
    if descriptor < 0 { throw failure(errno) }
  }

  deinit { if descriptor >= 0 { close(descriptor) } }

  /// Writes all of `bytes`.
  func append(_ bytes: UnsafeRawBufferPointer) throws(InterchangeError) {
    var rest = bytes
    while let base = rest.baseAddress, !rest.isEmpty {
      let written = write(descriptor, base, rest.count)
      if written < 0 {
        if errno == EINTR { continue }
        throw failure(errno)
      }
      rest = UnsafeRawBufferPointer(rebasing: rest[written...])
    }
  }

  /// Writes all elements as they lie in memory.
  func append<Element: BitwiseCopyable>(_ elements: ArraySlice<Element>) throws(InterchangeError) {
    let result: Result<Void, InterchangeError> = elements.withUnsafeBytes { bytes in
      Result { () throws(InterchangeError) in try append(bytes) }
    }
    try result.get()
  }

  /// Waits until what was written is on the disk.
  func synchronize() throws(InterchangeError) {
    // A pipe or a terminal has nothing to wait for and says EINVAL.
    if fsync(descriptor) != 0 && errno != EINVAL && errno != EROFS { throw failure(errno) }
  }

  private func failure(_ code: Int32) -> InterchangeError {
    .unwritable(file: path, reason: String(cString: strerror(code)))
  }
}
