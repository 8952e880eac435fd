import Interchange
import Reporting
import Statistics
import Training

/// The true gradient variance of a measurement, prompt by prompt and estimator by estimator, and how well p(1 − p) follows it.
enum MeasuredVariance {
  /// The rows of `variance.csv`: each prompt under each estimator, judged as `allot audit` judges a log.
  static func rows(_ scores: [PromptScores], step: Int, tasks: TaskSet) -> [VarianceRow] {
    scores.flatMap { prompt -> [VarianceRow] in
      let width = (prompt.response.max() ?? -1) + 1
      let sample = GramSample(
        GramRecord(
          prompt: RolloutDump.identifier(prompt.prompt), step: step, succeeded: prompt.rewards.map { $0 > 0 },
          response: prompt.response, distinctCount: width, gram: prompt.gram), .all)
      let n = Double(sample.samples)
      let k = Double(sample.successes)
      let moments = sample.moments
      return MeasuredEstimator.allCases.compactMap { estimator in
        guard let variance = sample.variance(of: estimator) else { return nil }
        return VarianceRow(
          step: step, prompt: RolloutDump.identifier(prompt.prompt), tier: tasks.pool[prompt.prompt].tier,
          samples: sample.samples, successes: sample.successes,
          bernoulliVariance: k * (n - k) / (n * (n - 1)), trueVariance: variance,
          estimator: estimator.rawValue, successVariance: moments.successVariance,
          failureVariance: moments.failureVariance, squaredDistance: moments.squaredDistance)
      }
    }
  }

  /// The names of the metrics of one measurement.
  static let metricNames = MeasuredEstimator.allCases.flatMap { estimator in
    [
      "variance/\(estimator.rawValue)/pearson", "variance/\(estimator.rawValue)/spearman",
      "variance/\(estimator.rawValue)/mean",
    ]
  }

  /// Over the prompts of one measurement: Pearson's and Spearman's correlation of p(1 − p) with the true variance, and the mean of the latter; nil where a
  /// correlation is not defined.
  static func metrics(_ rows: [VarianceRow]) -> [StepRecord.Metric] {
    MeasuredEstimator.allCases.flatMap { estimator -> [StepRecord.Metric] in
      let own = rows.filter { $0.estimator == estimator.rawValue }
      let proxy = own.map(\.bernoulliVariance)
      let truth = own.map(\.trueVariance)
      let name = "variance/\(estimator.rawValue)/"
      let varies = Set(proxy).count > 1 && Set(truth).count > 1 && own.count > 2
      let mean = own.isEmpty ? nil : truth.reduce(0, +) / Double(own.count)
      return [
        .init(name: name + "pearson", value: varies ? Correlation.pearson(proxy, truth) : nil),
        .init(name: name + "spearman", value: varies ? Correlation.spearman(proxy, truth) : nil),
        .init(name: name + "mean", value: mean),
      ]
    }
  }
}
