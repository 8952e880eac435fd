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
    try TaskTier.check(tiers)
    let available = tiers.reduce(0) { $0 + $1.count }
    guard (0...available).contains(count) else {
      throw tooMany(count, side, "lie in 0...\(available)")
    }
    // Keyed by the tier itself, not by its place in the list: other tiers beside it do not change what it gives.
    var sources = tiers.map { Source(tier: $0, side: side, key: key) }
    var problems: [Problem] = []
    problems.reserveCapacity(count)
    while problems.count < count {
      let before = problems.count
      for index in sources.indices where problems.count < count {
        if let problem = sources[index].next() { problems.append(problem) }
      }
      if problems.count == before { throw tooMany(count, side, "be at most \(before)") }
    }
    return problems
  }

  private static func tooMany(_ count: Int, _ side: PromptClass, _ allowed: String) -> TrainingError {
    .invalid(name: "the number of distinct \(side.rawValue) problems", value: "\(count)", allowed: allowed)
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
