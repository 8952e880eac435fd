import ArgumentParser
import Claims
import Foundation
import Interchange
import Reporting
import Training

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
      // Examined by training, not by a claim's code, and listed at its place in the register: the last.
      let isTraining = id == DynamoTrainsBetter.id
      let claims =
        isTraining ? [] : ClaimSelection.select(id.map { [$0] } ?? [], from: allClaims, &errors)
      try errors.throwIfAny()
      let lock = try LockFile.read(lock)
      let specifications = claims.map(\.specification)
      if options.json {
        var values = specifications.map { Self.json($0, lock) }
        if id == nil || isTraining { values.append(Self.trainingJSON(lock)) }
        let value = id == nil ? JSONValue.array(values) : values.first ?? .null
        try StandardOutput.write(value.text(pretty: true) + "\n")
      } else if id == nil {
        let rows = specifications.map {
          [$0.id, $0.section.rawValue, Self.registration($0, lock), $0.statement]
        }
        let training = [
          DynamoTrainsBetter.id, ClaimSection.learning.rawValue,
          DynamoTrainsBetter.registration(lock).rawValue,
          "\(DynamoTrainsBetter.statement) (`\(DynamoTrainsBetter.examinedBy)`)",
        ]
        try StandardOutput.write(
          AlignedText.table(
            header: ["claim", "section", "registration", "statement"], rows: rows + [training],
            width: VerdictTable.width))
      } else if isTraining {
        try StandardOutput.write(SpecificationText.training(lock))
      } else {
        for specification in specifications {
          try StandardOutput.write(SpecificationText.text(specification, lock))
        }
      }
    }

    private static func registration(_ specification: ClaimSpecification, _ lock: ClaimLock?) -> String {
      (lock?.registration(of: specification) ?? .exploratory).rawValue
    }

    private static func trainingJSON(_ lock: ClaimLock?) -> JSONValue {
      guard case .object(let entries) = JSONValue(DynamoTrainsBetter.specification) else { return .null }
      return .object(
        entries + [
          ("spec_sha256", .string(DynamoTrainsBetter.specificationHash)),
          ("registration", .string(DynamoTrainsBetter.registration(lock).rawValue)),
          ("examined_by", .string(DynamoTrainsBetter.examinedBy)),
        ])
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
      var lock = ClaimLock(claims: allClaims, verdicts: recorded)
      // A rule that is fixed before the runs must be locked before them, whoever applies it.
      lock.entries.append(
        ClaimLock.Entry(
          id: DynamoTrainsBetter.id, sha256: DynamoTrainsBetter.specificationHash,
          verdict: recorded[DynamoTrainsBetter.id]))
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
