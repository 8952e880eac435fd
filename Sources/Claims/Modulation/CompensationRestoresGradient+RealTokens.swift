import Estimators
import Foundation
import Modulation
import Statistics

extension CompensationRestoresGradient {
  /// The same shares for the log's confident correct tokens: one prompt's responses, or the whole log, as the scope.
  ///
  /// A share is a ratio of sums over prompts, judged by `LogInference`; the extremes of a scope that is the whole log are taken as given.
  public func examine(_ log: TokenLog, _ examination: Examination) throws -> LogEvidence? {
    var evidence = LogEvidence()
    guard log.tokenCount > 0, log.hasSumsOfSquares else {
      evidence.addNotTestable(
        "every rule", field: "sum_sq_probability", because: "the score norm needs Σπ² of every state")
      return evidence
    }
    let flat = try log.flattened(advantages: GRPO())
    guard let sums = flat.sumsOfSquares else { return evidence }
    let batch = flat.batch
    let norms = (0..<batch.count).map {
      ScoreNorm.squared(logProbability: batch.logProbabilities[$0], sumOfSquares: sums[$0]).squareRoot()
    }
    let expected = sums.map { 1 - $0 }
    var shares: [Double] = []
    var intervals: [Interval] = []
    var addedShares: [Double] = []
    var table = PointTable(name: "real-tokens", columns: ["rule", "threshold", "restored_share"])
    for rule in rules {
      let factors = try rule.factors(batch)
      let references = try Self.references(batch, expectedNorms: expected, scope: rule.scope)
      for threshold in specification.values("thresholds") {
        var sums = [[Double]](repeating: [0, 0], count: log.promptNames.count)
        // A log's log π of a token exactly at the threshold may be rounded to below it.
        let least = Foundation.log(threshold) - TokenLog.roundingError
        for index in 0..<batch.count
        where batch.advantages[index] > 0 && batch.logProbabilities[index] >= least {
          guard
            let share = Self.restoredShare(
              factor: factors[index], norm: norms[index], reference: references[index])
          else { continue }
          let prompt = log.responses[flat.responses[index]].prompt
          sums[prompt][0] += share
          sums[prompt][1] += 1
        }
        let design = "\(LogEvidence.population) \(log.name), π ≥ \(short(threshold))"
        let count = sums.reduce(0) { $0 + $1[1] }
        guard count > 0 else {
          evidence.findings.append(
            Finding(
              estimator: "\(rule.name), π ≥ \(short(threshold))", population: LogEvidence.population,
              basis: .notTestable(reason: "no correct token of the log is so confident and attenuated")))
          continue
        }
        let restored = LogInference.ratio(sums)
        let share = restored.estimate.value
        shares.append(share)
        table.rows.append([.text(rule.name), .number(threshold), .number(share)])
        evidence.findings.append(
          restored.finding(
            "\(rule.name), π ≥ \(short(threshold))", .greater, boundary: specification.margin,
            name: "restored share", of: "and \(Int(count)) tokens of \(log.name)"))
        intervals.append(restored.interval())
        evidence.estimates += [
          restored.row(design: design, method: rule.name, stat: "restored_share"),
          EstimateRow(design: design, method: rule.name, stat: "tokens", exact: count),
        ]
      }
      if let added = Self.attenuatedShare(batch, norms: norms, references: references, factors: factors) {
        addedShares.append(added)
        evidence.estimates.append(
          EstimateRow(
            design: "\(LogEvidence.population) \(log.name)", method: rule.name,
            stat: "attenuated_share_of_added", exact: added))
      }
    }
    evidence.pointTables.append(table)
    evidence.explanation =
      shares.isEmpty
      ? "The log has no confident correct token whose score is attenuated."
      : "Between \(short(100 * (shares.min() ?? .nan))) % and \(short(100 * (shares.max() ?? .nan))) % of the gap is restored to the log's confident correct tokens, over all rules and thresholds (a micro-batch being the whole log): of \(intervals.count) shares the 95 % interval over prompts lies below \(short(specification.margin)) for \(intervals.count { $0.upper < specification.margin }) and above it for \(intervals.count { $0.lower > specification.margin }); \(short(100 * (addedShares.min() ?? .nan))) to \(short(100 * (addedShares.max() ?? .nan))) % of the squared norm that the rules add falls on attenuated tokens."
    return evidence
  }
}
