import Estimators
import Foundation
import Modulation
import Statistics

extension EntropyChangeIndicatesMagnitude {
  /// On real tokens ‖Δz‖ is exact and |ΔH| an interval: concordance among the pairs that it settles, and that of the released |ΔH| among all.
  ///
  /// Each concordance is judged with the sampling error of prompts (`LogPairs`).
  public func examine(_ log: TokenLog, _ examination: Examination) throws -> LogEvidence? {
    var evidence = LogEvidence()
    evidence.addNotTestable(
      "exact |ΔH| with KL(π‖π')", field: "probabilities",
      because: "the divergence after a step needs π of every token of the vocabulary")
    let flattened = try log.flattened(advantages: GRPO())
    guard let squares = flattened.sumsOfSquares else {
      evidence.addNotTestable(
        "‖Δz‖", field: "sum_sq_probability",
        because: "‖e_a − π‖² = 1 − 2π_a + Σπ² needs it")
      evidence.explanation = "The size of an update cannot be had from this log."
      return evidence
    }
    let batch = flattened.batch
    let released = EntropyChangeAsReleased.changes(batch).map(\.magnitude)
    let norms = batch.advantages.indices.map { index in
      abs(batch.advantages[index])
        * ScoreNorm.squared(
          logProbability: batch.logProbabilities[index], sumOfSquares: squares[index]
        ).squareRoot()
    }
    let missing = batch.advantages.indices.map {
      abs(batch.advantages[$0]) * -expm1(batch.logProbabilities[$0])
    }
    let moving = batch.advantages.indices.filter { batch.advantages[$0] != 0 }
    let count = Int(specification.value("log_pairs"))
    func shares(_ pairs: [(Int, Int)], _ value: (Int, Int) -> Double) -> LogPairs {
      var counted = LogPairs(promptCount: log.promptNames.count)
      for (first, second) in pairs {
        counted.add(
          value(first, second), prompts: log.responses[flattened.responses[first]].prompt,
          log.responses[flattened.responses[second]].prompt)
      }
      return counted
    }
    var sentences: [String] = []
    if let states = LoggedStates(flattened) {
      let pairs = states.settledPairs(examination.key(designPoint: 950), count: count)
      let what = "pairs whose exact order is settled"
      let share = addConcordance(
        &evidence, "exact |ΔH| with ‖Δz‖", what, log,
        shares(pairs.map { ($0.larger, $0.smaller) }) {
          Concordance.indicator(1, 0, norms[$0], norms[$1])
        })
      let competitor = addRow(
        &evidence, Indicator.missingProbability.rawValue, what,
        shares(pairs.map { ($0.larger, $0.smaller) }) {
          Concordance.indicator(missing[$0], missing[$1], norms[$0], norms[$1])
        })
      sentences.append(
        "of \(pairs.count) random pairs whose order by the exact |ΔH| is settled (of \(count) drawn), \(percent(share)) are ordered alike by ‖Δz‖; 1 − π_a orders \(percent(competitor)) of them"
      )
    } else {
      evidence.addNotTestable(
        "exact |ΔH| with ‖Δz‖", field: LoggedStates.missingField(log),
        because: "without it nothing bounds the exact entropy change")
    }
    if moving.count > 1 {
      var stream = RandomStream(examination.key(designPoint: 951))
      let pairs = (0..<count).map { _ in
        (moving[stream.index(below: moving.count)], moving[stream.index(below: moving.count)])
      }
      let share = addConcordance(
        &evidence, "|ΔH| as released with ‖Δz‖", "random pairs", log,
        shares(pairs) { Concordance.indicator(released[$0], released[$1], norms[$0], norms[$1]) })
      let competitor = addRow(
        &evidence, Indicator.missingProbability.rawValue, "random pairs",
        shares(pairs) { Concordance.indicator(missing[$0], missing[$1], norms[$0], norms[$1]) })
      for (method, values) in [
        ("|ΔH| as released", released), (Indicator.missingProbability.rawValue, missing),
      ] {
        var row = EstimateRow(
          design: "real tokens", method: method, stat: "spearman",
          exact: Correlation.spearman(moving.map { values[$0] }, moving.map { norms[$0] }))
        row.exact = nil
        row.count = moving.count
        evidence.estimates.append(row)
      }
      sentences.append(
        "of all \(moving.count) tokens with an advantage the released |ΔH| orders \(percent(share)) of random pairs as ‖Δz‖ does, 1 − π_a \(percent(competitor))"
      )
    }
    evidence.pointTables = [
      points(moving, released: released, missing: missing, norms: norms)
    ]
    evidence.explanation =
      "With ξ the deviation-normalised advantage over a prompt's rollouts: "
      + sentences.joined(separator: "; ")
      + "."
    return evidence
  }

  /// A finding and its row.
  private func addConcordance(
    _ evidence: inout LogEvidence, _ method: String, _ what: String, _ log: TokenLog, _ pairs: LogPairs
  ) -> LogInference? {
    guard let share = addRow(&evidence, method, what, pairs) else {
      evidence.addNotTestable(
        method, field: "probabilities", because: "no interval is narrow enough to settle one pair")
      return nil
    }
    evidence.findings.append(
      share.finding(
        method, .greater, boundary: specification.margin, name: "concordance",
        of: "and \(pairs.count) \(what) of \(log.name)"))
    return share
  }

  private func addRow(
    _ evidence: inout LogEvidence, _ method: String, _ what: String, _ pairs: LogPairs
  ) -> LogInference? {
    guard pairs.count > 0 else { return nil }
    let share = pairs.share
    evidence.estimates.append(
      share.row(design: "real tokens, \(what)", method: method, stat: Size.norm.stat))
    return share
  }

  /// A share in per cent with its interval, and on which side of the margin that lies.
  private func percent(_ share: LogInference?) -> String {
    share?.percent(boundary: specification.margin) ?? "none"
  }

  /// Some of the tokens with an advantage, evenly spaced in the log.
  private func points(_ moving: [Int], released: [Double], missing: [Double], norms: [Double])
    -> PointTable
  {
    var table = PointTable(
      name: "real-tokens",
      columns: ["population", "entropy_change", "missing_probability", "update_norm"])
    for place in stride(from: 0, to: moving.count, by: max(1, moving.count / 1000)) {
      let index = moving[place]
      table.rows.append([
        .text(LogEvidence.population), .number(released[index]), .number(missing[index]),
        .number(norms[index]),
      ])
    }
    return table
  }
}
