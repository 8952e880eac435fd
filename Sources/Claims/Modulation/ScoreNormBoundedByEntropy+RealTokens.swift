import Estimators
import Foundation
import Modulation
import Statistics

extension ScoreNormBoundedByEntropy {
  /// Every logged state against the tight curves, every drawn token against the bound of the expectation.
  public func examine(_ log: TokenLog, _ examination: Examination) throws -> LogEvidence? {
    var evidence = LogEvidence()
    guard log.tokenCount > 0, log.hasSumsOfSquares else {
      evidence.addNotTestable(
        Reading.expectedAbove.rawValue, field: "sum_sq_probability",
        because: "the expected squared norm is 1 − Σπ²")
      return evidence
    }
    let flat = try log.flattened(advantages: NoBaseline())
    guard let sums = flat.sumsOfSquares else { return evidence }
    let batch = flat.batch
    let error = TokenLog.roundingError
    var violations = (above: 0, below: 0, tokenAbove: 0, tokenBelow: 0)
    var ratios: [Double] = []
    var loudest = (norm: 0.0, entropy: 0.0)
    var quiet = 0
    for index in 0..<batch.count {
      let entropy = batch.entropies[index]
      let expected = 1 - sums[index]
      let greatest = try ScoreNormGivenEntropy.largest(entropy: entropy, vocabulary: log.vocabulary)
      // Σπ² and H are each off by at most δ, and both curves rise by at most 1 per nat (2·logarithmic mean of two atoms).
      if expected > greatest + 2 * error { violations.above += 1 }
      if greatest > specification.value("floor") { ratios.append(expected / greatest) }
      // ‖s‖² = 1 − 2π + Σπ² is off by at most δ(1 + 2π) ≤ 3δ, the bound by δ.
      let norm = ScoreNorm.squared(
        logProbability: batch.logProbabilities[index], sumOfSquares: sums[index])
      if norm > ScoreNormGivenEntropy.collisionBound(entropy: entropy) + 4 * error {
        violations.tokenAbove += 1
      }
      if entropy <= specification.value("low_entropy") {
        quiet += 1
        if norm > loudest.norm { loudest = (norm, entropy) }
      }
      if let count = log.vocabulary, count > 1 {
        let least = try ScoreNormGivenEntropy.smallest(entropy: entropy, vocabulary: count)
        if expected < least - 2 * error { violations.below += 1 }
        // The bound for each token rises infinitely steeply at the uniform distribution: it is asked at the lowest entropy that rounding allows.
        let lowest = try ScoreNormGivenEntropy.smallest(entropy: max(entropy - error, 0), vocabulary: count)
        if norm < Self.leastTokenNorm(smallest: lowest, count: count) - 3 * error {
          violations.tokenBelow += 1
        }
      }
    }
    let condition = "on \(batch.count) tokens of \(log.name), within the rounding of the log"
    let design = "\(LogEvidence.population) \(log.name)"
    func add(_ reading: Reading, _ count: Int) {
      if reading == .tokenAbove {
        evidence.findings.append(
          Finding(
            estimator: reading.rawValue, population: LogEvidence.population,
            basis: .exact(holds: count == 0), condition: condition))
      } else {
        // The other readings are theorems: only numbers of different distributions can break them.
        evidence.addTheorem(reading.rawValue, violations: count, condition: condition)
      }
      evidence.estimates.append(
        EstimateRow(design: design, method: reading.rawValue, stat: "violations", exact: Double(count)))
    }
    add(.expectedAbove, violations.above)
    add(.tokenAbove, violations.tokenAbove)
    if log.vocabulary != nil {
      add(.expectedBelow, violations.below)
      add(.tokenBelow, violations.tokenBelow)
    } else {
      for reading in [Reading.expectedBelow, .tokenBelow] {
        evidence.findings.append(
          Finding(
            estimator: reading.rawValue, population: LogEvidence.population,
            basis: .notTestable(
              reason: "the lower curves depend on K, which no log says: give --vocabulary")))
      }
    }
    ratios.sort()
    func quantile(_ level: Double) -> Double {
      ratios.isEmpty ? .nan : ratios[min(Int(level * Double(ratios.count)), ratios.count - 1)]
    }
    for (stat, level) in [
      ("smallest_ratio", 0.0), ("lower_quartile", 0.25), ("median", 0.5), ("largest_ratio", 1),
    ] {
      evidence.estimates.append(
        EstimateRow(
          design: design,
          method: "(1 − Σπ²) / greatest(H), where that exceeds \(short(specification.value("floor")))",
          stat: stat, exact: quantile(level)))
    }
    if quiet > 0 {
      evidence.estimates += [
        EstimateRow(
          design: "\(design), H ≤ \(short(specification.value("low_entropy")))",
          method: Reading.tokenAbove.rawValue, stat: "largest_squared_norm", exact: loudest.norm),
        EstimateRow(
          design: "\(design), H ≤ \(short(specification.value("low_entropy")))",
          method: Reading.tokenAbove.rawValue, stat: "tokens", exact: Double(quiet)),
      ]
    }
    evidence.pointTables.append(Self.logPoints(batch, sums))
    evidence.explanation =
      "Of \(batch.count) drawn tokens \(violations.above) lie above the tight upper curve; the states reach a median of \(short(quantile(0.5))) of it. "
      + "The bound fails for \(violations.tokenAbove) tokens taken one by one"
      + (quiet > 0
        ? "; among the \(quiet) tokens drawn at an entropy of at most \(short(specification.value("low_entropy"))) the largest squared norm is \(short(loudest.norm)), at H = \(short(loudest.entropy))."
        : ".")
    return evidence
  }

  /// At most 400 states, spread evenly over the log, for the picture.
  private static func logPoints(_ batch: TokenBatch, _ sums: [Double]) -> PointTable {
    var table = PointTable(name: "real-tokens", columns: ["entropy", "expected_norm"])
    let step = max(1, (batch.count + 399) / 400)
    for index in stride(from: 0, to: batch.count, by: step) {
      table.rows.append([.number(batch.entropies[index]), .number(1 - sums[index])])
    }
    return table
  }
}
