import ArgumentParser
import Foundation

/// The options that every command takes.
struct GlobalOptions: ParsableArguments {
  @Option(help: ArgumentHelp("The root seed of every random stream.", valueName: "n"))
  var seed: UInt64 = 20_260_219

  @Option(
    help: ArgumentHelp("Threads to compute on (default: the processors of this machine).", valueName: "n"))
  var threads: Int?

  @Flag(help: "Print machine-readable JSON to standard output.")
  var json = false

  @Flag(help: "Print no progress and no summary.")
  var quiet = false

  /// The number of threads to use, after checking.
  func threadCount() -> Int { threads ?? ProcessInfo.processInfo.activeProcessorCount }

  /// Adds what is wrong with these options to `errors`.
  func check(_ errors: inout OptionErrors) {
    if let threads {
      errors.require(
        (1...1024).contains(threads),
        "The value '\(threads)' is invalid for '--threads <n>': it must lie in 1...1024.")
    }
  }
}
