/// One file of a run directory: where it goes and what it holds.
public struct RunFile: Sendable, Hashable {
  /// The path inside the run directory, with `/` between folders, such as `tables/neyman-optimal.csv`.
  public var path: String
  /// The content.
  public var bytes: [UInt8]

  /// A file of raw bytes.
  public init(path: String, bytes: [UInt8]) {
    self.path = path
    self.bytes = bytes
  }

  /// A file of UTF-8 text.
  public init(path: String, text: String) { self.init(path: path, bytes: Array(text.utf8)) }
}
