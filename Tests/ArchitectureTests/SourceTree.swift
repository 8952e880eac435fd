import Foundation

/// The package's files, found from this file's own place in it.
enum SourceTree {
  static let root = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  /// The files below `folder` with one of the endings, as (path below the root, text), in the order of their paths.
  static func files(in folder: String, endings: Set<String> = ["swift"]) throws -> [(
    path: String, text: String
  )] {
    let start = root.appending(path: folder)
    guard let enumerator = FileManager.default.enumerator(at: start, includingPropertiesForKeys: nil) else {
      throw CocoaError(.fileReadNoSuchFile)
    }
    var files: [(path: String, text: String)] = []
    for case let file as URL in enumerator where endings.contains(file.pathExtension) {
      let path = String(file.path().dropFirst(root.path().count))
      files.append((path, try String(contentsOf: file, encoding: .utf8)))
    }
    return files.sorted { $0.path < $1.path }
  }

  /// The names of the folders directly below `folder`.
  static func folders(in folder: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(
      at: root.appending(path: folder), includingPropertiesForKeys: [.isDirectoryKey]
    )
    .filter { try $0.resourceValues(forKeys: [.isDirectoryKey]).isDirectory == true }
    .map(\.lastPathComponent).sorted()
  }
}
