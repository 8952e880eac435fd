import Policies

/// The slow oracle of the token level: every ordered tuple of G outcomes, the rule applied to the raw group.
///
/// It exists to check `TokenGroupOracle`, takes the definition word for word, and asks nothing of the rule. Cost: M^G calls of the rule, twice.
public enum TokenTupleOracle {
  /// The moments of `ĝ = (1/G) Σ_i Σ_t A_{i,t} s_{i,t}` over groups of `group` responses.
  ///
  /// - Precondition: `group > 0` and M^G ≤ `TupleOracle.tupleLimit`.
  public static func moments(_ prompt: TokenPrompt, group: Int, rule: TokenRule) -> EstimatorMoments {
    var tuples = 1.0
    for _ in 0..<group { tuples *= Double(prompt.outcomeCount) }
    precondition(
      group > 0 && tuples <= TupleOracle.tupleLimit,
      "\(tuples) tuples, enumeration stops at \(TupleOracle.tupleLimit)")
    var mean = [Double](repeating: 0, count: prompt.dimension)
    forEachTuple(prompt, group: group) { outcomes, probability in
      let estimate = evaluate(prompt, outcomes, rule)
      for j in mean.indices { mean[j] += probability * estimate[j] }
    }
    var trace = 0.0
    forEachTuple(prompt, group: group) { outcomes, probability in
      let estimate = evaluate(prompt, outcomes, rule)
      var square = 0.0
      for j in mean.indices { square += (estimate[j] - mean[j]) * (estimate[j] - mean[j]) }
      trace += probability * square
    }
    return EstimatorMoments(mean: mean, covarianceTrace: trace)
  }

  /// The advantages that the rule gives the tokens of a tuple of outcomes, response by response.
  public static func advantages(_ prompt: TokenPrompt, outcomes: [Int], rule: TokenRule) -> [Double] {
    let group = TokenGroup(prompt, outcomes: outcomes)
    var advantages = [Double](repeating: 0, count: group.tokenCount)
    advantages.withUnsafeMutableBufferPointer { rule(group, $0) }
    return advantages
  }

  /// The estimate that a tuple of outcomes gives.
  static func evaluate(_ prompt: TokenPrompt, _ outcomes: [Int], _ rule: TokenRule) -> [Double] {
    let advantages = advantages(prompt, outcomes: outcomes, rule: rule)
    let size = prompt.vocabulary
    var estimate = [Double](repeating: 0, count: prompt.dimension)
    TokenGroup(prompt, outcomes: outcomes).forEachToken { index, _, token in
      for j in 0..<size {
        let score = prompt.scores[(token.block * size + token.action) * size + j]
        estimate[token.block * size + j] += advantages[index] * score / Double(outcomes.count)
      }
    }
    return estimate
  }

  private static func forEachTuple(_ prompt: TokenPrompt, group: Int, _ body: ([Int], Double) -> Void) {
    var outcomes = [Int](repeating: 0, count: group)
    while true {
      let probability = outcomes.reduce(1) { $0 * prompt.probabilities[$1] }
      if probability > 0 { body(outcomes, probability) }
      var position = group - 1
      while position >= 0, outcomes[position] == prompt.outcomeCount - 1 {
        outcomes[position] = 0
        position -= 1
      }
      guard position >= 0 else { return }
      outcomes[position] += 1
    }
  }
}
