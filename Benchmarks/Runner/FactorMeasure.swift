import Foundation
import Modulation
import Statistics

/// Seconds for both factors of many tokens on one core, from arrays of log-probabilities, entropies and advantages.
///
/// What is timed is all that a trainer asks for: the released entropy change, both factors and their product, as `AdvantageModulation` makes them, beside the two elementwise
/// kernels that bound it from below.
struct FactorMeasure {
  static let passes = 5

  let count: Int

  /// Lines `factors,allot,formulation,,,,,seconds`, each the median over passes.
  func run() -> [String] {
    var stream = RandomStream(StreamKey(seed: 1, claim: "factors"))
    let logProbabilities = (0..<count).map { _ in -8 * stream.uniform() }
    let entropies = (0..<count).map { _ in 4 * stream.uniform() }
    let advantages = (0..<count).map { _ in stream.normal() }
    guard
      let batch = try? TokenBatch(
        logProbabilities: logProbabilities, entropies: entropies, advantages: advantages,
        sequences: (0..<count).map { $0 / 256 })
    else { preconditionFailure("the tokens made for the measure were refused") }
    var seconds: [(both: Double, exponential: Double, decay: Double)] = []
    var buffer = [Double](repeating: 0, count: count)
    for _ in 0..<Self.passes {
      var check = 0.0
      let both = threadSeconds {
        let factors = try? AdvantageModulationAsReleased.mode6.factors(batch)
        check = factors?.product.last ?? 0
      }
      precondition(check > 0, "the factors are missing")
      let (exponential, decay) = kernels(logProbabilities, entropies, &buffer)
      seconds.append((both, exponential, decay))
    }
    let index = Self.passes / 2
    let lines = [
      ("both", seconds.map(\.both).sorted()[index]),
      ("exponential", seconds.map(\.exponential).sorted()[index]),
      ("logistic decay", seconds.map(\.decay).sorted()[index]),
    ]
    return lines.map { "factors,allot,\($0.0),,,,,\(String(format: "%.5f", $0.1))" }
  }

  private func kernels(_ logProbabilities: [Double], _ entropies: [Double], _ buffer: inout [Double]) -> (
    exponential: Double, decay: Double
  ) {
    let exponential = threadSeconds {
      logProbabilities.withUnsafeBufferPointer { from in
        buffer.withUnsafeMutableBufferPointer { ElementwiseFunctions.exponentials(of: from, into: $0) }
      }
    }
    // Using the numbers keeps the work from being removed.
    precondition(buffer.allSatisfy { $0 > 0 })
    let decay = threadSeconds {
      entropies.withUnsafeBufferPointer { from in
        buffer.withUnsafeMutableBufferPointer {
          ElementwiseFunctions.logisticDecay(
            of: from, floor: 0.25, steepness: 5, midpoint: 1.5, into: $0)
        }
      }
    }
    precondition(buffer.allSatisfy { $0 >= 0.25 })
    return (exponential, decay)
  }
}
