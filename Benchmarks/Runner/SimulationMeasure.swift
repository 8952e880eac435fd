import Estimators
import Foundation
import Statistics

/// One timed simulation of the world that the peers simulate: eight actions, rewards in {0, 1}.
struct SimulationMeasure {
  static let probabilities = [0.05, 0.1, 0.15, 0.2, 0.1, 0.15, 0.2, 0.05]
  static let rewards: [Double] = [1, 0, 0, 1, 0, 1, 0, 0]

  let estimator: String
  let advantage: GroupAdvantage
  let group: Int
  let pairs: Int
  let threads: Int

  init?(_ arguments: ArraySlice<String>) {
    let arguments = Array(arguments)
    switch arguments[0] {
    case "none": advantage = .none
    case "rloo": advantage = .leaveOneOut
    case "grpo": advantage = .groupNormalised(deviation: .sample, epsilon: 1e-6)
    default: return nil
    }
    estimator = arguments[0]
    guard let group = Int(arguments[1]), let pairs = Int(arguments[2]), let threads = Int(arguments[3]),
      group > 1, pairs > 1, threads > 0
    else { return nil }
    self.group = group
    self.pairs = pairs
    self.threads = threads
  }

  /// The CSV line that the peers print too, and the SHA-256 of every number of the result.
  func run() -> String {
    _ = simulate(pairs: max(2, pairs / 10))
    let clock = ContinuousClock()
    let start = clock.now
    let result = simulate(pairs: pairs)
    let elapsed = clock.now - start
    let nanoseconds =
      Double(elapsed.components.seconds) * 1e9 + Double(elapsed.components.attoseconds) * 1e-9
    var fields = ["allot", "counts", "Philox4x32-10", estimator, "\(group)", "\(threads)", "\(2 * pairs)"]
    fields.append(String(format: "%.4f", nanoseconds / Double(2 * pairs)))
    for number in [result.trace.value, result.trace.standardError, result.secondMoment.value] {
      fields.append(String(format: "%.17g", number))
    }
    fields.append(SHA256.hexadecimal(of: "\(result)"))
    return fields.joined(separator: ",")
  }

  private func simulate(pairs: Int) -> SimulatedVariance {
    SoftmaxGroupSimulation.run(
      probabilities: Self.probabilities, rewards: Self.rewards, advantage: advantage, group: group,
      replicates: pairs, key: StreamKey(seed: 1, claim: "benchmark"), threads: threads)
  }
}
