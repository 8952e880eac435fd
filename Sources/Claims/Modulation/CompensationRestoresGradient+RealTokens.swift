import Estimators
import Modulation
import Statistics

extension CompensationRestoresGradient {
  /// The same shares for the log's confident correct tokens: one prompt's responses, or the whole log, as the scope.
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
    var addedShares: [Double] = []
    var table = PointTable(name: "real-tokens", columns: ["rule", "threshold", "restored_share"])
    for rule in rules {
      let factors = try rule.factors(batch)
      let references = try Self.references(batch, expectedNorms: expected, scope: rule.scope)
      for threshold in specification.values("thresholds") {
        let restored = Restored(
          batch, norms: norms, references: references, factors: factors, threshold: threshold, margin: 0,
          rounding: TokenLog.roundingError)
        let design = "\(LogEvidence.population) \(log.name), π ≥ \(short(threshold))"
        let count = (restored.confident * Double(batch.count)).rounded()
        guard count > 0 else {
          evidence.findings.append(
            Finding(
              estimator: "\(rule.name), π ≥ \(short(threshold))", population: LogEvidence.population,
              basis: .notTestable(reason: "no correct token of the log is so confident and attenuated")))
          continue
        }
        let share = restored.lessMargin / restored.confident
        shares.append(share)
        table.rows.append([.text(rule.name), .number(threshold), .number(share)])
        evidence.findings.append(
          Finding(
            estimator: "\(rule.name), π ≥ \(short(threshold))", population: LogEvidence.population,
            basis: .exact(holds: share >= specification.margin),
            condition: "on \(Int(count)) tokens of \(log.name)"))
        evidence.estimates += [
          EstimateRow(design: design, method: rule.name, stat: "restored_share", exact: share),
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
      : "Between \(short(100 * (shares.min() ?? .nan))) % and \(short(100 * (shares.max() ?? .nan))) % of the gap is restored to the log's confident correct tokens, over all rules and thresholds (a micro-batch being the whole log); \(short(100 * (addedShares.min() ?? .nan))) to \(short(100 * (addedShares.max() ?? .nan))) % of the squared norm that the rules add falls on attenuated tokens."
    return evidence
  }
}
