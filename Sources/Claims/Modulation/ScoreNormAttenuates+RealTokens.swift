import Estimators
import Foundation
import Modulation
import Statistics

extension ScoreNormAttenuates {
  /// The bounds that need no K, for every token; the slope among confident tokens; the norm in logits beside that over all parameters.
  public func examine(_ log: TokenLog, _ examination: Examination) throws -> LogEvidence? {
    var evidence = LogEvidence()
    guard log.tokenCount > 0, log.hasSumsOfSquares else {
      evidence.addNotTestable(
        "both bounds", field: "sum_sq_probability", because: "the score norm needs Σπ² of every state")
      return evidence
    }
    let flat = try log.flattened(advantages: NoBaseline())
    guard let sums = flat.sumsOfSquares else { return evidence }
    let design = "\(LogEvidence.population) \(log.name)"
    var violations = (lower: 0, upper: 0)
    var excess = (lower: 0.0, upper: 0.0)
    var norms: [Double] = []
    for index in 0..<flat.batch.count {
      let logProbability = flat.batch.logProbabilities[index]
      let p = Foundation.exp(logProbability)
      let missing = -expm1(logProbability)
      let rest = sums[index] - p * p
      // ‖s‖² − (1−π)² = Σπ² − π² must lie in [0, (1−π)²]. An error δ in Σπ² and in log π moves the ends by at most δ(1 + 2π²) and
      // δ(1 + 2π² + 2π(1−π)) = δ(1 + 2π).
      let slack = TokenLog.roundingError * (1 + 2 * p)
      excess.lower = max(excess.lower, -rest)
      excess.upper = max(excess.upper, rest - missing * missing)
      if rest < -slack { violations.lower += 1 }
      if rest > missing * missing + slack { violations.upper += 1 }
      norms.append(ScoreNorm.squared(logProbability: logProbability, sumOfSquares: sums[index]))
    }
    let condition = "on \(flat.batch.count) tokens of \(log.name), within the rounding of the log"
    evidence.addTheorem("lower bound, free of K", violations: violations.lower, condition: condition)
    evidence.addTheorem("upper bound", violations: violations.upper, condition: condition)
    evidence.estimates += [
      EstimateRow(
        design: design, method: "lower bound, free of K", stat: "violations",
        exact: Double(violations.lower)),
      EstimateRow(design: design, method: "upper bound", stat: "violations", exact: Double(violations.upper)),
      EstimateRow(
        design: design, method: "lower bound, free of K", stat: "largest_excess_before_rounding",
        exact: excess.lower),
      EstimateRow(
        design: design, method: "upper bound", stat: "largest_excess_before_rounding", exact: excess.upper),
    ]
    let slope = addLogSlope(&evidence, log, flat, norms, design: design)
    let rank = addParameterNorms(&evidence, log, flat, norms, design: design)
    evidence.pointTables.append(Self.logPoints(flat.batch, norms))
    evidence.explanation =
      "Of \(flat.batch.count) tokens \(violations.lower) break the lower and \(violations.upper) the upper bound beyond the log's rounding. "
      + (slope.map {
        "Among the \($0.count) tokens with 1 − π from \(short(specification.values("confident")[0])) to \(short(specification.values("confident")[1])) log‖s‖ rises with log(1 − π) at a slope of \(short($0.slope.estimate.value, digits: 4)) [\(short($0.slope.interval().lower, digits: 4)), \(short($0.slope.interval().upper, digits: 4))]. "
      } ?? "")
      + (rank.map {
        "Over responses the sum of ‖s‖² in logit space has a rank correlation of \(short($0)) with the squared score norm over all parameters: the norm in logits is not the norm of the gradient that trains."
      } ?? "")
    return evidence
  }

  /// The least-squares slope of log‖s‖ on log(1 − π) among tokens that are confident, but not so much that rounding rules.
  private func addLogSlope(
    _ evidence: inout LogEvidence, _ log: TokenLog, _ flat: TokenLog.Flattened, _ norms: [Double],
    design: String
  ) -> (slope: LogInference, count: Int)? {
    let ends = specification.values("confident")
    let batch = flat.batch
    var x: [Double] = []
    var y: [Double] = []
    var prompts: [Int] = []
    for index in 0..<batch.count {
      let missing = -expm1(batch.logProbabilities[index])
      guard missing >= ends[0], missing <= ends[1] else { continue }
      x.append(Foundation.log(missing))
      y.append(0.5 * Foundation.log(norms[index]))
      prompts.append(log.responses[flat.responses[index]].prompt)
    }
    guard x.count > 2 else { return nil }
    let (meanX, meanY) = (x.reduce(0, +) / Double(x.count), y.reduce(0, +) / Double(y.count))
    // Sums of deviations from the means of the whole log: without one prompt the means move little, so that subtracting their squares loses nothing.
    var sums = [[Double]](repeating: [0, 0, 0, 0, 0], count: log.promptNames.count)
    for (place, prompt) in prompts.enumerated() {
      let (a, b) = (x[place] - meanX, y[place] - meanY)
      for (entry, value) in [1, a, b, a * a, a * b].enumerated() { sums[prompt][entry] += value }
    }
    guard sums.contains(where: { $0[3] > 0 }) else { return nil }
    let slope = LogInference(sums) { ($0[4] - $0[1] * $0[2] / $0[0]) / ($0[3] - $0[1] * $0[1] / $0[0]) }
    evidence.estimates += [
      slope.row(design: design, method: "confident tokens", stat: "slope"),
      EstimateRow(design: design, method: "confident tokens", stat: "tokens", exact: Double(x.count)),
    ]
    return (slope, x.count)
  }

  /// The most blocks of prompts for a jackknife of ranks: more would not sharpen a standard error, whose own relative error is about 1/√(2·blocks).
  private static let mostBlocks = 200

  /// Σ_t‖s_t‖² of each response against its logged squared norm over all parameters, by ranks.
  private func addParameterNorms(
    _ evidence: inout LogEvidence, _ log: TokenLog, _ flat: TokenLog.Flattened, _ norms: [Double],
    design: String
  ) -> Double? {
    var sums = [Double](repeating: 0, count: log.responses.count)
    for (token, response) in flat.responses.enumerated() { sums[response] += norms[token] }
    let known = log.responses.indices.filter {
      log.responses[$0].scoreSquaredNorm != nil && !log.responses[$0].logProbabilities.isEmpty
    }
    guard known.count > 3 else { return nil }
    func rank(_ chosen: [Int]) -> Double {
      Correlation.spearman(
        chosen.map { sums[$0] }, chosen.map { log.responses[$0].scoreSquaredNorm ?? .nan })
    }
    // Responses to one prompt are alike, so that prompts are the units; of many prompts blocks are left out together, for each ranking costs a sort.
    let blocks = min(log.promptNames.count, Self.mostBlocks)
    let without = (0..<blocks).map { block in
      rank(known.filter { log.responses[$0].prompt % blocks != block })
    }
    let found = LogInference(value: rank(known), without: without)
    evidence.estimates.append(
      found.row(
        design: design, method: "Σ‖s‖² in logits against ‖s‖² over parameters", stat: "spearman"))
    return found.estimate.value
  }

  /// At most 400 tokens, spread evenly over the log, for the picture.
  private static func logPoints(_ batch: TokenBatch, _ norms: [Double]) -> PointTable {
    var table = PointTable(name: "real-tokens", columns: ["missing", "norm"])
    let step = max(1, (batch.count + 399) / 400)
    for index in stride(from: 0, to: batch.count, by: step) {
      let missing = -expm1(batch.logProbabilities[index])
      table.rows.append([.number(missing), .number(norms[index].squareRoot())])
    }
    return table
  }
}
