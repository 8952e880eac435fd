import Statistics

/// Distinct problems of one side, from several tiers in turn.
///
/// The first problems of a longer list are those of a shorter one. A tier that has no more prompts of that side is passed over.
enum DistinctProblems {
  /// `count` problems; the design point of `key` becomes the number of the tier.
  ///
  /// Throws `invalid` where `tiers` is empty or repeats one, or where they have fewer prompts of that side.
  static func draw(
    _ count: Int, of side: PromptClass, tiers: [TaskTier], key: StreamKey
  ) throws(TrainingError) -> [Problem] {
    let problems = try draw(atMost: count, of: side, tiers: tiers, key: key)
    guard problems.count == count else {
      throw .invalid(
        name: "the number of distinct \(side.rawValue) problems", value: "\(count)",
        allowed: "be at most \(problems.count) with these tiers")
    }
    return problems
  }

  /// `limit` problems, or all where there are fewer.
  ///
  /// Throws `invalid` where `tiers` is empty or repeats one, and where `limit` is negative.
  static func draw(
    atMost limit: Int, of side: PromptClass, tiers: [TaskTier], key: StreamKey
  ) throws(TrainingError) -> [Problem] {
    try TaskTier.check(tiers)
    guard limit >= 0 else {
      throw .invalid(name: "the number of problems", value: "\(limit)", allowed: "not be negative")
    }
    // Keyed by the tier itself, not by its place in the list: other tiers beside it do not change what it gives.
    var sources = tiers.map { Source(tier: $0, side: side, key: key) }
    var problems: [Problem] = []
    var before = -1
    while problems.count < limit, problems.count > before {
      before = problems.count
      for index in sources.indices where problems.count < limit {
        if let problem = sources[index].next() { problems.append(problem) }
      }
    }
    return problems
  }

  /// The problems of one tier on one side, in a random order.
  private struct Source {
    var tier: TaskTier
    var side: PromptClass
    var numbers: DrawWithoutReplacement

    init(tier: TaskTier, side: PromptClass, key: StreamKey) {
      self.tier = tier
      self.side = side
      numbers = DrawWithoutReplacement(below: tier.count, key.designPoint(tier.number))
    }

    mutating func next() -> Problem? {
      while let number = numbers.next() {
        let problem = tier.problem(number)
        if PromptClass(of: problem.prompt) == side { return problem }
      }
      return nil
    }
  }
}
