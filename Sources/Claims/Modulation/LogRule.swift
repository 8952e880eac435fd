import Estimators
import Modulation

/// A token-level rule that a log can be asked about: it needs no vocabulary, only what was logged of the drawn tokens.
struct LogRule: Sendable {
  /// The name used in tables.
  let name: String
  /// The advantages before the rule, and without it.
  let estimator: any GradientEstimator
  /// The token advantages that the rule makes.
  let advantages: @Sendable (TokenLog, TokenLog.Flattened) throws(ModulationError) -> [Double]

  /// Compensation of the text and both released modes over GRPO's advantages, extremes over the group; the project's own rule in place of leave-one-out.
  static func all(strength: Double, shrinkage: Double) -> [LogRule] {
    var released6 = AdvantageModulationAsReleased.mode6
    var released5 = AdvantageModulationAsReleased.mode5
    for path in [\AdvantageModulation.compensationScope, \.stabilisationScope] {
      released6[keyPath: path] = .group
      released5[keyPath: path] = .group
    }
    let compensation = AdvantageModulation(
      compensation: .published(GradientCompensation(strength: strength)), compensationScope: .group,
      stabilisation: nil)
    return [
      factor("grpo+compensation-\(strength)", compensation), factor("grpo+released-5", released5),
      factor("grpo+released-6", released6), stateBaseline(shrinkage),
    ]
  }

  private static func factor(_ name: String, _ modulation: AdvantageModulation) -> LogRule {
    LogRule(name: name, estimator: GRPO()) {
      (_: TokenLog, flattened: TokenLog.Flattened) throws(ModulationError) in
      zip(flattened.batch.advantages, try modulation.factors(flattened.batch).product).map { $0 * $1 }
    }
  }

  private static func stateBaseline(_ shrinkage: Double) -> LogRule {
    LogRule(name: "score-weighted-state-baseline", estimator: LeaveOneOut()) {
      (log: TokenLog, flattened: TokenLog.Flattened) throws(ModulationError) in
      let batch = flattened.batch
      guard let states = batch.states, let groups = batch.groups else {
        throw .missing(name: "token_ids", neededBy: "the baseline of a state")
      }
      guard let squares = flattened.sumsOfSquares else {
        throw .missing(name: "sum_sq_probability", neededBy: "the weight of a token")
      }
      // A group's states are its own: the baseline of one group must not look into another.
      var numbers: [[Int]: Int] = [:]
      let ownStates = zip(groups, states).map { group, state in
        let number = numbers[[group, state]] ?? numbers.count
        numbers[[group, state]] = number
        return number
      }
      return ScoreWeightedStateBaseline(shrinkage: shrinkage).advantages(
        rewards: log.responses.map(\.reward), responses: flattened.responses, prompts: groups,
        states: ownStates,
        squaredScoreNorms: zip(batch.logProbabilities, squares).map {
          ScoreNorm.squared(logProbability: $0, sumOfSquares: $1)
        })
    }
  }
}

/// What both claims about modulation read off a log.
struct LogModulation: Sendable {
  /// The rule, the group size, and the sums.
  let entries: [(rule: String, group: Int, gradients: TabularGradients)]
  /// The field that is missing, if the log cannot be asked.
  let missing: String?

  /// Every rule at every group size.
  init(_ log: TokenLog, strength: Double, shrinkage: Double, groups: [Int]) throws {
    guard log.hasTokens, log.hasSumsOfSquares else {
      entries = []
      missing = log.hasTokens ? "sum_sq_probability" : "token_ids"
      return
    }
    var entries: [(rule: String, group: Int, gradients: TabularGradients)] = []
    for group in groups {
      for rule in LogRule.all(strength: strength, shrinkage: shrinkage) {
        let flattened = try log.flattened(advantages: rule.estimator, groupSize: group)
        guard
          let gradients = TabularGradients(
            log, flattened, modulated: try rule.advantages(log, flattened),
            plain: flattened.batch.advantages), !gradients.prompts.isEmpty
        else { continue }
        entries.append((rule.name, group, gradients))
      }
    }
    self.entries = entries
    missing = nil
  }

  /// Rows of the wanted quantities, with bootstrap intervals over prompts.
  func rows(
    _ quantities: [TabularGradients.Quantity], _ examination: Examination, designPoint: Int, resamples: Int
  ) -> [EstimateRow] {
    entries.enumerated().flatMap { index, entry in
      quantities.enumerated().map { place, quantity in
        var row = entry.gradients.row(
          quantity, method: entry.rule, examination, designPoint: designPoint + 10 * index + place,
          resamples: resamples)
        row.design += ", G=\(entry.group)"
        return row
      }
    }
  }

  /// A sentence for each rule: the quantity at each group size.
  func sentence(_ rows: [EstimateRow], _ quantity: TabularGradients.Quantity) -> String {
    var names: [String] = []
    for entry in entries where !names.contains(entry.rule) { names.append(entry.rule) }
    return names.map { name in
      let own = rows.filter { $0.method == name && $0.stat == quantity.rawValue }
      return "\(name) "
        + own.map { row in
          let interval =
            row.lower.flatMap { lower in row.upper.map { " [\(short(lower)), \(short($0))]" } } ?? ""
          return "\(short(row.estimate))\(interval) (\(row.design.split(separator: " ").last ?? ""))"
        }.joined(separator: ", ")
    }.joined(separator: "; ")
  }
}
