import Estimators
import Foundation
import Policies
import Statistics

/// Runs the Monte Carlo path on a world whose exact variance is known, and reports how far apart they are.
enum MonteCarloCheck {
  /// Two rows: the simulated covariance trace with its confidence sequence beside the exact value, and their distance in standard errors.
  ///
  /// The variable `½‖ĝ − ĝ'‖²` lies in [0, 2 max|A|² max‖s‖²], which the confidence sequence needs to know.
  static func rows(
    _ examination: Examination, designPoint: Int, design: String, method: String, prompt: EnumeratedPrompt,
    estimator: any GradientEstimator, group: Int, largestAdvantage: Double, exact: Double, count: Int
  ) throws -> [EstimateRow] {
    var largestSquare = 0.0
    for outcome in 0..<prompt.outcomeCount {
      largestSquare = max(largestSquare, prompt.score(outcome).reduce(0) { $0 + $1 * $1 })
    }
    let bound = 2 * largestAdvantage * largestAdvantage * largestSquare
    let table = AliasTable(weights: prompt.probabilities)
    let mean = try SequentialMean.run(
      examination, designPoint: designPoint, range: 0...max(bound, 1e-12), boundary: 0, maximumCount: count,
      stopBelow: 0
    ) { stream in
      GroupSimulation.halfSquaredDistance(
        prompt, outcomes: table, estimator: estimator, group: group, stream: &stream)
    }
    return rows(design: design, method: method, stat: "trace_variance", mean: mean, exact: exact)
  }

  /// A simulated mean beside its exact value, and their distance in standard errors.
  static func rows(design: String, method: String, stat: String, mean: SequentialMean, exact: Double)
    -> [EstimateRow]
  {
    var rows = [
      EstimateRow(
        design: design, method: method, stat: stat, estimate: mean.estimate, interval: mean.interval,
        exact: exact)
    ]
    let error = mean.estimate.standardError
    if error > 0 {
      var row = EstimateRow(
        design: design, method: method, stat: "z_against_exact", exact: (mean.estimate.value - exact) / error)
      row.exact = nil
      row.count = mean.estimate.count
      rows.append(row)
    }
    return rows
  }
}
