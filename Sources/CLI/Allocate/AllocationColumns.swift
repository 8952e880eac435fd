import Interchange

/// The columns that only some rules read: an empty cell is a number that was not measured.
struct AllocationColumns {
  /// `mean_length`, in tokens.
  var meanLengths: [Double?]
  /// `signal`, the deviation of `A_j Σ_t log π`.
  var signals: [Double?]
  /// `gradient_norm`, the mean over correct responses.
  var gradientNorms: [Double?]
  /// `f1`, `f2`, …; empty for a prompt with an empty cell among them, and for all without the first column.
  var features: [[Double]]

  init(_ table: CSVTable) throws(InterchangeError) {
    meanLengths = try Self.numbers(table, "mean_length", positive: true)
    signals = try Self.numbers(table, "signal")
    gradientNorms = try Self.numbers(table, "gradient_norm")
    var places: [Int] = []
    while let place = table.header.firstIndex(of: "f\(places.count + 1)") { places.append(place) }
    // f1 and f3 without f2 is a slip of the pen: half of the features would be passed over.
    let isGapped =
      !places.isEmpty
      && table.header.contains {
        $0.wholeMatch(of: /f[1-9][0-9]*/) != nil && (Int($0.dropFirst()) ?? 0) > places.count
      }
    if isGapped { _ = try table.column("f\(places.count + 1)") }
    features = []
    for row in table.rows.indices {
      var values: [Double] = []
      for place in places where !table.rows[row][place].isEmpty {
        values.append(try table.number(row: row, column: place))
      }
      features.append(values.count == places.count ? values : [])
    }
  }

  private static func numbers(_ table: CSVTable, _ name: String, positive: Bool = false)
    throws(InterchangeError) -> [Double?]
  {
    guard let column = table.header.firstIndex(of: name) else { return table.rows.map { _ in nil } }
    var values: [Double?] = []
    for row in table.rows.indices {
      guard !table.rows[row][column].isEmpty else {
        values.append(nil)
        continue
      }
      let value = try table.number(row: row, column: column)
      guard value >= 0 else { throw table.invalid(row, column, "it must not be negative") }
      guard value > 0 || !positive else { throw table.invalid(row, column, "it must be positive") }
      values.append(value)
    }
    return values
  }
}
