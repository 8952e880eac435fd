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

  /// The tables that hold methods against a twin, which differs from each of them in what the table asks about, and is not GRPO.
  ///
  /// Allocation and rollout rules over RLOO, prompts equal; the released allocation and modulation over their own clip range, which is clip-higher's.
  static let twins: [(table: String, reference: String, methods: [String])] = [
    ("over-rloo", "rloo", ["allot", "allot-score-aware"] + Method.rivals.map(\.name)),
    (
      "over-clip-higher", "clip-higher",
      ["dynamo-as-released", "dynamo-as-released-allocation-only", "dynamo-as-released-modulation-only"]
    ),
  ]

  /// The rows for `methods` as they are, for those of them that have a twin among them beside it, and for `crossed` under each of `aggregations`.
  ///
  /// Throws `invalid` for an unknown method.
  static func rows(methods: [String], crossed: [String], aggregations: [Aggregation]) throws(TrainingError)
    -> [ComparedRow]
  {
    var rows: [ComparedRow] = []
    func own(_ name: String, in table: String) throws(TrainingError) -> ComparedRow {
      let method = try Method.resolved(name, overrides: [:])
      return ComparedRow(table: table, unit: ComparedUnit(method: name, aggregation: method.aggregation))
    }
    for name in methods { rows.append(try own(name, in: Self.own)) }
    for twin in twins where methods.contains(twin.reference) {
      let others = twin.methods.filter { methods.contains($0) }
      guard !others.isEmpty else { continue }
      for name in [twin.reference] + others { rows.append(try own(name, in: twin.table)) }
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
