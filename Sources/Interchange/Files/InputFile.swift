import Foundation

/// A regular file whose bytes are read at given places; its length is taken once, when it is opened.
///
/// The file stays the same one if its path is given to another file meanwhile.
final class InputFile: Sendable {
  /// The path, which errors carry.
  let path: String
  /// Bytes in the file when it was opened.
  let count: Int
  private let descriptor: Int32

  /// Opens the file at `path`.
  init(path: String) throws(InterchangeError) {
    self.path = path
    // Without O_NONBLOCK, opening a pipe would wait for its other end.
    descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    var status = stat()
    let code = descriptor < 0 || fstat(descriptor, &status) != 0 ? errno : 0
    count = Int(status.st_size)
    if code != 0 { throw .missing(file: path, reason: String(cString: strerror(code))) }
    if status.st_mode & S_IFMT != S_IFREG {
      throw .missing(file: path, reason: "it is not a regular file")
    }
  }

  deinit { if descriptor >= 0 { close(descriptor) } }

  /// Fills `buffer` with the bytes from `position` on; a file that ends before is an error.
  func read(into buffer: UnsafeMutableRawBufferPointer, at position: Int) throws(InterchangeError) {
    var filled = 0
    while filled < buffer.count, let base = buffer.baseAddress {
      let count = pread(descriptor, base + filled, buffer.count - filled, off_t(position + filled))
      if count < 0 {
        if errno == EINTR { continue }
        throw .unreadable(file: path, reason: String(cString: strerror(errno)))
      }
      if count == 0 {
        throw .unreadable(
          file: path, reason: "it ends at byte \(position + filled): it was cut while it was read")
      }
      filled += count
    }
  }

  /// The bytes in `range`, which must lie in the file.
  func bytes(_ range: Range<Int>) throws(InterchangeError) -> [UInt8] {
    precondition(
      range.lowerBound >= 0 && range.upperBound <= count, "the range \(range) is not in 0..<\(count)")
    var failure: InterchangeError?
    let bytes = [UInt8](unsafeUninitializedCapacity: range.count) { buffer, filled in
      do throws(InterchangeError) {
        try read(into: UnsafeMutableRawBufferPointer(buffer), at: range.lowerBound)
        filled = range.count
      } catch {
        failure = error
      }
    }
    if let failure { throw failure }
    return bytes
  }
}
