import CNumerics
import Foundation
import Statistics
import Training

/// The trainer's side of `Benchmarks/run training`.
///
///     training blas                          the kernel of the matrix products, and the warning if there is one
///     training check FOLDER                  weights, batch, gradient and rollouts for the peer to compare with
///     training step THREADS STEPS            seconds for one training step, a CSV line
///     training sample COUNT THREADS CALLS    seconds for COUNT rollouts, a CSV line
///     training allocations THREADS STEPS     calls of the allocator in each step, a CSV line per kind of work
///     training long STEPS                    throughput at the end of a run against its beginning, a CSV line
///     training run STEPS                     a run with the default configuration; for `peak`
enum TrainingMeasure {
  /// The lines to print, or nil for arguments that are none of these.
  static func run(_ arguments: [String]) -> [String]? {
    let numbers = arguments.dropFirst().map { Int($0) ?? 0 }
    let counts = numbers.allSatisfy { $0 > 0 } ? numbers : []
    switch (arguments.first, counts.count) {
    case ("blas", 0): return [blas]
    case ("check", _) where arguments.count == 2: return TrainingCheck.write(to: arguments[1])
    case ("step", 2): return [step(threads: counts[0], steps: counts[1])]
    case ("sample", 3): return [sample(counts[0], threads: counts[1], calls: counts[2])]
    case ("allocations", 2): return AllocationMeasure.run(threads: counts[0], steps: counts[1])
    case ("long", 1): return [long(steps: counts[0])]
    case ("run", 1): return run(steps: counts[0])
    default: return nil
    }
  }

  /// Steps and calls before the clock starts: memory has then grown and caches are warm.
  static let warmUp = 3

  private static var blas: String {
    guard let description = numerics_blas_start() else { return "no matrix products" }
    func text<Tuple>(_ tuple: Tuple) -> String {
      withUnsafeBytes(of: tuple) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    }
    let warning = text(description.pointee.warning)
    return (description.pointee.is_openblas == 1 ? "OpenBLAS, kernel " : "own ")
      + text(description.pointee.core)
      + (warning.isEmpty ? "" : "; warning: \(warning)")
  }

  private static func step(threads: Int, steps: Int) -> String {
    var stepper = TrainingStepper(work: TrainingWork(), threads: threads)
    for _ in 0..<warmUp { _ = stepper.step() }
    var clock = ProcessClock()
    for _ in 0..<steps {
      let loss = clock.time { stepper.step().loss }
      precondition(loss.isFinite, "the loss is \(loss)")
    }
    return "training,allot,eager,step,,\(threads),\(stepper.work.scored.count),\(clock.medians)"
  }

  private static func sample(_ count: Int, threads: Int, calls: Int) -> String {
    let work = TrainingWork()
    let sampler = Sampler(configuration: work.configuration)
    for _ in 0..<warmUp { _ = work.sample(count, with: sampler, threads: threads) }
    var clock = ProcessClock()
    for _ in 0..<calls {
      let batch = clock.time { work.sample(count, with: sampler, threads: threads) }
      precondition(batch.tokenCount == count * TrainingWork.length, "\(batch.tokenCount) tokens")
    }
    return
      "training,allot,all statistics,sample-\(count),,\(threads),\(count * TrainingWork.length),\(clock.medians)"
  }

  /// Steps of sampling and training on small batches; the medians of the first and the last tenth, by processor time, and resident MiB at both ends.
  private static func long(steps: Int) -> String {
    let work = TrainingWork(sequences: 8)
    let sampler = Sampler(configuration: work.configuration)
    var stepper = TrainingStepper(work: work, threads: 1)
    var clock = ProcessClock()
    let part = max(1, steps / 10)
    var residentBefore = 0.0
    for index in 0..<steps {
      clock.time {
        _ = work.sample(8, with: sampler, threads: 1)
        _ = stepper.step()
      }
      if index + 1 == part { residentBefore = ProcessMemory.residentMebibytes }
    }
    let first = ProcessClock.median(clock.processor.prefix(part))
    let last = ProcessClock.median(clock.processor.suffix(part))
    return String(
      format: "training,allot,long,%d,,1,,%.6g,%.6g,%.1f,%.1f", steps, first, last, residentBefore,
      ProcessMemory.residentMebibytes)
  }

  /// A hundred supervised steps and `steps` of reinforcement with the defaults of a training run, `nano` on two threads.
  private static func run(steps: Int) -> [String] {
    do {
      var configuration = RunConfiguration()
      configuration.warmUpSteps = 100
      configuration.steps = steps
      let tasks = try TaskSet(
        builtIn: TaskTier.allCases, seed: configuration.seed, poolSize: configuration.poolSize,
        problemsPerSplit: configuration.finalProblems, verifier: .exact)
      let run = try TrainingRun(
        configuration: configuration, tasks: tasks, shape: .nano(vocabularySize: tasks.vocabulary.count))
      while !run.isFinished { _ = try run.advance(threads: 2) }
      return ["training,allot,run,\(run.state.step),,2,\(run.state.tokens),,"]
    } catch {
      preconditionFailure("the run failed: \(error)")
    }
  }
}
