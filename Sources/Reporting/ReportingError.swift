/// What can keep a run from being written or read.
public enum ReportingError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The directory cannot be made where it was asked for.
  case cannotCreate(path: String, reason: String)
  /// The directory holds something that is not an earlier run of the same kind; `file` is the first such file.
  case foreignFile(directory: String, file: String, reason: String)
  /// A file could not be written to its end.
  case cannotWrite(file: String, reason: String)
  /// A file of a run is missing.
  case missing(file: String, reason: String)
  /// A file of a run holds what no run writes; `line` is nil for a file that is not read by lines.
  case damaged(file: String, line: Int?, reason: String)

  /// One sentence that names the file.
  public var description: String {
    switch self {
    case .cannotCreate(let path, let reason): "cannot create '\(path)': \(reason)"
    case .foreignFile(let directory, let file, let reason):
      "will not replace '\(directory)': '\(file)' \(reason); name a new or empty directory"
    case .cannotWrite(let file, let reason): "cannot write '\(file)': \(reason)"
    case .missing(let file, let reason): "cannot open '\(file)': \(reason)"
    case .damaged(let file, let line, let reason): "\(file):\(line.map { "\($0):" } ?? "") \(reason)"
    }
  }
}
