import ArgumentParser
import Foundation
import Interchange
import Reporting

/// `allot export`: a run directory for notebooks.
struct ExportCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export",
    abstract: "Export a run for notebooks: tidy CSVs, figures, the column dictionary and a notebook.")

  @Argument(
    help: ArgumentHelp("The directory of a run of `allot verify` or `allot audit`.", valueName: "run"))
  var runDirectory: String

  @Option(
    help: ArgumentHelp("The directory to write; an earlier export there is replaced.", valueName: "dir"))
  var output: String

  @Option(
    help: ArgumentHelp(
      "The directory of an `allot compare`, whose verdict, tables and figures join the export.",
      valueName: "dir"))
  var comparison: String?

  @OptionGroup var options: GlobalOptions

  func run() async throws {
    var errors = OptionErrors()
    options.check(&errors)
    try errors.throwIfAny()
    let interruption = Interruption()
    let directory = try OutputDirectory(output, kind: .export, interruption)
    // Does nothing once committed.
    defer { directory.discard() }
    let files: [RunFile]
    do throws(ReportingError) {
      let run = try StoredRun(directory: runDirectory)
      var compared: StoredComparison?
      if let comparison { compared = try StoredComparison(directory: comparison) }
      let writer = ExportWriter(run, comparison: compared)
      files = writer.files()
    } catch {
      throw CommandFailure(error)
    }
    try directory.commit(files)
    if options.json {
      let list = JSONValue.object([
        ("output", .string(output)), ("files", .array(files.map { .string($0.path) })),
      ])
      try StandardOutput.write(list.text(pretty: true) + "\n")
    } else if !options.quiet {
      try StandardOutput.write("\(output): \(files.count) files; start with \(ExportWriter.notebookName)\n")
    }
  }
}
