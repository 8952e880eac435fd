import Estimators
import Foundation
import Modulation
import Statistics

extension EntropyChangeIndicatesMagnitude {
  /// On real tokens ‖Δz‖ is exact and |ΔH| an interval: concordance among the pairs that it settles, and that of the released |ΔH| among all.
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
    var sentences: [String] = []
    if let states = LoggedStates(flattened) {
      let pairs = states.settledPairs(examination.key(designPoint: 950), count: count)
      let what = "pairs whose exact order is settled"
      let share = addConcordance(
        &evidence, "exact |ΔH| with ‖Δz‖", what, log,
        pairs.map { Concordance.indicator(1, 0, norms[$0.larger], norms[$0.smaller]) })
      let competitor = addRow(
        &evidence, Indicator.missingProbability.rawValue, what,
        pairs.map {
          Concordance.indicator(
            missing[$0.larger], missing[$0.smaller], norms[$0.larger], norms[$0.smaller])
        })
      sentences.append(
        "of \(pairs.count) random pairs whose order by the exact |ΔH| is settled (of \(count) drawn), \(short(100 * share))% are ordered alike by ‖Δz‖; 1 − π_a orders \(short(100 * competitor))% of them"
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
        pairs.map { Concordance.indicator(released[$0.0], released[$0.1], norms[$0.0], norms[$0.1]) })
      let competitor = addRow(
        &evidence, Indicator.missingProbability.rawValue, "random pairs",
        pairs.map { Concordance.indicator(missing[$0.0], missing[$0.1], norms[$0.0], norms[$0.1]) })
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
        "of all \(moving.count) tokens with an advantage the released |ΔH| orders \(short(100 * share))% of random pairs as ‖Δz‖ does, 1 − π_a \(short(100 * competitor))%"
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
    _ evidence: inout LogEvidence, _ method: String, _ what: String, _ log: TokenLog, _ values: [Double]
  ) -> Double {
    guard !values.isEmpty else {
      evidence.addNotTestable(
        method, field: "probabilities", because: "no interval is narrow enough to settle one pair")
      return .nan
    }
    let share = addRow(&evidence, method, what, values)
    let holds = share > specification.margin
    evidence.findings.append(
      Finding(
        estimator: method, population: LogEvidence.population, basis: .exact(holds: holds),
        condition: holds ? "on \(values.count) \(what) of \(log.name)" : nil))
    return share
  }

  private func addRow(
    _ evidence: inout LogEvidence, _ method: String, _ what: String, _ values: [Double]
  ) -> Double {
    guard !values.isEmpty else { return .nan }
    let share = values.reduce(0, +) / Double(values.count)
    var row = EstimateRow(
      design: "real tokens, \(what)", method: method, stat: Size.norm.stat, exact: share)
    row.exact = nil
    row.count = values.count
    evidence.estimates.append(row)
    return share
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
