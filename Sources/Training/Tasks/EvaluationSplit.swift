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

  /// `count` problems with distinct prompts, tiers taking turns; a pure function of the arguments.
  ///
  /// The problems of a smaller count are the first ones of a larger. Of `tiers`, those of other splits are passed over.
  ///
  /// Throws `invalid` where the split has no tier among `tiers`, one twice, or fewer prompts.
  public func problems(
    count: Int, seed: UInt64, tiers: [TaskTier] = TaskTier.allCases
  ) throws(TrainingError) -> [Problem] {
    named(try DistinctProblems.draw(count, of: .evaluation, tiers: own(tiers), key: Self.key(seed)))
  }

  /// The first `limit` of the problems that `problems(count:seed:tiers:)` gives, or all where the split has fewer.
  ///
  /// Throws `invalid` where the split has no tier among `tiers` or one twice, and where `limit` is negative.
  public func problems(
    atMost limit: Int, seed: UInt64, tiers: [TaskTier] = TaskTier.allCases
  ) throws(TrainingError) -> [Problem] {
    named(try DistinctProblems.draw(atMost: limit, of: .evaluation, tiers: own(tiers), key: Self.key(seed)))
  }

  private func own(_ tiers: [TaskTier]) -> [TaskTier] { tiers.filter { $0.evaluationSplit == self } }

  private func named(_ problems: [Problem]) -> [Problem] {
    problems.map { problem in
      var problem = problem
      problem.split = rawValue
      return problem
    }
  }

  private static func key(_ seed: UInt64) -> StreamKey { StreamKey(seed: seed, claim: "task-evaluation") }
}
