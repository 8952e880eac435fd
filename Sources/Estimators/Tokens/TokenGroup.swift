import Policies
import Statistics

/// A token-level rule: writes the advantage of every token of the group, response by response, into the buffer, which has `tokenCount` places.
///
/// It must not depend on the order of the responses: exchanging two of them exchanges their advantages. Everything else is free: it may look at the whole group.
public typealias TokenRule = @Sendable (TokenGroup, UnsafeMutableBufferPointer<Double>) -> Void

/// A group of responses to one prompt, as a token-level rule sees it.
///
/// A view: the tokens are the prompt's own, only the list of outcomes changes from group to group.
public struct TokenGroup: Sendable {
  /// The prompt.
  public let prompt: TokenPrompt
  /// The outcome of each response.
  public internal(set) var outcomes: [Int]

  /// The group of these outcomes.
  ///
  /// - Precondition: outcomes of the prompt.
  public init(_ prompt: TokenPrompt, outcomes: [Int]) {
    precondition(
      outcomes.allSatisfy { (0..<prompt.outcomeCount).contains($0) },
      "outcomes \(outcomes) of a prompt with \(prompt.outcomeCount)")
    self.prompt = prompt
    self.outcomes = outcomes
  }

  /// The number of responses G.
  @inlinable
  public var count: Int { outcomes.count }

  /// The reward of a response.
  @inlinable
  public func reward(_ response: Int) -> Double { prompt.rewards[outcomes[response]] }

  /// The places of a response's tokens in `prompt.tokens`.
  @inlinable
  public func range(_ response: Int) -> Range<Int> {
    let outcome = outcomes[response]
    return prompt.offsets[outcome]..<prompt.offsets[outcome + 1]
  }

  /// The number of tokens of all responses.
  @inlinable
  public var tokenCount: Int {
    var total = 0
    for outcome in outcomes { total += prompt.offsets[outcome + 1] - prompt.offsets[outcome] }
    return total
  }

  /// Calls `body` with the place in the buffer, the response and the token, for every token in the order of the buffer.
  @inlinable @inline(__always)
  public func forEachToken(_ body: (_ index: Int, _ response: Int, _ token: TokenDraw) -> Void) {
    var index = 0
    prompt.tokens.withUnsafeBufferPointer { tokens in
      for response in 0..<outcomes.count {
        for place in range(response) {
          body(index, response, tokens[place])
          index += 1
        }
      }
    }
  }

  /// One value for each token, as arrays for rules that want a batch.
  public func map<Value>(_ value: (_ response: Int, _ token: TokenDraw) -> Value) -> [Value] {
    var values: [Value] = []
    values.reserveCapacity(tokenCount)
    forEachToken { _, response, token in values.append(value(response, token)) }
    return values
  }

  /// Adds `(1/G) Σ_i Σ_t v_x`, v being that of the token's block, to `estimate`.
  ///
  /// - Precondition: `addition` and `estimate` have `prompt.dimension` entries.
  func add(_ addition: [Double], to estimate: UnsafeMutableBufferPointer<Double>) {
    precondition(
      addition.count == estimate.count, "\(addition.count) numbers for a dimension of \(estimate.count)")
    let vocabulary = prompt.vocabulary
    let scale = 1 / Double(count)
    addition.withUnsafeBufferPointer { addition in
      forEachToken { _, _, token in
        let start = token.block * vocabulary
        for j in start..<start + vocabulary { estimate[j] += scale * addition[j] }
      }
    }
  }

  /// Adds `(1/G) Σ_i Σ_t A_{i,t} s_{i,t}` to `estimate`.
  ///
  /// - Precondition: `advantages` has `tokenCount` entries, `estimate` has `prompt.dimension`.
  func addEstimate(
    _ advantages: UnsafeMutableBufferPointer<Double>, to estimate: UnsafeMutableBufferPointer<Double>
  ) {
    let vocabulary = prompt.vocabulary
    let scale = 1 / Double(count)
    prompt.scores.withUnsafeBufferPointer { scores in
      forEachToken { index, _, token in
        let weight = advantages[index] * scale
        guard weight != 0 else { return }
        let row = (token.block * vocabulary + token.action) * vocabulary
        let start = token.block * vocabulary
        for j in 0..<vocabulary { estimate[start + j] += weight * scores[row + j] }
      }
    }
  }
}

/// Buffers for one group after another: the group, its advantages and its estimate.
///
/// Nothing is allocated while groups change.
struct TokenWorkspace: ~Copyable {
  var group: TokenGroup
  let advantages: UnsafeMutableBufferPointer<Double>
  let estimate: UnsafeMutableBufferPointer<Double>

  init(_ prompt: TokenPrompt, group: Int) {
    precondition(group > 0, "group is \(group), it must be positive")
    self.group = TokenGroup(prompt, outcomes: [Int](repeating: 0, count: group))
    let longest = zip(prompt.offsets, prompt.offsets.dropFirst()).reduce(0) { max($0, $1.1 - $1.0) }
    advantages = .allocate(capacity: group * longest)
    advantages.initialize(repeating: 0)
    estimate = .allocate(capacity: prompt.dimension)
    estimate.initialize(repeating: 0)
  }

  deinit {
    advantages.deallocate()
    estimate.deallocate()
  }

  /// Computes the estimate of the group's present outcomes; with a stream as one draw has it, else its mean over draws.
  func evaluate(_ estimator: TokenEstimator, drawing stream: RandomStream? = nil) {
    let used = UnsafeMutableBufferPointer(rebasing: advantages[0..<group.tokenCount])
    if let lottery = estimator.lottery, let stream {
      lottery.draw(group, used, stream)
    } else {
      estimator.rule(group, used)
    }
    estimate.update(repeating: 0)
    group.addEstimate(used, to: estimate)
    if let addition = estimator.addition { group.add(addition, to: estimate) }
  }
}
