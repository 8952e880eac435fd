import Interchange
import Modulation

/// The tokens of one micro-batch with the lines that they came on.
struct TokenTable {
  /// One line of the input.
  struct Line {
    /// Its place in `text`.
    var text: Range<Int>
    var number: Int
    /// Its tokens.
    var tokens: Range<Int>
    /// Whether it is a rollout with arrays, rather than one token.
    var isArray: Bool
  }

  /// One token, checked.
  struct Token {
    var logProbability = 0.0
    var entropy = 0.0
    var advantage = 0.0
    var ratio = 1.0
    var isValid = true
    /// ‖s‖²; nil where neither Σπ² nor the vocabulary is known.
    var squaredScoreNorm: Double?
    /// π_a Λ_a − Σ π² Λ; nil without the vocabulary's probabilities.
    var deviation: Double?
    /// K; nil where it is not known.
    var vocabulary: Int?
  }

  private(set) var lines: [Line] = []
  private(set) var text: [UInt8] = []
  private(set) var tokens: [Token] = []
  private(set) var sequences: [Int] = []
  private(set) var positions: [Int] = []
  /// −1 where it is not known, as in the next.
  private(set) var groups: [Int] = []
  private(set) var states: [Int] = []

  private var sequenceNumbers: [SequenceKey: Int] = [:]
  private var groupNumbers: [String: Int] = [:]
  private var stateNumbers: [StateKey: Int] = [:]
  private var places: Set<TokenPlace> = []

  /// A response: names of responses may repeat from prompt to prompt.
  struct SequenceKey: Hashable {
    var group: String?
    var name: String

    /// FNV-1a of group and name; two of a million responses share one with a probability below 10⁻⁷.
    var digest: UInt64 {
      var hash: UInt64 = 0xcbf2_9ce4_8422_2325
      for byte in [group.map { Array($0.utf8) } ?? [], [0xff], Array(name.utf8)].joined() {
        hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3
      }
      return hash
    }
  }

  private struct StateKey: Hashable {
    var group: String?
    var name: String
  }

  /// A token's place in its response.
  private struct TokenPlace: Hashable {
    var sequence: Int
    var position: Int
  }

  /// The responses.
  var sequenceKeys: Dictionary<SequenceKey, Int>.Keys { sequenceNumbers.keys }

  /// Appends the line that `parsed` came from.
  ///
  /// Two tokens at one place of a response are refused: their response would be two, as where names begin anew at every step.
  mutating func append(_ parsed: TokenLine, text bytes: UnsafeRawBufferPointer, number: Int)
    throws(RecordRejection)
  {
    let start = text.count
    text.append(contentsOf: bytes)
    let first = tokens.count
    if !parsed.tokens.isEmpty {
      let sequence = Self.number(parsed.key, &sequenceNumbers)
      let group = parsed.group.map { Self.number($0, &groupNumbers) }
      for index in parsed.tokens.indices {
        tokens.append(parsed.tokens[index])
        sequences.append(sequence)
        let position = parsed.positions[index]
        guard places.insert(TokenPlace(sequence: sequence, position: position)).inserted else {
          throw RecordRejection(
            field: "position",
            reason:
              "the response '\(parsed.sequence.prefix(40))' has a token at \(position) already; responses need names of their own, or a 'group'"
          )
        }
        positions.append(position)
        groups.append(group ?? -1)
        states.append(
          parsed.states.map { Self.number(StateKey(group: parsed.group, name: $0[index]), &stateNumbers) }
            ?? -1)
      }
    }
    lines.append(
      Line(
        text: start..<text.count, number: number, tokens: first..<tokens.count, isArray: parsed.isArray))
  }

  /// Labels are numbered in the order of their first appearance.
  private static func number<Key: Hashable>(_ key: Key, _ numbers: inout [Key: Int]) -> Int {
    if let known = numbers[key] { return known }
    numbers[key] = numbers.count
    return numbers.count - 1
  }

  /// The number of the line that token `index` came on.
  func lineNumber(ofToken index: Int) -> Int {
    lines.first { $0.tokens.contains(index) }?.number ?? 0
  }

  /// The tokens as the rules read them.
  ///
  /// A label that some tokens lack counts as missing for all: a scope that needs it is then an error, which `AdvantageModulation` reports.
  func batch() throws(ModulationError) -> TokenBatch {
    try TokenBatch(
      logProbabilities: tokens.map(\.logProbability), entropies: tokens.map(\.entropy),
      advantages: tokens.map(\.advantage), ratios: tokens.map(\.ratio), sequences: sequences,
      positions: positions, groups: Self.complete(groups), states: Self.complete(states),
      isValid: tokens.contains { !$0.isValid } ? tokens.map(\.isValid) : nil)
  }

  private static func complete(_ labels: [Int]) -> [Int]? { labels.contains(-1) ? nil : labels }
}
