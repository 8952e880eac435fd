import Statistics

/// A fixed list of training problems with distinct prompts, as many from each tier as it has.
///
/// A pool is what a run's epochs go over and what its per-prompt history refers to: the place in the list names the prompt.
public struct TaskPool: Sendable, Hashable {
  /// The problems; tiers take turns.
  public let problems: [Problem]

  /// `count` generated training problems; a pure function of the arguments.
  ///
  /// The problems of a smaller pool are the first ones of a larger.
  ///
  /// Throws `invalid` where `tiers` is empty, names one twice, or has fewer training prompts than `count`; and where `count` is below one.
  public init(seed: UInt64, count: Int, tiers: [TaskTier] = TaskTier.allCases) throws(TrainingError) {
    guard count >= 1 else {
      throw .invalid(name: "the number of problems in the pool", value: "\(count)", allowed: "be at least 1")
    }
    problems = try DistinctProblems.draw(
      count, of: .training, tiers: tiers, key: StreamKey(seed: seed, claim: "task-pool"))
  }

  /// A pool of problems from elsewhere, such as a file.
  ///
  /// Throws `invalid` where there is none, and where two have the same prompt: their histories would be one.
  public init(problems: [Problem]) throws(TrainingError) {
    guard !problems.isEmpty else {
      throw .invalid(name: "the pool", value: "empty", allowed: "hold a problem")
    }
    var places: [[UInt8]: Int] = [:]
    for (index, problem) in problems.enumerated() {
      if let earlier = places.updateValue(index, forKey: Array(problem.prompt.utf8)) {
        throw .invalid(
          name: "the prompt of problem \(index) of the pool", value: "\"\(problem.prompt.prefix(80))\"",
          allowed: "differ from that of problem \(earlier)")
      }
    }
    self.problems = problems
  }
}
