import Claims
import Foundation

/// The lock file of the specifications, as the commands find and read it.
enum LockFile {
  /// Where it is looked for without `--lock`.
  static let defaultName = "claims.lock"

  /// The lock at `path`; without a path that in the current directory, nil where there is none.
  static func read(_ path: String?) throws(CommandFailure) -> ClaimLock? {
    let name = path ?? defaultName
    guard path != nil || FileManager.default.fileExists(atPath: name) else { return nil }
    guard let data = FileManager.default.contents(atPath: name) else {
      throw CommandFailure(.inputMissing, "cannot open the lock file '\(name)'")
    }
    guard let text = String(data: data, encoding: .utf8) else {
      throw CommandFailure(.inputData, "\(name):1: the lock file is not UTF-8 text")
    }
    do throws(ClaimLock.LockError) {
      return try ClaimLock(text: text)
    } catch {
      switch error {
      case .malformed(let line, let text):
        throw CommandFailure(
          .inputData,
          "\(name):\(line): expected '<sha256>  <claim>  <verdict or ->', found '\(text.prefix(120))'")
      case .duplicate(let line, let id):
        throw CommandFailure(.inputData, "\(name):\(line): the claim '\(id)' stands twice")
      }
    }
  }
}
