import Allocation
import Interchange

/// The prompts of a table of counts, checked.
struct AllocationTable {
  /// The prompt identifiers, in the order of the file.
  var prompts: [String] = []
  /// The line of each prompt.
  private(set) var lineNumbers: [Int] = []
  /// Counts and, where the column is there, the score deviation.
  var statistics: [PromptStatistics] = []
  /// σ of each prompt, for Neyman's rule; empty without a column for it.
  var deviations: [Double] = []
  /// Score moments, where all three columns are there and the cells are not empty.
  var moments: [ScoreAwareNeymanAllocation.ScoreMoments?]?
  /// What only some rules read.
  var columns: AllocationColumns

  /// Reads `prompt_id,successes,samples[,score_sd][,v_success,v_failure,d_squared]` and `AllocationColumns`; other columns are passed over.
  ///
  /// Counts may be missing where only other columns are needed; `required` ones may not.
  init(path: String, deviationColumn: String?, needsCounts: Bool, required: [String] = [])
    throws(InterchangeError)
  {
    let table = try CSVTable(path: path)
    columns = try AllocationColumns(table)
    for name in required { _ = try table.column(name) }
    guard !table.rows.isEmpty else {
      throw .empty(files: [path], reason: "there is no prompt below the header")
    }
    let identifier = try table.column("prompt_id")
    let hasCounts = needsCounts || (table.header.contains("successes") && table.header.contains("samples"))
    let successes = hasCounts ? try table.column("successes") : nil
    let samples = hasCounts ? try table.column("samples") : nil
    let deviation = try deviationColumn.map { name throws(InterchangeError) in try table.column(name) }
    let score = table.header.firstIndex(of: "score_sd")
    let named = ["v_success", "v_failure", "d_squared"].compactMap { table.header.firstIndex(of: $0) }
    if named.count == 3 { moments = [] }
    var lines: [String: Int] = [:]
    for row in table.rows.indices {
      let name = table.rows[row][identifier]
      guard !name.isEmpty else { throw table.invalid(row, identifier, "a prompt needs a name") }
      if let first = lines.updateValue(table.lineNumbers[row], forKey: name) {
        throw table.invalid(row, identifier, "the prompt stands on line \(first) already")
      }
      prompts.append(name)
      lineNumbers.append(table.lineNumbers[row])
      var statistics = PromptStatistics(successes: 0, samples: 0)
      if let successes, let samples {
        statistics.samples = try table.integer(row: row, column: samples)
        statistics.successes = try table.integer(row: row, column: successes)
        guard statistics.samples >= 0 else { throw table.invalid(row, samples, "it must not be negative") }
        guard (0...statistics.samples).contains(statistics.successes) else {
          throw table.invalid(
            row, successes, "it must lie in 0...\(statistics.samples), the samples of the line")
        }
      }
      if let score, !table.rows[row][score].isEmpty {
        statistics.scoreDeviation = try Self.positive(table, row, score)
      }
      self.statistics.append(statistics)
      if let deviation { deviations.append(try Self.positive(table, row, deviation)) }
      if named.count == 3 {
        var moment: ScoreAwareNeymanAllocation.ScoreMoments?
        if named.allSatisfy({ !table.rows[row][$0].isEmpty }) {
          moment = ScoreAwareNeymanAllocation.ScoreMoments(
            successVariance: try Self.positive(table, row, named[0]),
            failureVariance: try Self.positive(table, row, named[1]),
            squaredDistance: try Self.positive(table, row, named[2]))
        }
        moments?.append(moment)
      }
    }
  }

  /// Where the data of one prompt are to blame for `error`, the file, the line and the prompt; nil where the options are.
  func place(of error: AllocationError, file: String) -> String? {
    let index: Int
    switch error {
    case .invalidValue(_, let place, _), .invalidCounts(let place, _, _), .missing(_, let place):
      index = place
    default: return nil
    }
    guard prompts.indices.contains(index) else { return nil }
    return "\(file):\(lineNumbers[index]): prompt '\(prompts[index])'"
  }

  private static func positive(_ table: CSVTable, _ row: Int, _ column: Int) throws(InterchangeError)
    -> Double
  {
    let value = try table.number(row: row, column: column)
    guard value >= 0 else { throw table.invalid(row, column, "it must not be negative") }
    return value
  }
}
