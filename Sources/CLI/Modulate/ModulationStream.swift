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
  /// The responses of the micro-batches so far, by a 64-bit digest; beyond `mostWatched` no more are taken in, so that memory stays bounded.
  private var seen: Set<UInt64> = []
  private var cut: Set<UInt64> = []
  private var hasLines = false
  /// The responses that are watched for tokens in a later micro-batch: 64 MB or so.
  static let mostWatched = 2_000_000

  /// Responses that have tokens in more than one micro-batch, each counted once.
  var cutResponses: Int { cut.count }

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
    if microBatch < .max {
      let digests = Set(table.sequenceKeys.map(\.digest))
      cut.formUnion(digests.filter(seen.contains))
      if seen.count + digests.count <= Self.mostWatched { seen.formUnion(digests) }
    }
    let result = try choice.result(of: table, file: reader.file)
    return Batch(table: table, result: result)
  }
}
