import Foundation
import Interchange
import Reporting
import Statistics
import Training

/// Reads what the runs of a comparison have left.
enum ComparisonResults {
  /// The counts of a run's evaluation, what made them, and what the run had drawn by then; nil where there is none for these settings and tasks.
  static func evaluation(_ directory: String, _ name: String, digest: String)
    -> (results: [SplitResult], maker: String, spent: ComparisonRun.Spent?)?
  {
    let path = directory + "/\(name).json"
    guard let data = FileManager.default.contents(atPath: path),
      let document = try? JSONValue(parsing: data, file: path),
      document["configuration_sha256"]?.stringValue == digest
    else { return nil }
    return EvaluationDocument.results(document).map {
      (
        $0, document["maker"]?.stringValue ?? "an unknown build",
        document["rollouts"]?.integerValue.flatMap { rollouts in
          document["tokens"]?.integerValue.map { .init(rollouts: rollouts, tokens: $0) }
        }
      )
    }
  }

  /// The tasks of each seed.
  static func tasks(_ plan: ComparisonPlan) throws(CommandFailure) -> [UInt64: TaskSet] {
    var tasks: [UInt64: TaskSet] = [:]
    for seed in plan.seeds { tasks[seed] = try RunPreparation(plan.warmConfiguration(seed)).tasks }
    return tasks
  }

  /// Every row with every seed under both budgets, and the untrained control beside them.
  ///
  /// `makers` are the builds and machines that the numbers come from: more than one, and they are not to be compared bit by bit.
  static func runs(_ plan: ComparisonPlan, _ tasks: [UInt64: TaskSet]) throws(CommandFailure)
    -> (runs: [ComparisonRun], makers: [String])
  {
    var runs: [ComparisonRun] = []
    var makers: [String] = []
    func scores(_ directory: String, _ name: String, _ configuration: RunConfiguration)
      throws(CommandFailure) -> (scores: [SplitScore], spent: ComparisonRun.Spent?)
    {
      guard let own = tasks[configuration.seed],
        let found = evaluation(directory, name, digest: RunIdentity.digest(configuration, own))
      else {
        throw CommandFailure(
          .inputMissing, "the evaluation '\(directory)/\(name).json' is missing or damaged")
      }
      if !makers.contains(found.maker) { makers.append(found.maker) }
      var scores: [SplitScore] = []
      do throws(TrainingError) { for result in found.results { scores.append(try SplitScore(result)) } } catch
      {
        throw CommandFailure(error)
      }
      return (scores, found.spent)
    }
    var tables: [String] = []
    for row in plan.rows where !tables.contains(row.table) { tables.append(row.table) }
    for table in tables {
      for budget in ComparisonBudget.allCases {
        for row in plan.rows where row.table == table {
          for seed in plan.seeds {
            let configuration = plan.configuration(row.unit, seed)
            let directory = plan.runDirectory(row.unit, seed)
            let found = try scores(directory, ComparisonPlan.file(budget), configuration)
            runs.append(
              ComparisonRun(
                method: row.unit.method, seed: seed, budget: budget, aggregation: table,
                scores: found.scores, spent: found.spent))
          }
        }
        for seed in plan.seeds {
          runs.append(
            ComparisonRun(
              method: DynamoTrainsBetter.control, seed: seed, budget: budget, aggregation: table,
              scores: try scores(plan.warmDirectory(seed), "evaluation", plan.warmConfiguration(seed)).scores)
          )
        }
      }
    }
    return (runs, makers)
  }

  /// Learning curves: the evaluations along every run, up to where each budget was spent.
  static func curves(_ plan: ComparisonPlan, _ tasks: [UInt64: TaskSet]) throws(CommandFailure)
    -> [LearningPoint]
  {
    var points: [LearningPoint] = []
    let metric = "val-core/average/acc/mean@\(plan.base.evaluationSamples)"
    for row in plan.rows {
      for seed in plan.seeds {
        let path = plan.runDirectory(row.unit, seed) + "/metrics.jsonl"
        let milestones = tasks[seed].map(plan.milestones) ?? []
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
            let limits = milestones.filter { $0.name == ComparisonPlan.file(budget) }
            let isWithin = limits.allSatisfy {
              rollouts <= Double($0.rollouts ?? .max) && tokens <= Double($0.tokens ?? .max)
            }
            guard isWithin else { continue }
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
