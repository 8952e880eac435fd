import Reporting
import Training

extension CompareCommand {
  /// Writes tables and learning curves beside the runs.
  func write(
    _ plan: ComparisonPlan, _ comparison: Comparison, _ runs: [ComparisonRun], _ curves: [LearningPoint],
    _ verdict: TrainingVerdict, setting: String
  ) async throws {
    for table in [
      ComparisonTables.comparison(comparison), ComparisonTables.runs(runs), ComparisonTables.curves(curves),
      ComparisonTables.verdict(verdict),
    ] {
      try OutputFile.write(String(decoding: table.file.bytes, as: UTF8.self), to: output + "/" + table.file.path.split(separator: "/").last.map(String.init)!)
    }
  }
}
