import Arena
import Interchange
import Statistics

/// `arena.json`: the contest for programs.
enum ArenaDocument {
  static func json(_ contest: ArenaFiles) -> JSONValue {
    .object([
      ("schema", .string("allot-arena/1")),
      ("tool", VerdictsDocument.tool(contest.tool)),
      ("setting", .string(contest.setting)),
      ("level", .number(contest.level)),
      ("worlds", .array(contest.summaries.map { world($0.world, $0.summary, contest) })),
    ])
  }

  private static func world(_ name: String, _ summary: String, _ contest: ArenaFiles) -> JSONValue {
    .object([
      ("world", .string(name)), ("summary", .string(summary)),
      (
        "methods",
        .array(
          contest.results.filter { $0.world == name }.map { result in
            .object([
              ("budget", .string(result.budget.rawValue)),
              ("method", .string(result.method)),
              ("oracle", .bool(contest.oracles.contains(result.method))),
              ("refusal", result.refusal.map { .string($0) } ?? .null),
              (
                "rank",
                contest.ranks.first {
                  $0.world == name && $0.budget == result.budget && $0.method == result.method
                }.map(rank) ?? .null
              ),
              (
                "measures",
                .object(
                  ArenaMeasure.allCases.compactMap { measure in
                    result.estimate(measure).map { (measure.rawValue, estimate($0, contest.level)) }
                  })
              ),
            ])
          })
      ),
    ])
  }

  private static func rank(_ rank: ContestRank) -> JSONValue {
    .object([
      ("est", .number(rank.rank)), ("lower", .number(rank.interval.lower)),
      ("upper", .number(rank.interval.upper)), ("difference_to_best", .number(rank.difference)),
      ("difference_lower", finite(rank.differenceInterval.lower)),
      ("difference_upper", finite(rank.differenceInterval.upper)),
      ("tied", .bool(rank.isTied)),
    ])
  }

  private static func finite(_ value: Double) -> JSONValue { value.isFinite ? .number(value) : .null }

  private static func estimate(_ estimate: Estimate, _ level: Double) -> JSONValue {
    let interval = estimate.studentInterval(level: level)
    return .object([
      ("est", .number(estimate.value)), ("mcse", .number(estimate.standardError)),
      ("lower", .number(interval.lower)), ("upper", .number(interval.upper)), ("n", .integer(estimate.count)),
    ])
  }
}
