import Arena
import Foundation
import Statistics

/// `report.md` of a contest.
enum ArenaReport {
  static func text(_ contest: ArenaFiles) -> String {
    var blocks = [head(contest)]
    for budget in contest.budgets {
      blocks.append("## Equal \(budget.rawValue)")
      blocks.append(overview(contest, budget))
      for world in contest.summaries {
        blocks.append(section(contest, world.world, world.summary, budget))
      }
      blocks.append("### Where each method wins and loses")
      blocks.append(
        "Better and worse than \(contest.reference): Student's paired test, Holm's correction over all methods and worlds of this budget at .05."
      )
      blocks.append(sentences(contest, budget).map { "- \($0)" }.joined(separator: "\n"))
    }
    blocks.append(refusals(contest))
    blocks.append(pictures(contest))
    blocks.append(measures)
    blocks.append(
      "## Files\n\n"
        + contest.tables.map { "- `\($0.path)`: \($0.description) \($0.rowCount) rows." }.joined(
          separator: "\n"))
    return blocks.filter { !$0.isEmpty }.joined(separator: "\n\n") + "\n"
  }

  private static func head(_ contest: ArenaFiles) -> String {
    let commit = contest.tool.commit.map { ", commit \($0.prefix(12))" } ?? ""
    return """
      # Rollout rules in the arena

      \(contest.setting). Made by allot \(contest.tool.version)\(commit), \(contest.tool.compiler).

      A simulation: prompts with logits that are linear in the parameters; every rule takes the step that would be best on a function of one curvature, from the true mean of its gradient and its noise, which no trainer knows. Numbers are means over seeds, ± the half-width of Student's interval at level \
      \(number(contest.level)). Seeds are paired: rules with one seed share world, order of prompts and random numbers. Rules marked * do not keep the objective: they take, drop or size groups by the outcomes of the step itself, or favour prompts without weighing them. Oracles know the truth; they are not ranked.
      """
  }

  // MARK: Tables

  /// The ranks of all methods in all worlds.
  private static func overview(_ contest: ArenaFiles, _ budget: ContestResult.Budget) -> String {
    let ranks = contest.ranks.filter { $0.budget == budget }
    let methods = contest.methods.filter { method in ranks.contains { $0.method == method } }
    func mean(_ method: String) -> Double {
      let own = ranks.filter { $0.method == method }
      return own.reduce(0) { $0 + $1.rank } / Double(max(1, own.count))
    }
    let rows = methods.sorted { mean($0) < mean($1) }.map { method in
      [marked(method, contest), String(format: "%.1f", mean(method))]
        + contest.worlds.map { world in
          guard let rank = ranks.first(where: { $0.method == method && $0.world == world }) else {
            return "–"
          }
          let text =
            "\(number(rank.rank)) [\(number(rank.interval.lower)), \(number(rank.interval.upper))]"
          return rank.isTied ? "**\(text)**" : rank.isOpen ? "\(text)°" : text
        }
    }
    return
      "Ranks by final quality with their interval over resampled seeds; bold is the best, or within half a point of it with the whole interval of the difference; a ° is not told apart from the best, be it for want of seeds.\n\n"
      + table(["method", "mean rank"] + contest.worlds, rows)
  }

  private static func section(
    _ contest: ArenaFiles, _ world: String, _ summary: String, _ budget: ContestResult.Budget
  ) -> String {
    let results = contest.results.filter {
      $0.world == world && $0.budget == budget && $0.refusal == nil
    }
    func quality(_ result: ContestResult) -> Double { result.estimate(.quality)?.value ?? -1 }
    let rows = results.sorted { quality($0) > quality($1) }.map { result -> [String] in
      let rank = contest.ranks.first {
        $0.world == world && $0.budget == budget && $0.method == result.method
      }
      func percent(_ measure: ArenaMeasure) -> String { cell(result, measure, contest.level, scale: 100) }
      return [
        contest.oracles.contains(result.method) ? "_\(result.method)_" : marked(result.method, contest),
        rank.map { number($0.rank) } ?? "", percent(.quality),
        rank.map { distance($0) } ?? "", percent(.regret), percent(.worstTenth),
        cell(result, .gradientVariance, contest.level, scale: 1),
        cell(result, .relativeVariance, contest.level, scale: 1),
        percent(.expectedImprovement), percent(.improvementPerCost),
        cell(result, .stepRollouts, contest.level, scale: 1), cell(result, .cosine, contest.level, scale: 1),
        percent(.deadShare),
        percent(.wastedShare), cell(result, .starvation, contest.level, scale: 1),
        cell(result, .reached, contest.level, scale: 1),
        cell(result, .stepsToTarget, contest.level, scale: 1),
        cell(result, .rolloutsToTarget, contest.level, scale: 1e-3),
        cell(result, .tokensToTarget, contest.level, scale: 1e-6),
      ]
    }
    return "### \(world): \(summary)\n\n"
      + table(
        [
          "method", "rank", "quality %", "to the best, points", "regret, points", "worst tenth %", "variance",
          "relative variance", "improvement %", "at equal rollouts %", "rollouts a step", "cosine", "dead %",
          "wasted %", "starvation", "reached",
          "steps to target", "10³ rollouts to target", "10⁶ tokens to target",
        ], rows)
  }

  /// What a method lacks to the best, in points; one seed has no interval.
  private static func distance(_ rank: ContestRank) -> String {
    let interval = rank.differenceInterval
    let value = String(format: "%+.2f", 100 * rank.difference)
    guard interval.lower.isFinite, interval.upper.isFinite else { return value }
    return value + String(format: " [%+.2f, %+.2f]", 100 * interval.lower, 100 * interval.upper)
  }

  // MARK: Sentences

  /// For each method a sentence, made from the ranks and the measures alone.
  static func sentences(_ contest: ArenaFiles, _ budget: ContestResult.Budget) -> [String] {
    let verdicts = ArenaVerdict.verdicts(contest, budget)
    return contest.methods.filter { !contest.oracles.contains($0) }.compactMap { method in
      let ranks = contest.ranks.filter { $0.method == method && $0.budget == budget }
      guard let best = ranks.min(by: { $0.rank < $1.rank }), let worst = ranks.max(by: { $0.rank < $1.rank })
      else { return nil }
      let tied = ranks.filter(\.isTied).map(\.world)
      let better = verdicts.filter { $0.method == method && $0.isBetter }.map(\.world)
      let worse = verdicts.filter { $0.method == method && !$0.isBetter }.map(\.world)
      var text = "**\(method)**"
      text +=
        tied.isEmpty
        ? " is nowhere within half a point of the best"
        : " is best, or within half a point of it, on \(list(tied))"
      if best.rank == worst.rank, ranks.count > 1 {
        text += "; its place is \(number(best.rank)) everywhere"
      } else if ranks.count > 1 {
        text +=
          "; its best place is \(number(best.rank)) (\(best.world)), its worst \(number(worst.rank)) (\(worst.world))"
      }
      if method != contest.reference {
        text += "; against \(contest.reference) it is better on \(better.isEmpty ? "no world" : list(better))"
        text += " and worse on \(worse.isEmpty ? "none" : list(worse))"
      }
      return text + (waste(contest, method, budget).map { "; it wastes \($0) of its rollouts." } ?? ".")
    }
  }

  private static func waste(_ contest: ArenaFiles, _ method: String, _ budget: ContestResult.Budget)
    -> String?
  {
    let shares = contest.worlds.compactMap {
      contest.result(method, $0, budget)?.estimate(.wastedShare)?.value
    }
    guard let low = shares.min(), let high = shares.max() else { return nil }
    let (least, most) = (String(format: "%.0f", 100 * low), String(format: "%.0f", 100 * high))
    return least == most ? "\(least) %" : "\(least) to \(most) %"
  }

  private static func refusals(_ contest: ArenaFiles) -> String {
    let refused = contest.results.filter { $0.refusal != nil }
    guard !refused.isEmpty else { return "" }
    return "## Not run\n\n"
      + refused.map { "- \($0.method) on \($0.world), equal \($0.budget.rawValue): \($0.refusal ?? "")" }
      .joined(separator: "\n")
  }

  private static func pictures(_ contest: ArenaFiles) -> String {
    let drawn = contest.plots.flatMap(\.files).map(\.path).filter { $0.hasSuffix(".svg") }
    guard !drawn.isEmpty else { return "" }
    return "## Plots\n\n"
      + drawn.map { "![\($0.split(separator: "/").last ?? "")](\($0))" }.joined(separator: "\n\n")
  }

  private static let measures = """
    ## Measures

    - quality: the mean true success probability of all prompts at the end. regret: the better oracle's less this.
    - variance: E‖ĝ − E ĝ‖² of the next step from a state that uniform rollouts led to, the same for all rules; it holds the draw of prompts. relative variance: over ‖E ĝ‖², the variance at equal step. improvement: (E ĝ·∇J)²/(‖∇J‖² E‖ĝ‖²), what \
    the best step gains in expectation, over the exact gradient's. cosine: of E ĝ and ∇J. Empty for rules whose next prompts the last step fixed.
    - dead: groups whose rewards agree, of those rolled out. wasted: rollouts that carry no advantage. starvation: 1 less the fewest rollouts of a prompt over the mean.
    - target: the start plus \(Int(100 * Contest.targetShare)) % of the uniform rule's gain with that seed; a run that misses it counts whole.
    """

  // MARK: Text

  private static func marked(_ method: String, _ contest: ArenaFiles) -> String {
    contest.keepers.contains(method) || contest.oracles.contains(method) ? method : "\(method)*"
  }

  private static func cell(_ result: ContestResult, _ measure: ArenaMeasure, _ level: Double, scale: Double)
    -> String
  {
    guard let estimate = result.estimate(measure) else { return "" }
    let half = estimate.studentInterval(level: level).halfWidth
    let value = number(scale * estimate.value)
    return half.isFinite && half > 0 ? "\(value) ± \(short(scale * half))" : value
  }

  private static func number(_ value: Double) -> String {
    if value == value.rounded(), abs(value) < 1e6 { return String(Int(value)) }
    return abs(value) >= 1e-3 && abs(value) < 1e5
      ? String(format: abs(value) < 1 ? "%.3f" : abs(value) < 100 ? "%.2f" : "%.0f", value)
      : String(format: "%.2e", value)
  }

  private static func short(_ value: Double) -> String {
    abs(value) >= 1e-3 && abs(value) < 1e5
      ? String(format: abs(value) < 1 ? "%.3f" : abs(value) < 100 ? "%.1f" : "%.0f", value)
      : String(format: "%.0e", value)
  }

  private static func list(_ words: [String]) -> String {
    words.count < 2
      ? words.joined() : words.dropLast().joined(separator: ", ") + " and " + (words.last ?? "")
  }

  private static func table(_ header: [String], _ rows: [[String]]) -> String {
    ([header, header.map { _ in "---" }] + rows).map { "| " + $0.joined(separator: " | ") + " |" }
      .joined(separator: "\n")
  }
}
