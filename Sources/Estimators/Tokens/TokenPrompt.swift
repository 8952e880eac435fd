import Foundation
import Policies

/// One prompt with every outcome written out token by token: what estimators need whose advantages differ within a response.
///
/// All that a rule may read of a token is computed once, here; a group is then a list of outcome numbers.
public struct TokenPrompt: Sendable, Hashable {
  /// The vocabulary size K.
  public let vocabulary: Int
  /// The number of parameters: K for each block of logits.
  public let dimension: Int
  /// The outcome probabilities, M numbers.
  public let probabilities: [Double]
  /// The rewards, M numbers.
  public let rewards: [Double]
  /// The tokens of all outcomes one after the other.
  public let tokens: [TokenDraw]
  /// Where each outcome's tokens begin, and the end: M + 1 numbers.
  public let offsets: [Int]
  /// The scores e_a − π of every token of every block: K numbers at `(block · K + a) · K`.
  ///
  /// The entry of the token itself is the sum of the other probabilities, as 1 − π_a cancels for a confident token.
  public let scores: [Double]

  /// The prompt's outcomes with their tokens.
  ///
  /// Throws where the outcomes of a sequence policy are too many to enumerate.
  public init(_ prompt: Prompt) throws(PolicyError) {
    switch prompt.policy {
    case .softmax(let policy): try self.init(policy, rewards: prompt.rewards)
    case .sequence(let policy):
      var next = prompt.rewards.makeIterator()
      try self.init(policy) { _ in next.next() ?? 0 }
    }
  }

  /// A one-step prompt: every outcome is one token.
  public init(_ policy: SoftmaxPolicy, rewards: [Double]) throws(PolicyError) {
    var next = rewards.makeIterator()
    guard rewards.count == policy.actionCount else {
      throw .wrongCount(name: "rewards", count: rewards.count, expected: policy.actionCount)
    }
    try self.init(
      rows: [policy.probabilities], sequences: (0..<policy.actionCount).map { [$0] },
      blocks: { _ in [0] }, reward: { _ in next.next() ?? 0 })
  }

  /// A sequence prompt; `reward` is given each sequence, in lexicographic order.
  public init(_ policy: SequencePolicy, reward: ([Int]) -> Double) throws(PolicyError) {
    try self.init(
      rows: policy.states, sequences: policy.sequences(), blocks: policy.visitedStates, reward: reward)
  }

  private init(
    rows: [[Double]], sequences: [[Int]], blocks: ([Int]) -> [Int], reward: ([Int]) -> Double
  ) throws(PolicyError) {
    let vocabulary = rows[0].count
    let draws = rows.enumerated().map { block, row in Self.draws(row, block: block) }
    var probabilities: [Double] = []
    var rewards: [Double] = []
    var tokens: [TokenDraw] = []
    var offsets = [0]
    for (index, sequence) in sequences.enumerated() {
      var probability = 1.0
      var state = 0
      for (position, (token, block)) in zip(sequence, blocks(sequence)).enumerated() {
        probability *= rows[block][token]
        tokens.append(draws[block][token].placed(state: state, position: position))
        state = state * vocabulary + token + 1
      }
      let value = reward(sequence)
      guard value.isFinite else { throw .invalidReward(index: index, value: value) }
      probabilities.append(probability)
      rewards.append(value)
      offsets.append(tokens.count)
    }
    self.vocabulary = vocabulary
    dimension = rows.count * vocabulary
    self.probabilities = probabilities
    self.rewards = rewards
    self.tokens = tokens
    self.offsets = offsets
    var scores = [Double](repeating: 0, count: rows.count * vocabulary * vocabulary)
    for (block, row) in rows.enumerated() {
      for a in 0..<vocabulary {
        let start = (block * vocabulary + a) * vocabulary
        for b in 0..<vocabulary { scores[start + b] = b == a ? Self.others(row, a) : -row[b] }
      }
    }
    self.scores = scores
  }

  /// Σ_{b≠a} π_b.
  private static func others(_ row: [Double], _ action: Int) -> Double {
    var sum = 0.0
    for (b, p) in row.enumerated() where b != action { sum += p }
    return sum
  }

  /// Every token of one distribution, not yet placed in an outcome.
  private static func draws(_ row: [Double], block: Int) -> [TokenDraw] {
    var entropy = 0.0
    var squares = 0.0
    for p in row where p > 0 {
      entropy -= p * log(p)
      squares += p * p
    }
    entropy = max(entropy, 0)
    // The deviation is taken before the sum: Σπ² log π + H Σπ² cancels for nearly uniform distributions.
    var expectation = 0.0
    for p in row where p > 0 { expectation += p * p * (log(p) + entropy) }
    return row.enumerated().map { action, p in
      let missing = others(row, action)
      var rest = 0.0
      for (b, q) in row.enumerated() where b != action { rest += q * q }
      return TokenDraw(
        state: 0, block: block, position: 0, action: action, probability: p, logProbability: log(p),
        entropy: entropy, sumOfSquares: squares, expectedWeightedDeviation: expectation,
        squaredScoreNorm: missing * missing + rest)
    }
  }

  /// The number of outcomes M.
  public var outcomeCount: Int { probabilities.count }

  /// The success probability, Σ π R.
  public var successProbability: Double { zip(probabilities, rewards).reduce(0) { $0 + $1.0 * $1.1 } }

  /// The true gradient of the expected reward, `Σ π_y (R_y − p) Σ_t s_t`.
  ///
  /// Scores have mean 0, so that p changes nothing but the rounding, which is then relative to the reward's deviation.
  public var gradient: [Double] {
    let p = successProbability
    var result = [Double](repeating: 0, count: dimension)
    for outcome in 0..<outcomeCount {
      let weight = probabilities[outcome] * (rewards[outcome] - p)
      for index in offsets[outcome]..<offsets[outcome + 1] {
        let token = tokens[index]
        let row = (token.block * vocabulary + token.action) * vocabulary
        for j in 0..<vocabulary { result[token.block * vocabulary + j] += weight * scores[row + j] }
      }
    }
    return result
  }
}

extension TokenDraw {
  /// The same token at a place.
  fileprivate func placed(state: Int, position: Int) -> TokenDraw {
    TokenDraw(
      state: state, block: block, position: position, action: action, probability: probability,
      logProbability: logProbability, entropy: entropy, sumOfSquares: sumOfSquares,
      expectedWeightedDeviation: expectedWeightedDeviation, squaredScoreNorm: squaredScoreNorm)
  }
}
