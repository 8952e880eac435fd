import ArgumentParser
import Foundation

/// The command `allot`.
@main
struct Allot: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "allot",
    abstract:
      "Examine the theory of rollout allocation, audit rollout logs, allocate rollouts, and train with what holds.",
    version: ToolVersion.current,
    subcommands: [
      VerifyCommand.self, VarianceCommand.self, AllocateCommand.self, ModulateCommand.self,
      AuditCommand.self, ClaimsCommand.self, ExportCommand.self, TrainCommand.self, EvaluateCommand.self,
      CompareCommand.self, ArenaCommand.self, RetrievalCommand.self,
    ])

  /// Runs the command line; failures of our own leave with the exit code they carry, all others as ArgumentParser has them.
  static func main() async {
    signal(SIGPIPE, SIG_IGN)
    do {
      var command = try parseAsRoot()
      if var asynchronous = command as? any AsyncParsableCommand {
        try await asynchronous.run()
      } else {
        try command.run()
      }
      try StandardOutput.flush()
    } catch let failure as CommandFailure {
      leave(failure)
    } catch {
      guard exitCode(for: error) == .success else { exit(withError: error) }
      // ArgumentParser would print help and version without looking whether they were written.
      do throws(CommandFailure) { try StandardOutput.write(fullMessage(for: error) + "\n") } catch {
        leave(error)
      }
      Foundation.exit(0)
    }
  }

  private static func leave(_ failure: CommandFailure) -> Never {
    StandardError.write("Error: \(failure.message)\n")
    Foundation.exit(failure.code.rawValue)
  }
}
