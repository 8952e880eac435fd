/// The columns of the tables of a comparison, described.
enum ComparisonColumns {
  private static let budget = column(
    "budget", "string", nil, "what the methods had in equal amounts: rollouts or tokens")
  private static let aggregation = column(
    "aggregation", "string", nil,
    "how the loss weighs prompts, rollouts and tokens, named as in `allot train`")
  private static let metric = column("metric", "string", nil, "what was measured, such as pass@1 or pass@32")
  private static let split = column(
    "split", "string", nil, "the evaluation split, or average for the mean over all")
  private static let method = column(
    "method", "string", nil, "the method, named as in `allot train --method`")
  private static let seed = column("seed", "string", nil, "the seed of the run, an unsigned 64-bit integer")
  private static let difference = column(
    "difference", "number", "pass rate", "the mean over paired seeds of method less reference")
  private static let pairs = column("pairs", "integer", "seeds", "the seeds that method and reference share")

  static let comparison = [
    budget, aggregation, metric, split, method,
    column("seeds", "integer", "seeds", "the number of runs of the method"),
    column("mean", "number", "pass rate", "the mean over seeds"),
    column("standard_error", "number", "pass rate", "the standard error of that mean"),
    column("lower", "number", "pass rate", "the lower end of Student's interval of the mean"),
    column("upper", "number", "pass rate", "the upper end"),
    column(
      "iqm", "number", "pass rate",
      "the interquartile mean over seeds; for the average, over seeds and splits"),
    column(
      "iqm_lower", "number", "pass rate", "the lower end of its bootstrap interval, whole runs resampled"),
    column("iqm_upper", "number", "pass rate", "the upper end"),
    pairs, difference,
    column(
      "difference_lower", "number", "pass rate", "the lower end of Student's interval of the difference"),
    column("difference_upper", "number", "pass rate", "the upper end"),
    column("p_value", "number", "1", "the two-sided p-value of the paired sign-flip test"),
    column(
      "p_adjusted", "number", "1", "the same after Holm's correction over the methods of this split and score"
    ),
    column("p_smallest", "number", "1", "the smallest p-value that so many pairs can give"),
    column("p_student", "number", "1", "the two-sided p-value of Student's paired test, uncorrected"),
    column(
      "improvement", "number", "1",
      "the probability that a run of the method scores higher than one of the reference, ties counting half"),
    column("improvement_lower", "number", "1", "the lower end of its bootstrap interval, pairs resampled"),
    column("improvement_upper", "number", "1", "the upper end"),
    column(
      "detectable", "number", "pass rate",
      "the smallest true difference that Student's test of so many pairs finds with the stated power"),
    column(
      "detectable_corrected", "number", "pass rate", "the same at the first step of Holm's correction"),
  ]

  static let runs = [
    budget, aggregation, method, seed, split,
    column("pass_at_1", "number", "pass rate", "the unbiased pass@1, the mean over the split's problems"),
    column("pass_at_32", "number", "pass rate", "the unbiased pass@32, the mean over the split's problems"),
    column(
      "rollouts", "integer", "rollouts",
      "the rollouts drawn until the evaluation; empty where that is not known"),
    column(
      "tokens", "integer", "tokens",
      "the response tokens drawn until the evaluation; empty where that is not known"),
  ]
  /// The columns of the same table before it told what was spent.
  static let runsWithoutSpent = Array(runs.dropLast(2))

  static let curves = [
    budget, aggregation, method, seed,
    column("step", "integer", "steps", "the step, from 1; 0 before the first"),
    column("tokens", "integer", "tokens", "the response tokens drawn until then"),
    column("rollouts", "integer", "rollouts", "the rollouts drawn until then"),
    metric, column("value", "number", "see metric", "its value"),
  ]

  static let verdict = [
    column("estimator", "string", nil, "the method with what it stands for"),
    column("population", "string", nil, "the budget and the aggregation"),
    metric,
    column("verdict", "string", nil, "the ruling; empty for the score that does not decide"),
    column("condition", "string", nil, "its condition, its reason, or the seeds that would settle it"),
    pairs, difference,
    column("standard_error", "number", "pass rate", "the standard error of the difference"),
    column("lower", "number", "pass rate", "the lower end of the interval that the ruling reads"),
    column("upper", "number", "pass rate", "the upper end"),
    column("level", "number", "1", "the level of that interval, after the correction for all parts"),
  ]

  private static func column(_ name: String, _ type: String, _ unit: String?, _ description: String)
    -> ColumnDescription
  {
    ColumnDescription(name: name, type: type, unit: unit, description: description)
  }
}
