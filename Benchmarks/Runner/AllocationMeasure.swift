import Foundation
import Training

/// How often a step asks the allocator for memory, counted by the library that `Benchmarks/run` preloads (`count_allocations.c`).
enum AllocationMeasure {
  private typealias Counter = @convention(c) () -> UInt64

  /// Lines `training,allot,allocations,WORK,,THREADS,,calls per step,bytes per step,growth of the heap in bytes over all steps`.
  static func run(threads: Int, steps: Int) -> [String] {
    guard let calls = counter("counted_allocations"), let bytes = counter("counted_bytes"),
      let heap = counter("counted_heap")
    else {
      FileHandle.standardError.write(Data("the counting library is not preloaded\n".utf8))
      exit(1)
    }
    let work = TrainingWork()
    var stepper = TrainingStepper(work: work, threads: threads)
    let sampler = Sampler(configuration: work.configuration)
    func measure(_ name: String, _ step: () -> Void) -> String {
      // Memory grows with the first steps, and the pool of threads with the first parallel ones.
      for _ in 0..<10 { step() }
      let before = (calls(), bytes(), Int(heap()))
      for _ in 0..<steps { step() }
      let after = (calls(), bytes(), Int(heap()))
      return String(
        format: "training,allot,allocations,%@,,%d,,%.2f,%.0f,%d", name, threads,
        Double(after.0 - before.0) / Double(steps), Double(after.1 - before.1) / Double(steps),
        after.2 - before.2)
    }
    return [
      measure("update") { stepper.stepWithKnownCoefficients() },
      measure("step with statistics") { _ = stepper.step() },
      measure("sampling of 64") { _ = work.sample(64, with: sampler, threads: threads) },
    ]
  }

  private static func counter(_ name: String) -> Counter? {
    // RTLD_DEFAULT, a null pointer on Linux: every library that is loaded.
    dlsym(nil, name).map { unsafeBitCast($0, to: Counter.self) }
  }
}

/// What the system says of this process's memory.
enum ProcessMemory {
  /// MiB of physical memory at this moment.
  static var residentMebibytes: Double {
    let fields =
      (try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8))?.split(separator: " ") ?? []
    guard fields.count > 1, let pages = Double(fields[1]) else { return 0 }
    return pages * Double(sysconf(Int32(_SC_PAGESIZE))) / Double(1 << 20)
  }
}
