import Estimators
import Foundation
import Modulation
import Statistics

extension EntropyChangeExact {
  /// A log of drawn tokens cannot say whether the identity is exact; it says how narrow the exact value is known where rollouts share a state.
  public func examine(_ log: TokenLog, _ examination: Examination) throws -> LogEvidence? {
    var evidence = LogEvidence()
    evidence.addNotTestable(
      Method.ownLogits.rawValue, field: "probabilities",
      because:
        "the remainder needs the entropy after a step, and so π of every token of the vocabulary; a log of drawn tokens has one of them in each state"
    )
    let flattened = try log.flattened(advantages: GRPO())
    guard let states = LoggedStates(flattened) else {
      evidence.addNotTestable(
        "interval of dH", field: LoggedStates.missingField(log),
        because: "without it the unseen part of Σπ²Λ has no bounds")
      evidence.explanation =
        "Neither the exact entropy change nor an interval of it can be had from this log."
      return evidence
    }
    var parts: [String] = []
    for least in specification.integers("state_rollouts") {
      let chosen = states.states.filter { $0.members.count >= least }
      guard !chosen.isEmpty else { continue }
      let widths = chosen.map { $0.expectation.upper - $0.expectation.lower }.sorted()
      let signs = chosen.flatMap(\.members).map { index in
        let expectation = states.states[flattened.batch.states?[index] ?? 0].expectation
        return !expectation.contains(states.weightedDeviations[index])
      }
      let settled = Double(signs.count { $0 }) / Double(signs.count)
      let median = widths[widths.count / 2]
      let design = "real tokens, states with at least \(least) rollouts"
      for (stat, value) in [
        ("entropy_change_interval_width_median", median),
        ("entropy_change_interval_width_largest", widths.last ?? .nan), ("settled_sign_share", settled),
      ] {
        var row = EstimateRow(design: design, method: Method.ownLogits.rawValue, stat: stat, exact: value)
        row.exact = nil
        row.count = stat == "settled_sign_share" ? signs.count : chosen.count
        evidence.estimates.append(row)
      }
      parts.append(
        "with at least \(least) rollouts (\(chosen.count) states, \(signs.count) tokens) the median width is \(short(median)) nats per unit of η|ξ| and the sign is settled for \(short(100 * settled))% of tokens"
      )
    }
    evidence.explanation =
      "The log has no probabilities of tokens that were not drawn, but Σπ², H and the tokens seen enclose dH/dη: "
      + parts.joined(separator: "; ") + "."
    return evidence
  }
}
