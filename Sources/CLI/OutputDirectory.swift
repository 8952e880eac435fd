import Reporting

/// A directory that a command fills in one step: begun before the work, so that a run of hours does not end in a refusal, and put in its place at the end.
extension Interruption {
  /// Begins the directory `path`, which a signal from now on clears away.
  func directory(_ path: String, kind: RunManifest.Kind) throws -> PartialDirectory {
    let directory = try CommandFailure.reporting { () throws(ReportingError) in
      try PartialDirectory(target: path, kind: kind)
    }
    guardDirectory(directory)
    return directory
  }

  /// Writes `files` and puts the directory in its place.
  func commit(_ files: [RunFile], to directory: PartialDirectory) throws {
    for file in files {
      try throwIfRequested()
      try CommandFailure.reporting { () throws(ReportingError) in try directory.write(file) }
    }
    try throwIfRequested()
    try CommandFailure.reporting { () throws(ReportingError) in try directory.commit() }
  }
}

extension StandardError {
  /// Says which plots could not be drawn, and why.
  static func write(missingPlots: [(name: String, reason: String)]) {
    for (name, reason) in missingPlots { write("Warning: the plot '\(name)' is missing: \(reason)\n") }
  }
}
