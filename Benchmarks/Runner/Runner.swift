import Foundation

/// The project's side of the benchmarks; `Benchmarks/run` calls it and the peers in turn.
///
///     AllotBenchmarks simulate ESTIMATOR GROUP PAIRS THREADS   one timed simulation, as a CSV line
///     AllotBenchmarks spin                                     how much a second thread adds on this machine just now
///     AllotBenchmarks peak COMMAND…                            wall seconds, peak MiB and status of a command
@main
struct Runner {
  static func main() {
    let arguments = Array(CommandLine.arguments.dropFirst())
    switch arguments.first {
    case "simulate":
      guard arguments.count == 5, let measure = SimulationMeasure(arguments.dropFirst()) else { usage() }
      print(measure.run())
    case "spin": print(String(format: "%.3f", SpinMeasure.secondThreadGain()))
    case "peak" where arguments.count > 1:
      guard let line = CommandMeasure.run(Array(arguments.dropFirst())) else { exit(1) }
      print(line)
    default: usage()
    }
  }

  private static func usage() -> Never {
    FileHandle.standardError.write(
      Data(
        "usage: AllotBenchmarks simulate none|rloo|grpo GROUP PAIRS THREADS | spin | peak COMMAND...\n".utf8))
    exit(64)
  }
}
