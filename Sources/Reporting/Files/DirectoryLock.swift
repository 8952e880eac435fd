import Foundation

/// Keeps a directory to one process while it is held.
///
/// An advisory lock of the directory itself, which the system gives back however the process ends: nothing is left behind that would have to be cleared away.
public final class DirectoryLock: Sendable {
  private let descriptor: Int32

  /// Takes the lock on an existing directory.
  ///
  /// Throws where another holder has it. Where the file system knows no locks there is nothing to hold, and nothing is refused.
  public init(_ path: String) throws(ReportingError) {
    descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else {
      throw .missing(file: path, reason: String(cString: strerror(errno)))
    }
    // Where this throws, the end of the object closes the descriptor.
    if flock(descriptor, LOCK_EX | LOCK_NB) != 0, errno == EWOULDBLOCK {
      throw .cannotWrite(file: path, reason: "another process is working there")
    }
  }

  deinit { close(descriptor) }
}
