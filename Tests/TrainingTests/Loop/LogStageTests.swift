import Foundation
import Testing

@testable import Training

@Suite struct LogStageTests {
  @Test func namesAreThoseOfARecord() throws {
    let record = try TinyRun.finish(try TinyRun.warm(), steps: 1).records[0]
    #expect(record.metrics.map(\.name) == LogStage.names)
    #expect(Set(LogStage.names).count == LogStage.names.count)
  }

  /// Every count again, from the rollouts and one by one.
  @Test func metricsAreThoseOfTheRollouts() throws {
    let outcome = try TinyRun.finish(
      try TinyRun.warm {
        $0.method = "dynamo"
        $0.steps = 8
        $0.poolSize = 40
        $0.promptsPerStep = 20
      })
    var tokens = 0
    var rollouts = 0
    var unequal = false
    for (record, judged) in zip(outcome.records, outcome.rollouts) {
      let batch = judged.batch
      tokens += batch.tokenCount
      rollouts += batch.count
      unequal = unequal || Set(judged.counts).count > 1
      func close(_ name: String, _ value: Double, _ comment: Comment? = nil) {
        // The same sums in another order: 10⁻¹² relative is far above 64-bit rounding of a thousand terms.
        let logged = record[name] ?? .nan
        #expect(abs(logged - value) <= 1e-12 * max(1, abs(value)), "\(name) is \(logged), not \(value)")
      }
      var groups = Array(repeating: [Double](), count: judged.prompts.count)
      for rollout in 0..<batch.count { groups[batch.groups[rollout]].append(judged.rewards[rollout]) }
      #expect(groups.map(\.count) == judged.counts)
      close("reward", judged.rewards.reduce(0, +) / Double(batch.count))
      let known = groups.filter { !$0.isEmpty }
      close("pass@1", known.map { $0.reduce(0, +) / Double($0.count) }.reduce(0, +) / Double(known.count))
      close("all_zero_ratio", Double(known.count { $0.allSatisfy { $0 == 0 } }) / Double(known.count))
      close("all_one_ratio", Double(known.count { $0.allSatisfy { $0 == 1 } }) / Double(known.count))
      close("frac_reward_zero_std", Double(known.count { Set($0).count == 1 }) / Double(known.count))
      let lengths = (0..<batch.count).map { Double(batch.starts[$0 + 1] - batch.starts[$0]) }
      close("response_length/mean", lengths.reduce(0, +) / Double(batch.count))
      close("response_length/max", lengths.max() ?? 0)
      close("completions/clipped_ratio", Double(batch.isTerminated.count { !$0 }) / Double(batch.count))
      close("entropy", batch.entropies.reduce(0) { $0 + Double($1) } / Double(batch.tokenCount))
      close("rollout_allocation/min", Double(judged.counts.min() ?? 0))
      close("rollout_allocation/max", Double(judged.counts.max() ?? 0))
      close("sampled/tokens", Double(tokens))
      close("sampled/rollouts", Double(rollouts))
      let norm = try #require(record["grad_norm"])
      close("variance_proxy/proxy1_signal_strength", norm * norm)
      let scores = (0..<batch.count).map { rollout in
        (batch.starts[rollout]..<batch.starts[rollout + 1]).reduce(0.0) { sum, token in
          let probability = exp(Double(batch.logProbabilities[token]))
          return sum + max(0, 1 - 2 * probability + Double(batch.sumsOfSquares[token]))
        }
      }
      close("variance_proxy/expected_w", scores.reduce(0, +) / Double(batch.count))
    }
    #expect(unequal)
  }
}
