import Foundation
import Synchronization

/// A directory in the making: a hidden sibling of its final place that takes that place in one step, or vanishes.
///
/// Everything is written into `.NAME.partial-PID` next to the target, flushed to the disk, and renamed. A reader therefore sees the old directory,
/// or the new one, never a mixture. The partial directory is locked while its process lives; partial directories whose process was killed are
/// recognised by their free lock and removed by the next run (a process number would not do: on a shared file system it may belong to another host).
public final class PartialDirectory: Sendable {
  /// The absolute path of the final place, symbolic links resolved.
  public let target: String
  /// The absolute path of the directory in the making.
  public let path: String

  private let kind: RunManifest.Kind
  private let descriptor: Int32
  /// True once the directory was committed or discarded; also keeps the two apart when a signal arrives during the renames.
  private let finished = Mutex(false)

  /// Starts a directory that is to become `target`.
  ///
  /// Throws at once, before any work is done, where `target` could not be replaced in the end: it is no directory, holds other people's files, is a
  /// mount point, or its parent cannot be written.
  public init(target: String, kind: RunManifest.Kind) throws(ReportingError) {
    let place = try Self.resolve(target)
    if FileStatus(of: place) != nil { try RunManifest.checkReplaceable(directory: place, kind: kind) }
    let parent = (place as NSString).deletingLastPathComponent
    let prefix = ".\((place as NSString).lastPathComponent).partial-"
    Self.removeAbandoned(parent: parent, prefix: prefix)
    let partial = (parent == "/" ? "" : parent) + "/" + prefix + "\(getpid())"
    guard mkdir(partial, 0o777) == 0 else { throw Self.creationError(target) }
    let descriptor = open(partial, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { throw Self.creationError(target) }
    _ = flock(descriptor, LOCK_EX | LOCK_NB)
    self.target = place
    self.path = partial
    self.kind = kind
    self.descriptor = descriptor
  }

  deinit {
    discard()
    close(descriptor)
  }

  /// Writes `file`, making the folders on its way, and flushes it to the disk.
  ///
  /// - Precondition: the path is relative and stays inside the directory.
  public func write(_ file: RunFile) throws(ReportingError) {
    precondition(
      !file.path.isEmpty
        && file.path.split(separator: "/", omittingEmptySubsequences: false).allSatisfy {
          !$0.isEmpty && $0 != ".."
        },
      "the path '\(file.path)' leaves the run directory")
    var folder = path
    for component in file.path.split(separator: "/").dropLast() {
      folder += "/" + component
      if mkdir(folder, 0o777) != 0, errno != EEXIST { throw writeError(file.path) }
    }
    let output = open(path + "/" + file.path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
    guard output >= 0 else { throw writeError(file.path) }
    var failure: ReportingError?
    file.bytes.withUnsafeBytes { bytes in
      var offset = 0
      while offset < bytes.count, failure == nil {
        let count = Foundation.write(output, bytes.baseAddress.map { $0 + offset }, bytes.count - offset)
        if count >= 0 { offset += count } else if errno != EINTR { failure = writeError(file.path) }
      }
    }
    // A delayed "no space left" of a network file system shows here at the latest.
    if failure == nil, fsync(output) != 0, errno != EINVAL { failure = writeError(file.path) }
    if Foundation.close(output) != 0, failure == nil { failure = writeError(file.path) }
    if let failure { throw failure }
  }

  /// Puts the finished directory in its place, and removes what it replaces.
  ///
  /// An earlier run is renamed aside first and renamed back should the second rename fail.
  public func commit() throws(ReportingError) {
    let failure: ReportingError? = finished.withLock { finished in
      precondition(!finished, "the directory '\(target)' was committed or discarded before")
      do throws(ReportingError) {
        _ = fsync(descriptor)
        try exchange()
        finished = true
        return nil
      } catch { return error }
    }
    if let failure {
      discard()
      throw failure
    }
  }

  /// Removes the unfinished directory; does nothing after `commit`.
  ///
  /// Safe from any thread, also while another one writes: the directory first gets a name that no writer knows.
  public func discard() {
    finished.withLock { finished in
      guard !finished else { return }
      finished = true
      let dying = path + "-discarded"
      try? FileManager.default.removeItem(atPath: rename(path, dying) == 0 ? dying : path)
    }
  }

  private func exchange() throws(ReportingError) {
    guard let present = FileStatus(of: target) else {
      guard rename(path, target) == 0 else { throw Self.creationError(target) }
      return
    }
    guard present.isDirectory else { throw .cannotCreate(path: target, reason: "it is not a directory") }
    // The run took time: somebody may have put a file there since.
    try RunManifest.checkReplaceable(directory: target, kind: kind)
    // Another prefix than that of partial directories, so that no other process takes the earlier run for an abandoned one.
    let name = (target as NSString).lastPathComponent
    let aside = (target as NSString).deletingLastPathComponent + "/.\(name).previous-\(getpid())"
    guard rename(target, aside) == 0 else { throw Self.creationError(target) }
    guard rename(path, target) == 0 else {
      let error = Self.creationError(target)
      _ = rename(aside, target)
      throw error
    }
    try? FileManager.default.removeItem(atPath: aside)
  }

  private func writeError(_ file: String) -> ReportingError {
    .cannotWrite(file: target + "/" + file, reason: String(cString: strerror(errno)))
  }

  private static func creationError(_ path: String) -> ReportingError {
    let reason = String(cString: strerror(errno))
    // A full disk is an output error, whatever call meets it first.
    return errno == ENOSPC || errno == EDQUOT
      ? .cannotWrite(file: path, reason: reason) : .cannotCreate(path: path, reason: reason)
  }

  private static func removeAbandoned(parent: String, prefix: String) {
    for name in (try? FileManager.default.contentsOfDirectory(atPath: parent)) ?? []
    where name.hasPrefix(prefix) {
      let candidate = parent + "/" + name
      let descriptor = open(candidate, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
      guard descriptor >= 0 else { continue }
      if flock(descriptor, LOCK_EX | LOCK_NB) == 0 { try? FileManager.default.removeItem(atPath: candidate) }
      close(descriptor)
    }
  }

  /// The absolute path of `target` with symbolic links resolved, after checking that a directory could stand there.
  private static func resolve(_ target: String) throws(ReportingError) -> String {
    guard !target.isEmpty, !target.contains("\0") else {
      throw .cannotCreate(path: target, reason: "the name is empty")
    }
    if let present = FileStatus(of: target) {
      guard present.isDirectory else {
        throw .cannotCreate(path: target, reason: "a file of that name exists")
      }
      guard let real = realPath(target) else { throw creationError(target) }
      let parent = (real as NSString).deletingLastPathComponent
      guard real != "/", let above = FileStatus(of: parent), above.device == present.device else {
        throw .cannotCreate(
          path: target, reason: "it is a mount point and cannot be replaced; name a directory inside it")
      }
      return real
    }
    let url = URL(fileURLWithPath: target).standardizedFileURL
    let parent = url.deletingLastPathComponent().path
    guard let status = FileStatus(of: parent) else {
      throw .cannotCreate(path: target, reason: "the directory '\(parent)' does not exist")
    }
    guard status.isDirectory, let real = realPath(parent) else {
      throw .cannotCreate(path: target, reason: "'\(parent)' is not a directory")
    }
    return (real == "/" ? "" : real) + "/" + url.lastPathComponent
  }

  private static func realPath(_ path: String) -> String? {
    guard let resolved = realpath(path, nil) else { return nil }
    defer { free(resolved) }
    return String(cString: resolved)
  }
}

/// What `stat` says of a path.
private struct FileStatus {
  var isDirectory: Bool
  var device: dev_t

  /// Nil where nothing stands at `path`.
  init?(of path: String) {
    var status = stat()
    guard stat(path, &status) == 0 else { return nil }
    isDirectory = status.st_mode & S_IFMT == S_IFDIR
    device = status.st_dev
  }
}
