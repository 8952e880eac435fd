import Interchange
import Modulation

/// The micro-batches of an input, modulated one after another.
struct ModulationStream {
  /// A micro-batch.
  struct Batch {
    var table: TokenTable
    var result: ModulatedTokens
  }

  private let reader: TokenLineReader
  private let choice: ModulationChoice
  private let microBatch: Int
  private var previous: Set<TokenTable.SequenceKey> = []
  private var hasLines = false
  /// Responses of which the next micro-batch had tokens too.
  private(set) var cutResponses = 0

  /// A stream of micro-batches of `microBatch` lines.
  init(_ lines: LineReader, _ choice: ModulationChoice, vocabulary: Int?, microBatch: Int)
    throws(InterchangeError)
  {
    reader = try TokenLineReader(lines, vocabulary: vocabulary)
    self.choice = choice
    self.microBatch = microBatch
  }

  /// The next micro-batch; nil at the end, and where `isCancelled` turns true.
  ///
  /// An input without lines is an error.
  mutating func next(_ isCancelled: () -> Bool) throws(InterchangeError) -> Batch? {
    var table = TokenTable()
    while table.lines.count < microBatch, !isCancelled(), let line = try reader.next() {
      do throws(RecordRejection) {
        try table.append(line, text: reader.text, number: reader.lineNumber)
      } catch {
        throw .damaged(
          file: reader.file, line: reader.lineNumber, field: error.field, reason: error.reason)
      }
    }
    guard !isCancelled() else { return nil }
    guard !table.lines.isEmpty else {
      if !hasLines { throw .empty(files: [reader.file], reason: "there are no tokens") }
      return nil
    }
    hasLines = true
    cutResponses += table.sequenceKeys.count { previous.contains($0) }
    let result = try choice.result(of: table, file: reader.file)
    previous = microBatch == .max ? [] : Set(table.sequenceKeys)
    return Batch(table: table, result: result)
  }
}
