import Statistics
import Training

@testable import Reporting

/// A comparison made up here: two splits, ten paired seeds, the shifts of the variants as asked.
enum ComparisonFixture {
  static let tool = ToolDescription(
    version: "0.0.0", commit: nil, compiler: "Swift 6.3", gsl: "2.7.1", cpu: nil)

  /// Runs of the reference, the two variants and the control at both budgets under both aggregations.
  ///
  /// A run's score is that of its seed plus its method's shift plus noise of standard deviation `spread`, so that the differences are the shifts.
  static func runs(
    published: Double = 0.05, released: Double = 0.04, control: Double? = -0.2, spread: Double = 0.002,
    seeds: Int = 10
  ) -> [ComparisonRun] {
    let shifts: [(String, Double?)] = [
      ("grpo", 0), ("dynamo", published), ("dynamo-as-released", released), ("untrained", control),
    ]
    return ComparisonBudget.allCases.flatMap { budget in
      ["prompt-equal", "rollout-mean"].flatMap { aggregation in
        shifts.enumerated().flatMap { place, entry in
          (0..<(entry.1 == nil ? 0 : seeds)).map { seed in
            var stream = RandomStream(
              StreamKey(
                seed: 91, claim: "comparison-files/\(budget)/\(aggregation)", designPoint: UInt64(place),
                replicate: UInt64(seed)))
            let noise = entry.0 == "grpo" ? 0 : spread * stream.normal()
            let rate = 0.4 + 0.01 * Double(seed) + (entry.1 ?? 0) + noise
            return ComparisonRun(
              method: entry.0, seed: UInt64(seed), budget: budget, aggregation: aggregation,
              scores: [
                SplitScore(split: "add", passAt1: rate, passAt32: rate + 0.2),
                SplitScore(split: "chain", passAt1: rate - 0.1, passAt32: rate + 0.1),
              ])
          }
        }
      }
    }
  }

  static func curves() -> [LearningPoint] {
    ["grpo", "dynamo"].flatMap { method in
      (0..<3).flatMap { seed in
        (0...4).map { step in
          LearningPoint(
            budget: .rollouts, aggregation: "prompt-equal", method: method, seed: UInt64(seed), step: step,
            tokens: 500 * step, rollouts: 64 * step, metric: "pass@1",
            value: 0.3 + 0.03 * Double(step) + 0.01 * Double(seed))
        }
      }
    }
  }

  static func files(_ runs: [ComparisonRun] = runs(), seconds: Double? = 12) throws -> ComparisonFiles {
    // No verdict reads a bootstrap interval, so few resamples do.
    let comparison = try Comparison(runs: runs, settings: .init(resamples: 100))
    return ComparisonFiles(
      comparison: comparison, runs: runs, curves: curves(),
      verdict: DynamoTrainsBetter.verdict(comparison, setting: "made-up runs"), setting: "made-up runs",
      tool: tool, configurationText: "steps: 4\n", seconds: seconds)
  }

  /// Writes the comparison into a directory.
  static func write(_ files: ComparisonFiles, to scratch: ScratchDirectory, under name: String) throws {
    try scratch.write(
      files.files().map { RunFileText(path: $0.path, text: String(decoding: $0.bytes, as: UTF8.self)) },
      under: name)
  }
}
