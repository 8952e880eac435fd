import Foundation
import Statistics

/// Seconds for the factors of many tokens: the elementwise kernels that they are made of.
///
/// What is timed is the exponential of every token's log-probability, which the compensation needs, and the logistic decay of every
/// token's entropy, the stabilisation. A batch function that yields both factors from tokens is to be timed in `factors` instead,
/// under the same name.
struct FactorMeasure {
  static let passes = 5

  let count: Int

  /// Lines `factors,allot,formulation,,,,,seconds`, each the median over passes.
  func run() -> [String] {
    var stream = RandomStream(StreamKey(seed: 1, claim: "factors"))
    let logProbabilities = (0..<count).map { _ in -8 * stream.uniform() }
    let entropies = (0..<count).map { _ in 4 * stream.uniform() }
    var probabilities = [Double](repeating: 0, count: count)
    var stabilisation = probabilities
    var seconds: [(exponential: Double, decay: Double)] = []
    for _ in 0..<Self.passes {
      let (exponential, decay) = factors(logProbabilities, entropies, &probabilities, &stabilisation)
      seconds.append((exponential, decay))
    }
    let index = Self.passes / 2
    let lines = [
      ("both", seconds.map { $0.exponential + $0.decay }.sorted()[index]),
      ("exponential", seconds.map(\.exponential).sorted()[index]),
      ("logistic decay", seconds.map(\.decay).sorted()[index]),
    ]
    // Using the numbers keeps the work from being removed.
    precondition(probabilities.allSatisfy { $0 > 0 } && stabilisation.allSatisfy { $0 >= 0.25 })
    return lines.map { "factors,allot,\($0.0),,,,,\(String(format: "%.5f", $0.1))" }
  }

  private func factors(
    _ logProbabilities: [Double], _ entropies: [Double], _ probabilities: inout [Double],
    _ stabilisation: inout [Double]
  ) -> (exponential: Double, decay: Double) {
    let exponential = threadSeconds {
      logProbabilities.withUnsafeBufferPointer { from in
        probabilities.withUnsafeMutableBufferPointer { ElementwiseFunctions.exponentials(of: from, into: $0) }
      }
    }
    let decay = threadSeconds {
      entropies.withUnsafeBufferPointer { from in
        stabilisation.withUnsafeMutableBufferPointer {
          ElementwiseFunctions.logisticDecay(
            of: from, floor: 0.25, steepness: 5, midpoint: 1.5, into: $0)
        }
      }
    }
    return (exponential, decay)
  }
}
