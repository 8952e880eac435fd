import Foundation
import Statistics

/// How much a second thread adds on this machine: 2.00 on two idle cores, less where cores are shared or throttled.
///
/// The speed-up of any program on two threads is bounded by this number at the time of measuring, so it is measured beside it.
enum SpinMeasure {
  static func secondThreadGain() -> Double {
    let one = seconds(jobs: 8, threads: 1)
    let two = seconds(jobs: 8, threads: 2)
    return one / two
  }

  private static func seconds(jobs: Int, threads: Int) -> Double {
    let clock = ContinuousClock()
    let start = clock.now
    let words = (try? parallelMap(count: jobs, threads: threads) { spin(UInt64($0)) }) ?? []
    let elapsed = clock.now - start
    // Using the words keeps the work from being removed.
    precondition(words.count == jobs)
    return Double(elapsed.components.seconds) + Double(elapsed.components.attoseconds) * 1e-18
  }

  /// Integer arithmetic in registers: no memory, no vector unit, no clock change.
  private static func spin(_ seed: UInt64) -> UInt64 {
    var word = seed
    for _ in 0..<20_000_000 {
      word = word &* 0x5851_F42D_4C95_7F2D &+ 0x1405_7B7E_F767_814F
    }
    return word
  }
}
