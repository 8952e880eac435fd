import Estimators
import Foundation
import Modulation
import Statistics

extension ReleasedEntropyChangeAgrees {
  /// On real tokens the exact change is known to an interval: agreement among the tokens and pairs whose sign and order it settles.
  ///
  /// Shares of tokens are ratios of sums over prompts, those of pairs are counted by both prompts; both are judged by `LogInference`.
  public func examine(_ log: TokenLog, _ examination: Examination) throws -> LogEvidence? {
    var evidence = LogEvidence()
    let flattened = try log.flattened(advantages: GRPO())
    guard let states = LoggedStates(flattened) else {
      for measure in Measure.allCases {
        evidence.addNotTestable(
          measure.rawValue, field: LoggedStates.missingField(log),
          because: "without it nothing bounds the exact entropy change")
      }
      evidence.explanation = "The exact entropy change cannot be enclosed from this log."
      return evidence
    }
    let released = EntropyChangeAsReleased.changes(flattened.batch)
    let moving = states.moving
    let settled = moving.filter { states.changes[$0].lower > 0 || states.changes[$0].upper < 0 }
    func prompt(_ token: Int) -> Int { log.responses[flattened.responses[token]].prompt }
    var signs = [[Double]](repeating: [0, 0], count: log.promptNames.count)
    for index in settled {
      let product = released[index] * states.changes[index].lower
      signs[prompt(index)][0] += product == 0 ? 0.5 : (product > 0 ? 1 : 0)
      signs[prompt(index)][1] += 1
    }
    let pairs = states.settledPairs(
      examination.key(designPoint: 950), count: Int(specification.value("log_pairs")))
    var ranks = LogPairs(promptCount: log.promptNames.count)
    for pair in pairs {
      ranks.add(
        Concordance.indicator(abs(released[pair.larger]), abs(released[pair.smaller]), 1, 0),
        prompts: prompt(pair.larger), prompt(pair.smaller))
    }
    let questions: [(measure: Measure, share: LogInference, count: Int, what: String, stat: String)] = [
      (
        .sign, .ratio(signs), settled.count, "\(settled.count) tokens of \(moving.count)",
        "settled_sign_share"
      ),
      (.rank, ranks.share, pairs.count, "\(pairs.count) pairs", "settled_pair_share"),
    ]
    let totals = [moving.count, Int(specification.value("log_pairs"))]
    var shares: [String] = []
    for (question, total) in zip(questions, totals) {
      let (measure, share, count, what, stat) = question
      shares.append(count > 0 ? share.percent(boundary: specification.margin) : "none")
      if count == 0 {
        evidence.addNotTestable(
          measure.rawValue, field: "probabilities",
          because: "no interval is narrow enough to settle one exact value")
      } else {
        evidence.findings.append(
          share.finding(
            measure.rawValue, .greater, boundary: specification.margin, name: "share",
            of: "and \(what) of \(log.name) whose exact value is settled"))
        evidence.estimates.append(
          share.row(design: "real tokens", method: "as released", stat: measure.stat))
      }
      var row = EstimateRow(
        design: "real tokens", method: "as released", stat: stat,
        exact: Double(count) / Double(max(total, 1)))
      row.exact = nil
      row.count = total
      evidence.estimates.append(row)
    }
    addEstimate(&evidence, states, released: released, settled: settled)
    evidence.pointTables = [scatter(states, released: released, settled: settled)]
    evidence.explanation =
      "Among \(moving.count) tokens with an advantage the sign of the exact change is settled for \(settled.count); the released one has it for \(shares[0]) of them, with 95 % intervals over prompts. "
      + "Of the \(pairs.count) random pairs whose order is settled \(shares[1]) are ordered alike."
    return evidence
  }

  /// The mean of π_aΛ_a over the rollouts in the same state, unbiased for Σπ²Λ: how often the sign that it gives is the settled one.
  private func addEstimate(
    _ evidence: inout LogEvidence, _ states: LoggedStates, released: [Double], settled: [Int]
  ) {
    let least = Int(specification.value("estimate_rollouts"))
    let labels = states.flattened.batch.states ?? []
    let chosen = settled.filter { states.states[labels[$0]].members.count >= least }
    guard !chosen.isEmpty else { return }
    let agree = chosen.count { index in
      let change = EntropyChange.firstOrder(
        weightedDeviation: states.weightedDeviations[index],
        expectation: states.states[labels[index]].meanWeightedDeviation,
        coefficient: states.flattened.batch.advantages[index])
      return change * states.changes[index].lower > 0
    }
    var row = EstimateRow(
      design: "real tokens, states with at least \(least) rollouts",
      method: "mean over rollouts in the same state", stat: Measure.sign.stat,
      exact: Double(agree) / Double(chosen.count))
    row.exact = nil
    row.count = chosen.count
    evidence.estimates.append(row)
  }

  /// The middle of the interval against the released value, for at most a few thousand settled tokens.
  private func scatter(_ states: LoggedStates, released: [Double], settled: [Int]) -> PointTable {
    var table = PointTable(
      name: "real-tokens", columns: ["population", "entropy_change", "released_entropy_change"])
    let step = max(1, settled.count / 2000)
    for place in stride(from: 0, to: settled.count, by: step) {
      let index = settled[place]
      let change = states.changes[index]
      table.rows.append([
        .text(LogEvidence.population), .number((change.lower + change.upper) / 2),
        .number(released[index]),
      ])
    }
    return table
  }
}
