import Training

/// One method under one aggregation: what is trained once for every seed, however many tables it appears in.
struct ComparedUnit: Sendable, Hashable {
  /// The method's name.
  var method: String
  /// The aggregation it trains with.
  var aggregation: Aggregation

  /// The folder of its runs.
  var folder: String { "\(method)@\(aggregation.rawValue)" }
}

/// One row of a table: a unit, and the table it belongs to.
struct ComparedRow: Sendable, Hashable {
  /// The table's name: `own`, where every method aggregates as it was published, or the aggregation that all share.
  var table: String
  var unit: ComparedUnit

  /// The table of methods as they are.
  static let own = "own"

  /// The rows for `methods` as they are, and for `crossed` under each of `aggregations`.
  ///
  /// Throws `invalid` for an unknown method.
  static func rows(methods: [String], crossed: [String], aggregations: [Aggregation]) throws(TrainingError)
    -> [ComparedRow]
  {
    var rows: [ComparedRow] = []
    for name in methods {
      let method = try Method.resolved(name, overrides: [:])
      rows.append(
        ComparedRow(table: own, unit: ComparedUnit(method: name, aggregation: method.aggregation)))
    }
    for aggregation in aggregations {
      for name in crossed {
        _ = try Method.resolved(name, overrides: [:])
        rows.append(
          ComparedRow(
            table: aggregation.rawValue, unit: ComparedUnit(method: name, aggregation: aggregation)))
      }
    }
    return rows
  }
}
