import Foundation

/// Writes one file so that a reader sees the old content or the new one, never a part.
public enum AtomicFile {
  /// Writes `text` to a hidden sibling of `path`, flushes it, and renames it.
  public static func write(_ text: String, to path: String) throws(ReportingError) {
    let url = URL(fileURLWithPath: path).resolvingSymlinksInPath()
    var isDirectory: ObjCBool = false
    if FileManager.default.fileExists(atPath: url.path, isDirectory: &isDirectory), isDirectory.boolValue {
      throw .cannotCreate(path: path, reason: "a directory of that name exists")
    }
    let sibling = url.deletingLastPathComponent().path + "/.\(url.lastPathComponent).partial-\(getpid())"
    let descriptor = open(sibling, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw .cannotCreate(path: path, reason: String(cString: strerror(errno))) }
    let bytes = Array(text.utf8)
    var failure: Int32 = 0
    bytes.withUnsafeBytes { buffer in
      var offset = 0
      while offset < buffer.count, failure == 0 {
        let count = Foundation.write(
          descriptor, buffer.baseAddress.map { $0 + offset }, buffer.count - offset)
        if count >= 0 { offset += count } else if errno != EINTR { failure = errno }
      }
    }
    if failure == 0, fsync(descriptor) != 0, errno != EINVAL { failure = errno }
    if close(descriptor) != 0, failure == 0 { failure = errno }
    if failure == 0, rename(sibling, url.path) != 0 { failure = errno }
    guard failure == 0 else {
      unlink(sibling)
      throw .cannotWrite(file: path, reason: String(cString: strerror(failure)))
    }
  }
}
