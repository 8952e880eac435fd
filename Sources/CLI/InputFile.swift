import Foundation

/// Reads a whole small input; `-` is standard input.
enum InputFile {
  /// The largest input that is read whole, in bytes; a world or a table of counts is far smaller.
  static let limit = 1 << 28

  /// The bytes of the file; a missing file leaves with 66, one that cannot be read or is too long with 65.
  static func bytes(_ path: String) throws(CommandFailure) -> [UInt8] {
    let handle: FileHandle
    if path == "-" {
      handle = .standardInput
    } else {
      guard let opened = FileHandle(forReadingAtPath: path) else {
        throw CommandFailure(.inputMissing, "cannot open '\(path)': \(String(cString: strerror(errno)))")
      }
      handle = opened
    }
    do {
      let data = try handle.read(upToCount: limit + 1) ?? Data()
      guard data.count <= limit else {
        throw CommandFailure(.inputData, "'\(path)' has more than \(limit) bytes")
      }
      return Array(data)
    } catch let failure as CommandFailure {
      throw failure
    } catch {
      var isDirectory: ObjCBool = false
      let isFolder =
        FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) && isDirectory.boolValue
      throw CommandFailure(
        .inputData, "cannot read '\(path)': \(isFolder ? "it is a directory" : error.localizedDescription)")
    }
  }
}
