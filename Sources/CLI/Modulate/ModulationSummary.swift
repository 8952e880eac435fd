import Foundation
import Interchange
import Statistics

/// How many tokens each factor touches and by how much, over all micro-batches.
struct ModulationSummary {
  private let choice: ModulationChoice
  private let threshold: Double
  private(set) var tallies: [FactorTally]
  private(set) var lines = 0
  private(set) var tokens = 0
  private(set) var masked = 0
  private(set) var positive = 0
  /// Responses that have tokens in more than one micro-batch.
  var cutResponses = 0
  private(set) var batches = 0

  init(_ choice: ModulationChoice, threshold: Double) {
    self.choice = choice
    self.threshold = threshold
    let floor = choice.constants.floor
    let ceiling = 1 + choice.constants.alpha
    tallies = [
      FactorTally("compensation", range: 1...ceiling, threshold: threshold),
      FactorTally("stabilisation", range: floor...1, threshold: threshold),
      FactorTally("factor", range: floor...ceiling, threshold: threshold),
    ]
  }

  /// Counts the tokens of one micro-batch; those that do not count for the rules are counted apart.
  mutating func add(_ table: TokenTable, _ result: ModulatedTokens) {
    batches += 1
    lines += table.lines.count
    tokens += table.tokens.count
    for (index, token) in table.tokens.enumerated() {
      guard token.isValid else {
        masked += 1
        continue
      }
      if token.advantage > 0 { positive += 1 }
      let factors = [
        result.factors.compensation[index], result.factors.stabilisation[index],
        result.factors.product[index],
      ]
      for place in tallies.indices {
        tallies[place].add(
          factors[place], advantage: token.advantage, squaredScoreNorm: token.squaredScoreNorm)
      }
    }
  }

  /// Factors that were no finite number.
  var nonFiniteCount: Int { tallies.reduce(0) { $0 + $1.distribution.nonFinite } }

  /// The summary for machines.
  var json: JSONValue {
    .object([
      ("schema", .string("allot-modulate-1")),
      ("mode", .string(choice.mode.rawValue)),
      ("parameters", choice.json),
      ("lines", .integer(lines)),
      ("tokens", .integer(tokens)),
      ("masked", .integer(masked)),
      ("positive_advantage", .integer(positive)),
      ("micro_batches", .integer(batches)), ("cut_responses", .integer(cutResponses)),
      ("touched_threshold", .number(threshold)),
      ("factors", .array(tallies.map(\.json))),
    ])
  }

  /// The summary for people.
  var text: String {
    let counted = tokens - masked
    let header = [
      "factor", "touched", "share", "share of norm", "min", "5%", "25%", "50%", "75%", "95%", "max",
    ]
    let rows = tallies.map { tally in
      [tally.name, String(tally.touched), TextTable.percent(tally.share), TextTable.percent(tally.normShare)]
        + tally.numbers.map { TextTable.short($0.value) }
    }
    let normed = tallies.first?.normed ?? 0
    return """
      \(tokens) tokens on \(lines) lines, \(batches) micro-batches, mode \(choice.mode.rawValue)\(masked > 0 ? "; \(masked) masked tokens left out" : "")
      \(choice.parameters)
      \(positive) of \(counted) tokens have a positive advantage

      \(TextTable.aligned([header] + rows))
      touched: the factor differs from 1 by more than \(TextTable.plain(threshold)).
      share of norm: of the sum of (A |s|)^2 in logit space; \(normed == counted && counted > 0 ? "known for all tokens" : "known for \(normed) of \(counted) tokens, which have 'sum_sq_probability' or 'probabilities'").
      Quantiles are off by at most \(TextTable.plain(tallies.map(\.distribution.resolution).max() ?? 0)).

      """
  }
}

extension ModulationChoice {
  /// Every parameter in use, for people.
  fileprivate var parameters: String {
    if mode == .none { return "every factor is 1" }
    return
      "alpha \(TextTable.plain(constants.alpha)) (\(compensationScope.rawValue)), floor \(TextTable.plain(constants.floor)), steepness \(TextTable.plain(constants.steepness)), "
      + "centre \(TextTable.plain(constants.centre)) (\(stabilisationScope.rawValue), \(constants.entropySource.rawValue) entropy change), clip \(TextTable.plain(clip.low)), \(TextTable.plain(clip.high))"
  }

  /// Every parameter in use.
  fileprivate var json: JSONValue {
    .object([
      ("alpha", .number(constants.alpha)), ("floor", .number(constants.floor)),
      ("steepness", .number(constants.steepness)), ("centre", .number(constants.centre)),
      ("coincidence", .string(coincidence.rawValue)),
      ("compensation_scope", .string(compensationScope.rawValue)),
      ("stabilisation_scope", .string(stabilisationScope.rawValue)),
      ("entropy_source", .string(constants.entropySource.rawValue)), ("clip_low", .number(clip.low)),
      ("clip_high", .number(clip.high)),
    ])
  }
}
