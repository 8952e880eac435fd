import ArgumentParser
import Claims
import Foundation
import Interchange
import Reporting

/// `allot claims`: the register, one specification, or the lock.
struct ClaimsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "claims",
    abstract: "List the claims, print one specification, or lock all of them.",
    subcommands: [Show.self, Lock.self],
    defaultSubcommand: Show.self)

  /// `allot claims [ID]`.
  struct Show: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "show", abstract: "List the claims, or print the specification of one (default).")

    @Argument(help: ArgumentHelp("The claim whose specification to print.", valueName: "id"))
    var id: String?

    @Option(
      help: ArgumentHelp(
        "The lock of the specifications (default: claims.lock if there is one).", valueName: "file"))
    var lock: String?

    @OptionGroup var options: GlobalOptions

    func run() async throws {
      var errors = OptionErrors()
      options.check(&errors)
      let claims = ClaimSelection.select(id.map { [$0] } ?? [], from: allClaims, &errors)
      try errors.throwIfAny()
      let lock = try LockFile.read(lock)
      let specifications = claims.map(\.specification)
      if options.json {
        let values = specifications.map { Self.json($0, lock) }
        let value = id == nil ? JSONValue.array(values) : values.first ?? .null
        try StandardOutput.write(value.text(pretty: true) + "\n")
      } else if id == nil {
        let rows = specifications.map {
          [$0.id, $0.section.rawValue, Self.registration($0, lock), $0.statement]
        }
        try StandardOutput.write(
          AlignedText.table(
            header: ["claim", "section", "registration", "statement"], rows: rows, width: VerdictTable.width))
      } else {
        for specification in specifications {
          try StandardOutput.write(SpecificationText.text(specification, lock))
        }
      }
    }

    private static func registration(_ specification: ClaimSpecification, _ lock: ClaimLock?) -> String {
      (lock?.registration(of: specification) ?? .exploratory).rawValue
    }

    private static func json(_ specification: ClaimSpecification, _ lock: ClaimLock?) -> JSONValue {
      guard case .object(let entries) = JSONValue(specification.structured) else { return .null }
      return .object(
        entries + [
          ("spec_sha256", .string(specification.sha256)),
          ("registration", .string(registration(specification, lock))),
        ])
    }
  }

  /// `allot claims lock`.
  struct Lock: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "lock",
      abstract: "Write the hash of every specification, and recorded verdicts, to a lock file.")

    @Option(help: ArgumentHelp("The lock file to write.", valueName: "file"))
    var output = LockFile.defaultName

    @Option(help: ArgumentHelp("Record the verdicts of this verdicts.json.", valueName: "file"))
    var verdicts: String?

    @OptionGroup var options: GlobalOptions

    func run() async throws {
      var errors = OptionErrors()
      options.check(&errors)
      try errors.throwIfAny()
      var recorded: [String: Verdict] = [:]
      if let verdicts {
        do throws(ReportingError) {
          recorded = try RecordedVerdicts.read(verdicts, claims: allClaims)
        } catch {
          throw CommandFailure(error)
        }
      }
      let lock = ClaimLock(claims: allClaims, verdicts: recorded)
      try OutputFile.write(lock.text, to: output)
      if options.json {
        let entries = lock.entries.map { entry in
          JSONValue.object([
            ("id", .string(entry.id)), ("spec_sha256", .string(entry.sha256)),
            ("verdict", entry.verdict.map { .string($0.rawValue) } ?? .null),
          ])
        }
        try StandardOutput.write(JSONValue.array(entries).text(pretty: true) + "\n")
      } else if !options.quiet {
        try StandardOutput.write(
          "\(output): \(lock.entries.count) specifications, \(recorded.count) verdicts\n")
      }
    }
  }
}
