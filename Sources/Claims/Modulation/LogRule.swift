import Estimators
import Modulation
import Statistics

/// A token-level rule that a log can be asked about: it needs no vocabulary, only what was logged of the drawn tokens.
struct LogRule: Sendable {
  /// The name used in tables.
  let name: String
  /// Whether it is a rule of this project: then a log reports on it, and decides nothing about the paper's claims.
  let isOwn: Bool
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
    LogRule(name: name, isOwn: false, estimator: GRPO()) {
      (_: TokenLog, flattened: TokenLog.Flattened) throws(ModulationError) in
      zip(flattened.batch.advantages, try modulation.factors(flattened.batch).product).map { $0 * $1 }
    }
  }

  private static func stateBaseline(_ shrinkage: Double) -> LogRule {
    LogRule(name: "score-weighted-state-baseline", isOwn: true, estimator: LeaveOneOut()) {
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
  /// A rule at a group size, with its sums.
  struct Entry: Sendable {
    let rule: String
    let isOwn: Bool
    let group: Int
    let gradients: TabularGradients

    /// The rule and its group size, for sentences.
    var name: String { "\(rule) (G=\(group))" }
  }

  /// Every rule at every group size.
  let entries: [Entry]
  /// The field that is missing, if the log cannot be asked.
  let missing: String?
  /// What the log is called.
  private let source: String

  /// Every rule at every group size.
  init(_ log: TokenLog, strength: Double, shrinkage: Double, groups: [Int]) throws {
    source = log.name
    guard log.hasTokens, log.hasSumsOfSquares else {
      entries = []
      missing = log.hasTokens ? "sum_sq_probability" : "token_ids"
      return
    }
    var entries: [Entry] = []
    for group in groups {
      for rule in LogRule.all(strength: strength, shrinkage: shrinkage) {
        let flattened = try log.flattened(advantages: rule.estimator, groupSize: group)
        guard
          let gradients = TabularGradients(
            log, flattened, modulated: try rule.advantages(log, flattened),
            plain: flattened.batch.advantages), !gradients.prompts.isEmpty
        else { continue }
        entries.append(Entry(rule: rule.name, isOwn: rule.isOwn, group: group, gradients: gradients))
      }
    }
    self.entries = entries
    missing = nil
  }

  /// Rows of the wanted quantities, with bootstrap intervals over prompts: all quantities of the first entry, then those of the next.
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

  /// A finding for each of the paper's rules at each group size: its quantity against 1.
  ///
  /// `rows` are those of `rows(_:_:designPoint:resamples:)`; `question` ends the finding's name.
  func findings(
    _ quantity: TabularGradients.Quantity, _ truth: LogInference.Truth, question: String, name: String,
    _ rows: [EstimateRow]
  ) -> [Finding] {
    zip(entries, own(rows, quantity)).filter { !$0.0.isOwn }.map { entry, row in
      entry.gradients.inference(quantity).finding(
        "\(entry.rule), G=\(entry.group), \(question)", truth, boundary: 1, name: name, of: "of \(source)",
        interval: Self.interval(row))
    }
  }

  /// The quantity of the paper's rules, which intervals exclude 1 and on which side, and the project's own rule apart.
  func sentence(_ rows: [EstimateRow], _ quantity: TabularGradients.Quantity) -> String {
    let all = Array(zip(entries, own(rows, quantity)))
    guard !all.isEmpty else { return "no prompt of the log has two groups of any size asked for." }
    func values(_ isOwn: Bool) -> String {
      listing(
        all.filter { $0.0.isOwn == isOwn }.map { entry, row in
          "\(entry.name) \(LogInference.text(row.estimate, Self.interval(row), boundary: 1))"
        }, limit: all.count)
    }
    func names(_ condition: (Interval) -> Bool) -> String {
      listing(
        all.filter { entry, row in !entry.isOwn && Self.interval(row).map(condition) ?? false }
          .map(\.0.name), limit: all.count)
    }
    return
      "\(values(false)). Intervals below 1: \(names { $0.upper < 1 }); above 1: \(names { $0.lower > 1 }); around 1: \(names { $0.contains(1) }). The verdicts ask for more than 95 %: for the error of the whole family. Of the project's own rule, about which the paper claims nothing: \(values(true))."
  }

  /// The rows of one quantity, one for each entry.
  private func own(_ rows: [EstimateRow], _ quantity: TabularGradients.Quantity) -> [EstimateRow] {
    let own = rows.filter { $0.stat == quantity.rawValue }
    precondition(own.count == entries.count, "\(own.count) rows for \(entries.count) entries")
    return own
  }

  private static func interval(_ row: EstimateRow) -> Interval? {
    row.lower.flatMap { lower in row.upper.map { Interval(lower: lower, upper: $0) } }
  }
}
