/// Sequences of tokens laid end to end, without padding: row r of a batch is token r, whichever sequence it belongs to.
public struct PackedSequences: Sendable, Hashable {
  /// The tokens of all sequences.
  public private(set) var tokens: [Int32]
  /// Where each sequence starts, and the number of tokens at the end.
  public private(set) var starts: [Int]

  /// No sequence.
  public init() {
    tokens = []
    starts = [0]
  }

  /// These sequences.
  public init(_ sequences: [[Int32]]) {
    self.init()
    for sequence in sequences { append(sequence) }
  }

  /// The number of sequences.
  public var count: Int { starts.count - 1 }
  /// The number of tokens.
  public var tokenCount: Int { tokens.count }
  /// The rows of one sequence.
  public func range(_ sequence: Int) -> Range<Int> { starts[sequence]..<starts[sequence + 1] }

  /// Adds a sequence at the end.
  public mutating func append(_ sequence: some Sequence<Int32>) {
    tokens.append(contentsOf: sequence)
    starts.append(tokens.count)
  }
}
