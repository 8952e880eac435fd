import Reporting

/// A directory that a command fills in one step: begun before the work, so that a run of hours does not end in a refusal, and put in its place at the end.
struct OutputDirectory {
  private let partial: PartialDirectory
  private let interruption: Interruption

  /// Begins the directory `path`, which a signal from now on clears away.
  init(_ path: String, kind: RunManifest.Kind, _ interruption: Interruption) throws(CommandFailure) {
    partial = try CommandFailure.reporting { () throws(ReportingError) in
      try PartialDirectory(target: path, kind: kind)
    }
    self.interruption = interruption
    interruption.guardDirectory(partial)
  }

  /// Writes `files` and puts the directory in its place.
  func commit(_ files: [RunFile]) throws(CommandFailure) {
    for file in files {
      try interruption.throwIfRequested()
      try CommandFailure.reporting { () throws(ReportingError) in try partial.write(file) }
    }
    try interruption.throwIfRequested()
    try CommandFailure.reporting { () throws(ReportingError) in try partial.commit() }
  }

  /// Clears away what was not committed.
  func discard() { partial.discard() }
}

extension StandardError {
  /// Says which plots could not be drawn, and why.
  static func write(missingPlots: [(name: String, reason: String)]) {
    for (name, reason) in missingPlots { write("Warning: the plot '\(name)' is missing: \(reason)\n") }
  }
}
