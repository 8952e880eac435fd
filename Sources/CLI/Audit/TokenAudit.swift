import Foundation
import Interchange
import Modulation
import Statistics

/// What advantage modulation would do to the logged tokens, and how their entropies run.
///
/// Two readings of the files: the first gathers for each prompt at each step the extremes that factors are relative to (about 200 bytes, and 8 more for each position of its
/// longest response up to 1024), the second gives every token its factors and keeps histograms. Nothing is kept by token, and lines may come in any order.
struct TokenAudit: Sendable {
  var rollouts = 0
  var rolloutsWithout = 0
  var tokens = 0
  /// Tokens of responses with a positive advantage, and without any.
  var positive = 0
  var withoutAdvantage = 0
  /// Tokens beyond the positions that the published form looks at.
  var beyond = 0
  var forms: [TokenForm] = []
  var positions: [EntropyByPosition.Row] = []
  /// What could not be computed, and why.
  var missing: [Missing] = []

  /// A quantity that the log does not give.
  struct Missing: Sendable, Equatable {
    var quantity: String
    /// The field that would give it; nil where none could.
    var field: String?
    var reason: String
  }

  /// The audit of the tokens that the first reading found; nil without any.
  ///
  /// `paths` are read again. Standard input and pipes cannot be: then nothing but the reason is reported.
  init?(_ log: AuditLog, paths: [String], rule: SuccessRule) throws(InterchangeError) {
    let groups = log.tokenGroups
    guard groups.rollouts > 0 else { return nil }
    rollouts = groups.rollouts
    rolloutsWithout = groups.without
    tokens = groups.tokens
    missing = Self.missing(groups)
    if let once = paths.first(where: { !Self.isReadAgain($0) }) {
      missing.insert(
        Missing(
          quantity: "factors and entropies by position", field: nil,
          reason:
            "they need a second reading, and '\(once)' can be read once; give the log as a file"), at: 0)
      return
    }
    try read(log, paths: paths, rule: rule)
  }

  private static func isReadAgain(_ path: String) -> Bool {
    var status = stat()
    return path != "-" && stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
  }

  private mutating func read(_ log: AuditLog, paths: [String], rule: SuccessRule) throws(InterchangeError) {
    let groups = log.tokenGroups.groups
    let advantages = log.prompts.map { prompt in
      let counts = prompt[.all]
      guard counts.samples > 0 else { return (success: 0.0, failure: 0.0) }
      return MeasuredEstimator.grpo.advantages(
        samples: counts.samples, successes: counts.successes, successNorms: 0, failureNorms: 0)
    }
    // Extremes of extremes, which do not depend on the order of the groups.
    var whole = (lowest: Double.infinity, highest: -Double.infinity, change: 0.0)
    for (place, group) in groups {
      whole.lowest = min(whole.lowest, group.lowest)
      whole.highest = max(whole.highest, group.highest)
      whole.change = max(whole.change, group.largest(advantages[place]))
    }
    var entropies = EntropyByPosition(largest: max(whole.highest, 0))
    var forms = TokenForm.all
    var tally = (positive: 0, without: 0, beyond: 0)
    let all = Self.range(whole.lowest, whole.highest)
    var reader = RolloutLogReader(rule: rule, readsTokens: true)
    for path in paths {
      try reader.read(path: path) { record throws(RecordRejection) in
        guard case .rollout(let rollout) = record, let tokens = rollout.tokens.flatMap(LoggedTokens.init),
          let place = log.place(of: rollout), let group = groups[place]
        else { return }
        let advantage = rollout.succeeded ? advantages[place].success : advantages[place].failure
        let own = Self.range(group.lowest, group.highest)
        let largest = group.largest(advantages[place])
        if advantage > 0 { tally.positive += tokens.count }
        if advantage == 0 { tally.without += tokens.count }
        for index in 0..<tokens.count {
          entropies.add(tokens.entropies[index], position: index)
          if index >= TokenGroup.positionCount { tally.beyond += 1 }
          for form in forms.indices {
            let extremes =
              switch forms[form].scope {
              case .group: TokenForm.Extremes(entropies: own, largestChange: largest)
              case .log: TokenForm.Extremes(entropies: all, largestChange: whole.change)
              case .position:
                TokenForm.Extremes(
                  entropies: own, largestChange: group.largest(at: index, advantages[place]))
              }
            forms[form].add(
              entropy: tokens.entropies[index], advantage: advantage,
              magnitude: tokens.deviations == nil
                ? nil
                : advantage.magnitude
                  * tokens.magnitude(index, succeeded: rollout.succeeded, clip: forms[form].clip),
              squaredScoreNorm: tokens.squaredScoreNorms?[index], extremes)
          }
        }
      }
    }
    self.forms = forms
    positions = entropies.rows
    positive = tally.positive
    withoutAdvantage = tally.without
    beyond = tally.beyond
    if beyond > 0 {
      missing.append(
        Missing(
          quantity: "published stabilisation beyond position \(TokenGroup.positionCount - 1)", field: nil,
          reason:
            "largest changes are kept for the first \(TokenGroup.positionCount) positions only; \(beyond) tokens lie beyond"
        ))
    }
  }

  /// The range of entropies of a group, which has tokens.
  private static func range(_ lowest: Double, _ highest: Double) -> EntropyRange {
    (try? EntropyRange(lowest: lowest, highest: highest)) ?? EntropyRange(vocabulary: 1)
  }
}
