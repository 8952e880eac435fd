import Foundation
import Interchange
import Reporting
import Statistics
import Training

/// Reads what the runs of a comparison have left.
enum ComparisonResults {
  /// The counts of a run's evaluation; nil where there is none for these settings.
  static func evaluation(_ directory: String, _ name: String, digest: String) -> [SplitResult]? {
    let path = directory + "/\(name).json"
    guard let data = FileManager.default.contents(atPath: path),
      let document = try? JSONValue(parsing: data, file: path),
      document["configuration_sha256"]?.stringValue == digest
    else { return nil }
    return EvaluationDocument.results(document)
  }

  /// Every row with every seed under both budgets, and the untrained control beside them.
  static func runs(_ plan: ComparisonPlan) throws(CommandFailure) -> [ComparisonRun] {
    var runs: [ComparisonRun] = []
    var tables: [String] = []
    for row in plan.rows where !tables.contains(row.table) { tables.append(row.table) }
    for table in tables {
      for budget in ComparisonBudget.allCases {
        for row in plan.rows where row.table == table {
          for seed in plan.seeds {
            let text = RunSettings.text(plan.configuration(row.unit, seed))
            let directory = plan.runDirectory(row.unit, seed)
            runs.append(
              ComparisonRun(
                method: row.unit.method, seed: seed, budget: budget, aggregation: table,
                scores: try scores(directory, ComparisonPlan.file(budget), text)))
          }
        }
        for seed in plan.seeds {
          let text = RunSettings.text(plan.warmConfiguration(seed))
          runs.append(
            ComparisonRun(
              method: DynamoTrainsBetter.control, seed: seed, budget: budget, aggregation: table,
              scores: try scores(plan.warmDirectory(seed), "evaluation", text)))
        }
      }
    }
    return runs
  }

  private static func scores(_ directory: String, _ name: String, _ text: String) throws(CommandFailure)
    -> [SplitScore]
  {
    guard let results = evaluation(directory, name, digest: SHA256.hexadecimal(of: text)) else {
      throw CommandFailure(.inputMissing, "the evaluation '\(directory)/\(name).json' is missing or damaged")
    }
    var scores: [SplitScore] = []
    do throws(TrainingError) { for result in results { scores.append(try SplitScore(result)) } } catch {
      throw CommandFailure(error)
    }
    return scores
  }

  /// Learning curves: the evaluations along every run, up to where each budget was spent.
  static func curves(_ plan: ComparisonPlan) throws(CommandFailure) -> [LearningPoint] {
    var points: [LearningPoint] = []
    let metric = "val-core/average/acc/mean@\(plan.base.evaluationSamples)"
    for row in plan.rows {
      for seed in plan.seeds {
        let directory = plan.runDirectory(row.unit, seed)
        let path = directory + "/metrics.jsonl"
        guard let data = FileManager.default.contents(atPath: path) else {
          throw CommandFailure(.inputMissing, "'\(path)' is missing")
        }
        for line in data.split(separator: UInt8(ascii: "\n")) {
          guard let entry = try? JSONValue(parsing: line, file: path), let step = entry["step"]?.integerValue,
            let values = entry["data"], let value = values[metric]?.doubleValue,
            let tokens = values["sampled/tokens"]?.doubleValue,
            let rollouts = values["sampled/rollouts"]?.doubleValue
          else { continue }
          for budget in ComparisonBudget.allCases {
            points.append(
              LearningPoint(
                budget: budget, aggregation: row.table, method: row.unit.method, seed: seed, step: step,
                tokens: Int(tokens), rollouts: Int(rollouts), metric: "evaluation pass@1", value: value))
          }
        }
      }
    }
    return points
  }
}
