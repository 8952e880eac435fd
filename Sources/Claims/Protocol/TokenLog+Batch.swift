import Estimators
import Modulation

extension TokenLog {
  /// A log's tokens as one batch, with the response that each token belongs to.
  public struct Flattened: Sendable {
    /// The tokens; states are prompts with the tokens drawn before (nil where the log does not say).
    public var batch: TokenBatch
    /// For each token its response's place in `responses`.
    public var responses: [Int]
    /// For each response its group; nil for one that is left out.
    public var groups: [Int?]
    /// For each group its prompt.
    public var promptOfGroup: [Int]
    /// For each token its drawn token, where the log has it.
    public var tokens: [Int]?
    /// For each token Σπ², where the log has it.
    public var sumsOfSquares: [Double]?
    /// The number of states; 0 where they are unknown.
    public var stateCount: Int
  }

  /// The tokens of the log, each with its response's advantage within its group.
  ///
  /// A group holds all responses to a prompt or, with `groupSize`, that many which follow each other in the log; a last group that is not full is left out. The advantages
  /// are those of `estimator` within the group.
  ///
  /// - Precondition: `groupSize`, if given, is positive.
  public func flattened(advantages estimator: some GradientEstimator, groupSize: Int? = nil)
    throws(ModulationError) -> Flattened
  {
    let (members, promptOfGroup) = groups(of: groupSize)
    var groupOf = [Int?](repeating: nil, count: responses.count)
    var advantage = [Double](repeating: 0, count: responses.count)
    for (group, responsesOfGroup) in members.enumerated() {
      let values = estimator.advantages(
        rewards: responsesOfGroup.map { responses[$0].reward },
        lengths: responsesOfGroup.map { responses[$0].logProbabilities.count })
      for (index, value) in zip(responsesOfGroup, values) {
        groupOf[index] = group
        advantage[index] = value
      }
    }
    var logProbabilities: [Double] = []
    var entropies: [Double] = []
    var advantages: [Double] = []
    var sequences: [Int] = []
    var positions: [Int] = []
    var labels: [Int] = []
    var states: [Int] = []
    var tokens: [Int] = []
    var squares: [Double] = []
    // A state is its parent state and the token drawn there; a prompt's first state has the parent −1 − prompt.
    var numbers: [Step: Int] = [:]
    for (index, response) in responses.enumerated() {
      guard let group = groupOf[index], !response.logProbabilities.isEmpty else { continue }
      var state = number(of: Step(parent: -1 - response.prompt, token: 0), &numbers)
      for position in response.logProbabilities.indices {
        logProbabilities.append(response.logProbabilities[position])
        entropies.append(response.entropies[position])
        advantages.append(advantage[index])
        sequences.append(index)
        positions.append(position)
        labels.append(group)
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
      sequences: sequenceLabels, positions: positions, groups: Self.dense(labels),
      states: hasStates ? stateLabels : nil, vocabulary: vocabulary)
    return Flattened(
      batch: batch, responses: sequences, groups: groupOf, promptOfGroup: promptOfGroup,
      tokens: hasStates ? tokens : nil,
      sumsOfSquares: hasSumsOfSquares ? squares : nil,
      stateCount: hasStates ? (stateLabels.max() ?? -1) + 1 : 0)
  }

  /// The responses of each group, and each group's prompt.
  private func groups(of size: Int?) -> (members: [[Int]], prompts: [Int]) {
    precondition(size ?? 1 > 0, "groupSize is \(size ?? 0), it must be positive")
    var byPrompt = [[Int]](repeating: [], count: promptNames.count)
    for (index, response) in responses.enumerated() { byPrompt[response.prompt].append(index) }
    var members: [[Int]] = []
    var prompts: [Int] = []
    for (prompt, all) in byPrompt.enumerated() where !all.isEmpty {
      let length = size ?? all.count
      for start in stride(from: 0, through: all.count - length, by: length) {
        members.append(Array(all[start..<start + length]))
        prompts.append(prompt)
      }
    }
    return (members, prompts)
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
