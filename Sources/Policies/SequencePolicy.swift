/// A tabular autoregressive policy: sequences of at most T tokens over a vocabulary of K.
///
/// With *per-prefix* parameters every prefix has its own K logits (a K-ary tree of softmaxes); with *shared* parameters all prefixes use the same K. A
/// sequence ends after T tokens or, if there is an end token, right after it. The score of a sequence is the sum over its tokens of
/// `e_{a_t} − π(· | prefix)`, placed in the block of its prefix.
public struct SequencePolicy: Sendable, Hashable {
  /// Which logits a prefix uses.
  public enum Parameters: String, Sendable, Hashable, CaseIterable {
    /// Every prefix has its own.
    case perPrefix = "per-prefix"
    /// All prefixes share one vector.
    case shared
  }

  /// The vocabulary size K.
  public let vocabulary: Int
  /// The longest length T.
  public let length: Int
  /// Which logits a prefix uses.
  public let parameters: Parameters
  /// The token that ends a sequence early, if any.
  public let endToken: Int?
  /// The token probabilities of each state: one row for each prefix in breadth-first order (or a single shared row).
  public let states: [[Double]]

  /// The largest number of sequences that enumeration accepts.
  public static let outcomeLimit = 1 << 20

  /// A policy from the logits of its states.
  ///
  /// `logits` holds one row for each prefix shorter than T in breadth-first order (node n's child for token a is `nK + a + 1`), or a single row
  /// when shared. Rows of prefixes that the end token makes unreachable are present but unused.
  public init(vocabulary: Int, length: Int, parameters: Parameters, endToken: Int? = nil, logits: [[Double]])
    throws(PolicyError)
  {
    var rows: [[Double]] = []
    for (index, row) in logits.enumerated() {
      guard row.count == vocabulary else {
        throw .wrongCount(name: "states row \(index)", count: row.count, expected: vocabulary)
      }
      rows.append(try SoftmaxPolicy(logits: row, name: "states row \(index)").probabilities)
    }
    try self.init(
      vocabulary: vocabulary, length: length, parameters: parameters, endToken: endToken, probabilities: rows)
  }

  /// A policy from the token probabilities of its states, in the same order.
  public init(
    vocabulary: Int, length: Int, parameters: Parameters, endToken: Int? = nil, probabilities: [[Double]]
  )
    throws(PolicyError)
  {
    guard (1...4096).contains(vocabulary) else {
      throw .outOfRange(name: "vocabulary", value: vocabulary, allowed: 1...4096)
    }
    guard (1...64).contains(length) else { throw .outOfRange(name: "length", value: length, allowed: 1...64) }
    if let endToken, !(0..<vocabulary).contains(endToken) {
      throw .outOfRange(name: "end_token", value: endToken, allowed: 0...vocabulary - 1)
    }
    var expected = 1
    if parameters == .perPrefix {
      let count = Self.prefixCount(vocabulary: vocabulary, length: length)
      guard count <= Double(Self.outcomeLimit) else {
        throw .tooManyOutcomes(count: count, allowed: Self.outcomeLimit)
      }
      expected = Int(count)
    }
    guard probabilities.count == expected else {
      throw .wrongCount(name: "states", count: probabilities.count, expected: expected)
    }
    self.vocabulary = vocabulary
    self.length = length
    self.parameters = parameters
    self.endToken = endToken
    self.states = probabilities
  }

  /// The number of prefixes shorter than T: 1 + K + … + K^(T−1), as a double so that it cannot overflow.
  public static func prefixCount(vocabulary: Int, length: Int) -> Double {
    var total = 0.0
    var power = 1.0
    for _ in 0..<length {
      total += power
      power *= Double(vocabulary)
    }
    return total
  }

  /// The number of parameters: K for each state.
  public var dimension: Int { states.count * vocabulary }

  /// All sequences in lexicographic order.
  ///
  /// Throws if there may be more than `outcomeLimit`.
  public func sequences() throws(PolicyError) -> [[Int]] {
    var bound = 1.0
    for _ in 0..<length { bound *= Double(vocabulary) }
    guard bound <= Double(Self.outcomeLimit) else {
      throw .tooManyOutcomes(count: bound, allowed: Self.outcomeLimit)
    }
    var result: [[Int]] = []
    func extend(_ prefix: [Int]) {
      if prefix.count == length || (endToken != nil && prefix.last == endToken) {
        result.append(prefix)
        return
      }
      for token in 0..<vocabulary { extend(prefix + [token]) }
    }
    extend([])
    return result
  }

  /// The state that the prefix made of the first tokens leads to.
  func nextState(_ state: Int, token: Int) -> Int {
    parameters == .shared ? 0 : state * vocabulary + token + 1
  }

  /// The state in which each token of a sequence is chosen.
  public func visitedStates(_ sequence: [Int]) -> [Int] {
    var state = 0
    var states: [Int] = []
    for token in sequence {
      states.append(state)
      state = nextState(state, token: token)
    }
    return states
  }

  /// The policy with every sequence written out; `reward` is given the sequence.
  public func enumerated(reward: ([Int]) -> Double) throws(PolicyError) -> EnumeratedPrompt {
    let sequences = try sequences()
    let dimension = dimension
    guard Double(sequences.count) * Double(dimension) <= Double(1 << 27) else {
      throw .tooManyOutcomes(count: Double(sequences.count) * Double(dimension), allowed: 1 << 27)
    }
    var probabilities = [Double](repeating: 0, count: sequences.count)
    var scores = [Double](repeating: 0, count: sequences.count * dimension)
    for (row, sequence) in sequences.enumerated() {
      var state = 0
      var probability = 1.0
      for token in sequence {
        probability *= states[state][token]
        let block = row * dimension + state * vocabulary
        for a in 0..<vocabulary { scores[block + a] -= states[state][a] }
        scores[block + token] += 1
        state = nextState(state, token: token)
      }
      probabilities[row] = probability
    }
    let rewards = sequences.map(reward)
    try checkRewards(rewards, count: sequences.count)
    return EnumeratedPrompt(
      probabilities: probabilities, rewards: rewards, lengths: sequences.map(\.count), scores: scores,
      dimension: dimension)
  }
}
