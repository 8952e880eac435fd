import Statistics

/// The six evaluation splits of the generated tasks.
///
/// A split holds the prompts of its tiers that `PromptClass` keeps for evaluation; training never sees one of them.
public enum EvaluationSplit: String, CaseIterable, Sendable, Hashable, Codable {
  /// Sums.
  case addition
  /// Differences.
  case subtraction
  /// Products.
  case multiplication
  /// Remainders.
  case modular
  /// Comparing and sorting.
  case ordering
  /// Expressions in written steps.
  case multiStep = "multi-step"

  /// The tiers of the split, in the order of `TaskTier`.
  public var tiers: [TaskTier] { TaskTier.allCases.filter { $0.evaluationSplit == self } }

  /// `count` problems with distinct prompts, as many from each tier as it has; a pure function of the arguments.
  ///
  /// The problems of a smaller count are the first ones of a larger. Without `tiers`, all of the split's are used; others are passed over.
  ///
  /// Throws `invalid` where the split has no tier among `tiers`, or too few prompts.
  public func problems(
    count: Int, seed: UInt64, tiers: [TaskTier] = TaskTier.allCases
  ) throws(TrainingError) -> [Problem] {
    let own = tiers.filter { $0.evaluationSplit == self }
    var problems = try DistinctProblems.draw(
      count, of: .evaluation, tiers: own, key: StreamKey(seed: seed, claim: "task-evaluation"))
    for index in problems.indices { problems[index].split = rawValue }
    return problems
  }
}
