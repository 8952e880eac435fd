import Arena
import Statistics

/// A method that is told apart from the reference in a world.
struct ArenaVerdict {
  /// The method.
  let method: String
  /// The world.
  let world: String
  /// Whether it ends better.
  let isBetter: Bool

  /// The methods of a budget that differ from the reference, over all worlds together.
  ///
  /// Final qualities are paired over seeds; Student's test, corrected by Holm over the family of all methods and worlds, as dozens of comparisons at .95 each would tell some apart by chance.
  static func verdicts(_ contest: ArenaFiles, _ budget: ContestResult.Budget) -> [ArenaVerdict] {
    var family: [(method: String, world: String, differences: [Double])] = []
    for world in contest.worlds {
      let reference = contest.result(contest.reference, world, budget)?.values[.quality] ?? []
      for method in contest.methods where method != contest.reference && !contest.oracles.contains(method) {
        let own = contest.result(method, world, budget)?.values[.quality] ?? []
        let differences = zip(own, reference).compactMap { a, b in a.flatMap { a in b.map { a - $0 } } }
        if differences.count > 1 { family.append((method, world, differences)) }
      }
    }
    let rejected = Holm.rejected(family.map { PairedTest.student($0.differences) }, familyError: 0.05)
    return zip(family, rejected).filter(\.1).map { entry, _ in
      ArenaVerdict(
        method: entry.method, world: entry.world, isBetter: entry.differences.reduce(0, +) > 0)
    }
  }
}
