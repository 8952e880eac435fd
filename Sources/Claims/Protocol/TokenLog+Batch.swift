import Estimators
import Modulation

extension TokenLog {
  /// A log's tokens as one batch, with the response that each token belongs to.
  public struct Flattened: Sendable {
    /// The tokens; groups are prompts, states are prompts with the tokens drawn before (nil where the log does not say).
    public var batch: TokenBatch
    /// For each token its response's place in `responses`.
    public var responses: [Int]
    /// For each token its drawn token, where the log has it.
    public var tokens: [Int]?
    /// For each token Σπ², where the log has it.
    public var sumsOfSquares: [Double]?
    /// The number of states; 0 where they are unknown.
    public var stateCount: Int
  }

  /// All tokens, each with its response's advantage within the responses to the same prompt.
  ///
  /// The advantages are those of `estimator` over all responses that the log has for a prompt, a group larger than the one that a trainer may have used.
  public func flattened(advantages estimator: some GradientEstimator) throws(ModulationError) -> Flattened {
    let advantage = responseAdvantages(estimator)
    var logProbabilities: [Double] = []
    var entropies: [Double] = []
    var advantages: [Double] = []
    var sequences: [Int] = []
    var positions: [Int] = []
    var groups: [Int] = []
    var states: [Int] = []
    var tokens: [Int] = []
    var squares: [Double] = []
    // A state is its parent state and the token drawn there; a prompt's first state has the parent −1 − prompt.
    var numbers: [Step: Int] = [:]
    for (index, response) in responses.enumerated() where !response.logProbabilities.isEmpty {
      var state = number(of: Step(parent: -1 - response.prompt, token: 0), &numbers)
      for position in response.logProbabilities.indices {
        logProbabilities.append(response.logProbabilities[position])
        entropies.append(response.entropies[position])
        advantages.append(advantage[index])
        sequences.append(index)
        positions.append(position)
        groups.append(response.prompt)
        if let sums = response.sumsOfSquares { squares.append(sums[position]) }
        if let drawn = response.tokens {
          states.append(state)
          tokens.append(drawn[position])
          state = number(of: Step(parent: state, token: drawn[position]), &numbers)
        }
      }
    }
    let sequenceLabels = Self.dense(sequences)
    let hasStates = hasTokens
    let stateLabels = hasStates ? Self.dense(states) : []
    let batch = try TokenBatch(
      logProbabilities: logProbabilities, entropies: entropies, advantages: advantages,
      sequences: sequenceLabels, positions: positions, groups: Self.dense(groups),
      states: hasStates ? stateLabels : nil, vocabulary: vocabulary)
    return Flattened(
      batch: batch, responses: sequences, tokens: hasStates ? tokens : nil,
      sumsOfSquares: hasSumsOfSquares ? squares : nil,
      stateCount: hasStates ? (stateLabels.max() ?? -1) + 1 : 0)
  }

  /// The advantage of each response among the responses to its prompt.
  public func responseAdvantages(_ estimator: some GradientEstimator) -> [Double] {
    var members = [[Int]](repeating: [], count: promptNames.count)
    for (index, response) in responses.enumerated() { members[response.prompt].append(index) }
    var result = [Double](repeating: 0, count: responses.count)
    for group in members where !group.isEmpty {
      let values = estimator.advantages(
        rewards: group.map { responses[$0].reward },
        lengths: group.map { responses[$0].logProbabilities.count })
      for (index, value) in zip(group, values) { result[index] = value }
    }
    return result
  }

  private struct Step: Hashable {
    var parent: Int
    var token: Int
  }

  private func number(of step: Step, _ numbers: inout [Step: Int]) -> Int {
    if let known = numbers[step] { return known }
    numbers[step] = numbers.count
    return numbers.count - 1
  }

  /// Labels numbered anew in the order of first appearance, so that they lie below the count of tokens.
  private static func dense(_ labels: [Int]) -> [Int] {
    var numbers: [Int: Int] = [:]
    return labels.map { label in
      if let known = numbers[label] { return known }
      numbers[label] = numbers.count
      return numbers.count - 1
    }
  }
}
