import Foundation
import Interchange

/// What a directory written by this program says of itself in `datapackage.json`: which command wrote it, and which files are its own.
///
/// A directory is replaced only when every file in it is on its own list, so that nothing a user put there is ever deleted.
public struct RunManifest: Sendable, Hashable {
  /// What a directory holds.
  public enum Kind: String, Sendable, CaseIterable {
    /// A run of `allot verify`.
    case verify
    /// A run of `allot audit`.
    case audit
    /// A comparison by `allot compare`.
    case compare
    /// A contest by `allot arena`.
    case arena
    /// A contest by `allot retrieval`.
    case retrieval
    /// What `allot export` made of a run.
    case export
  }

  /// The file that holds the manifest.
  public static let fileName = "datapackage.json"
  /// The key of the command in `datapackage.json`.
  static let kindKey = "allot_kind"
  /// The key of the list of files in `datapackage.json`.
  static let filesKey = "allot_files"
  /// The largest manifest that is read, in bytes.
  static let largestSize = 64 << 20

  /// The command that wrote the directory.
  public var kind: Kind
  /// Every file of the directory, as paths inside it.
  public var files: Set<String>

  /// Reads the manifest of `directory`; nil where there is none or where it is not one of ours.
  public init?(directory: String) {
    let path = directory + "/" + Self.fileName
    guard let size = try? FileManager.default.attributesOfItem(atPath: path)[.size] as? Int,
      size <= Self.largestSize,
      let data = FileManager.default.contents(atPath: path),
      let document = try? JSONValue(parsing: data, file: path),
      let kind = document[Self.kindKey]?.stringValue.flatMap(Kind.init(rawValue:)),
      let files = document[Self.filesKey]?.arrayValue
    else { return nil }
    self.kind = kind
    self.files = Set(files.compactMap(\.stringValue))
  }

  /// Throws unless `directory` may be replaced by a new run of `kind`: it is empty, or an earlier run of that kind and nothing else.
  public static func checkReplaceable(directory: String, kind: Kind) throws(ReportingError) {
    guard let enumerator = FileManager.default.enumerator(atPath: directory) else {
      throw .cannotCreate(path: directory, reason: "the directory that stands there cannot be read")
    }
    var found: [String] = []
    while let path = enumerator.nextObject() as? String {
      if enumerator.fileAttributes?[.type] as? FileAttributeType != .typeDirectory { found.append(path) }
    }
    guard let first = found.min() else { return }
    guard let manifest = RunManifest(directory: directory) else {
      throw .foreignFile(directory: directory, file: first, reason: "was not written by this program")
    }
    guard manifest.kind == kind else {
      throw .foreignFile(
        directory: directory, file: fileName, reason: "says that `allot \(manifest.kind.rawValue)` wrote it")
    }
    if let foreign = found.filter({ !manifest.files.contains($0) }).min() {
      throw .foreignFile(
        directory: directory, file: foreign, reason: "does not belong to the run that is there")
    }
  }
}
