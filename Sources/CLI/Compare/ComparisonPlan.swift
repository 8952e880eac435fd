import Foundation
import Interchange
import Reporting
import Training

/// What a comparison trains: rows, seeds, budgets and the configuration that all runs share.
struct ComparisonPlan: Sendable {
  /// The methods of the paper's table, in its order, then this project's, then the ablations.
  static let methods = [
    "grpo", "clip-higher", "entropy-loss", "fork-tokens", "entropy-advantages", "clip-cov", "kl-cov",
    "w-reinforce", "dynamo", "rloo", "allot", "allot-score-aware", "dynamo-allocation-only",
    "dynamo-modulation-only", "dynamo-as-released", "dynamo-as-released-allocation-only",
    "dynamo-as-released-modulation-only",
  ]
  /// The methods under both aggregations: those that the verdict needs, and DynaMO's halves beside GRPO under their own aggregation.
  static let crossed = [
    "grpo", "dynamo", "dynamo-allocation-only", "dynamo-modulation-only", "dynamo-as-released",
  ]
  /// The two ways in which THEORY distinguishes what a step optimises.
  static let aggregations: [Aggregation] = [.promptEqual, .rolloutMean]

  var rows: [ComparedRow]
  var seeds: [UInt64]
  var base: RunConfiguration
  /// Rollouts that every run draws.
  var rolloutBudget: Int
  var directory: String

  /// The units to train, each once, in the order of the rows.
  var units: [ComparedUnit] {
    var seen: Set<ComparedUnit> = []
    return rows.map(\.unit).filter { seen.insert($0).inserted }
  }

  /// How tables are compared: with the reference that each of them has.
  var settings: Comparison.Settings {
    var settings = Comparison.Settings(reference: DynamoTrainsBetter.reference, seed: base.seed)
    for twin in ComparedRow.twins { settings.references[twin.table] = twin.reference }
    return settings
  }

  /// The configuration of a seed's warm model.
  func warmConfiguration(_ seed: UInt64) -> RunConfiguration {
    var configuration = base
    configuration.seed = seed
    configuration.method = Method.standard.name
    configuration.overrides = [:]
    configuration.steps = 0
    return configuration
  }

  /// The configuration of a unit's run with a seed.
  func configuration(_ unit: ComparedUnit, _ seed: UInt64) -> RunConfiguration {
    var configuration = base
    configuration.seed = seed
    configuration.method = unit.method
    configuration.overrides["aggregation"] = unit.aggregation.rawValue
    configuration.initialCheckpoint = warmCheckpoint(seed)
    return configuration
  }

  /// The directory of a seed's warm model.
  func warmDirectory(_ seed: UInt64) -> String { directory + "/warm/seed-\(seed)" }

  /// The checkpoint that a seed's runs begin with; the warm run's only one after no step of reinforcement.
  func warmCheckpoint(_ seed: UInt64) -> String {
    warmDirectory(seed) + "/checkpoints/"
      + TrainingDirectory.checkpointName(warmUpStep: 0, step: 0, isWarm: true)
  }

  /// The directory of a unit's run with a seed.
  func runDirectory(_ unit: ComparedUnit, _ seed: UInt64) -> String {
    directory + "/runs/\(unit.folder)/seed-\(seed)"
  }

  /// The points at which a run is evaluated: after the rollouts, and after the tokens that as many right answers would take on average.
  ///
  /// The token budget comes from the tasks alone, so that it is the same for all methods and known before any run.
  func milestones(_ tasks: TaskSet) -> [TrainingDriver.Milestone] {
    let length = tasks.pool.reduce(0) { $0 + $1.solution.unicodeScalars.count + 1 }
    let tokens = Int((Double(rolloutBudget) * Double(length) / Double(tasks.pool.count)).rounded())
    return [
      .init(name: Self.file(.rollouts), rollouts: rolloutBudget, tokens: nil),
      .init(name: Self.file(.tokens), rollouts: nil, tokens: tokens),
    ]
  }

  /// The evaluation's file for a budget, without its extension.
  static func file(_ budget: ComparisonBudget) -> String { "evaluation-\(budget.rawValue)" }
}
