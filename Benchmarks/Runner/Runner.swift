import Foundation

/// The project's side of the benchmarks; `Benchmarks/run` calls it and the peers in turn.
///
///     AllotBenchmarks simulate ESTIMATOR GROUP PAIRS THREADS   one timed simulation, as a CSV line
///     AllotBenchmarks vocabulary ROWS [SUM_PEER]              bandwidth of the vocabulary sums and of plain sums, CSV lines
///     AllotBenchmarks factors COUNT                            seconds for the factors of COUNT tokens, CSV lines
///     AllotBenchmarks training WHAT…                           the trainer, see `TrainingMeasure`
///     AllotBenchmarks rules PROMPTS ROUNDS                     the arena and the one-shot rules, Markdown tables
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
    case "vocabulary":
      guard arguments.count > 1, let rows = Int(arguments[1]), rows > 0 else { usage() }
      let peer = arguments.count > 2 ? arguments[2] : nil
      for line in VocabularyMeasure(rows: rows, peer: peer).run() { print(line) }
    case "factors":
      guard arguments.count == 2, let count = Int(arguments[1]), count > 0 else { usage() }
      for line in FactorMeasure(count: count).run() { print(line) }
    case "training":
      guard let lines = TrainingMeasure.run(Array(arguments.dropFirst())) else { usage() }
      for line in lines { print(line) }
    case "rules":
      guard arguments.count == 3, let prompts = Int(arguments[1]), let rounds = Int(arguments[2]),
        prompts > 0, rounds > 0
      else { usage() }
      for line in RulesMeasure.run(prompts: prompts, rounds: rounds) { print(line) }
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
        """
        usage: AllotBenchmarks simulate none|rloo|grpo GROUP PAIRS THREADS | vocabulary ROWS [SUM_PEER]
               | factors COUNT | rules PROMPTS ROUNDS | spin | peak COMMAND...
               | training blas | training check FOLDER | training step THREADS STEPS
               | training sample COUNT THREADS CALLS | training allocations THREADS STEPS
               | training long STEPS | training run STEPS

        """.utf8))
    exit(64)
  }
}
