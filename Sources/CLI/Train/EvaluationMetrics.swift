import Training

/// The metrics of an evaluation along a run, under verl's names.
enum EvaluationMetrics {
  /// The names for these splits, `samples` answers to each problem.
  static func names(_ tasks: TaskSet, samples: Int) -> [String] {
    tasks.splits.map { name($0.name, samples) } + [name("average", samples)]
  }

  /// The mean of pass@1 of each split and of all of them.
  static func metrics(_ results: [SplitResult], samples: Int) -> [StepRecord.Metric] {
    results.map { .init(name: name($0.split, samples), value: $0.pass(at: 1)) }
      + (results.isEmpty ? [] : [.init(name: name("average", samples), value: results.pass(at: 1))])
  }

  private static func name(_ split: String, _ samples: Int) -> String {
    "val-core/\(split)/acc/mean@\(samples)"
  }
}
