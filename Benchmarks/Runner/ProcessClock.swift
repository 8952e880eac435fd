import Foundation

/// Wall time and the processor time of all threads of this process, in seconds.
struct ProcessClock {
  private(set) var wall: [Double] = []
  private(set) var processor: [Double] = []

  /// Times one piece of work and keeps both times.
  mutating func time<Result>(_ work: () -> Result) -> Result {
    let (wallStart, processorStart) = (Self.now(CLOCK_MONOTONIC), Self.now(CLOCK_PROCESS_CPUTIME_ID))
    let result = work()
    wall.append(Self.now(CLOCK_MONOTONIC) - wallStart)
    processor.append(Self.now(CLOCK_PROCESS_CPUTIME_ID) - processorStart)
    return result
  }

  /// The medians, as `wall,processor`.
  var medians: String { String(format: "%.6g,%.6g", Self.median(wall), Self.median(processor)) }

  static func median(_ values: some Collection<Double>) -> Double {
    let sorted = values.sorted()
    precondition(!sorted.isEmpty, "no time was taken")
    return (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2
  }

  private static func now(_ clock: clockid_t) -> Double {
    var time = timespec()
    clock_gettime(clock, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }
}
