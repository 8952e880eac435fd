import Claims
import Interchange

extension TokenAudit {
  // MARK: - JSON

  var json: JSONValue {
    .object([
      ("rollouts", .integer(rollouts)), ("rollouts_without", .integer(rolloutsWithout)),
      ("tokens", .integer(tokens)), ("positive_advantage", .integer(positive)),
      ("zero_advantage", .integer(withoutAdvantage)),
      ("touched_threshold", .number(TokenForm.threshold)),
      (
        "forms",
        .array(
          forms.map { form in
            .object([
              ("form", .string(form.name)), ("scope", .string(form.scope.rawValue)),
              ("factors", .array(form.tallies.map(\.json))),
            ])
          })
      ),
      ("entropy_by_position", .array(positions.map(\.json))),
      (
        "not_computed",
        .array(
          missing.map {
            .object([
              ("quantity", .string($0.quantity)), ("field", $0.field.map { .string($0) } ?? .null),
              ("reason", .string($0.reason)),
            ])
          })
      ),
    ])
  }

  // MARK: - Text

  var text: String {
    var sections = [
      "\(tokens) tokens of \(rollouts) rollouts with entropies"
        + (rolloutsWithout > 0 ? " (\(rolloutsWithout) rollouts without)" : "") + "\n"
    ]
    if !forms.isEmpty {
      let rows = forms.flatMap { form in
        form.tallies.map { tally in
          [
            form.name, form.scope.rawValue, tally.name, TextTable.percent(tally.share),
            TextTable.percent(tally.normShare),
          ]
            + tally.numbers.filter { ["min", "q05", "q50", "q95", "max"].contains($0.name) }.map {
              TextTable.short($0.value)
            }
        }
      }
      sections.append(
        "What advantage modulation would do to them\n"
          + TextTable.aligned(
            [["form", "scope", "factor", "touched", "of norm", "min", "5%", "50%", "95%", "max"]] + rows)
            + """
            touched: tokens whose factor differs from 1 by more than \(TextTable.plain(TokenForm.threshold)); of norm: their share of the sum of (A |s|)^2 in logit space.
            \(TextTable.percent(Self.share(positive, tokens))) of the tokens have a positive advantage, \(TextTable.percent(Self.share(withoutAdvantage, tokens))) none (all rewards of their prompt agree).
            Quantiles are off by at most \(TextTable.plain(forms.flatMap(\.tallies).map(\.distribution.resolution).max() ?? 0)).

            """)
    }
    if !positions.isEmpty { sections.append(positionText) }
    sections.append(
      "What the log's tokens do not tell\n"
        + missing.map { "  \($0.quantity)\($0.field.map { " (\($0))" } ?? ""): \($0.reason)\n" }.joined())
    return sections.joined(separator: "\n")
  }

  private var positionText: String {
    let step = (positions.count + 19) / 20
    let rows = stride(from: 0, to: positions.count, by: step).map { place in
      let row = positions[place]
      return [row.label, String(row.entropies.count), TextTable.short(row.entropies.mean)]
        + row.quantiles.map { TextTable.short($0.value) }
    }
    return "Entropy by position, in nats"
      + (step > 1 ? ", one in \(step) ranges of positions (all are in the tables)\n" : "\n")
      + TextTable.aligned([["position", "tokens", "mean", "5%", "25%", "50%", "75%", "95%"]] + rows)
      + "Quantiles are off by at most \(TextTable.plain(positions.first?.entropies.resolution ?? 0)).\n"
  }

  private static func share(_ part: Int, _ whole: Int) -> Double? {
    whole > 0 ? Double(part) / Double(whole) : nil
  }

  // MARK: - Tables

  /// The tidy tables; those that nothing was computed for are left out.
  var tables: [PointTable] {
    (forms.isEmpty ? [] : [factorTable, histogramTable, positionTable]) + [missingTable]
  }

  /// One row for each form and factor.
  private var factorTable: PointTable {
    PointTable(
      name: "token_factors",
      columns: [
        "form", "scope", "factor", "tokens", "touched", "touched_share", "norm_share", "normed_tokens",
        "mean",
        "smallest",
      ] + FactorTally.levels.indices.map { forms[0].compensation.numbers[$0 + 1].name } + [
        "largest", "quantile_error",
      ],
      rows: forms.flatMap { form in
        form.tallies.map { tally in
          [
            .text(form.name), .text(form.scope.rawValue), .text(tally.name),
            .integer(tally.distribution.count), .integer(tally.touched), Self.cell(tally.share),
            Self.cell(tally.normShare), .integer(tally.normed), Self.cell(tally.distribution.mean),
          ] + tally.numbers.map { Self.cell($0.value) } + [.number(tally.distribution.resolution)]
        }
      })
  }

  /// One row for each range of a factor that has tokens.
  private var histogramTable: PointTable {
    PointTable(
      name: "token_histogram",
      columns: ["form", "scope", "factor", "factor_from", "factor_to", "tokens", "cumulative_share"],
      rows: forms.flatMap { form in
        form.tallies.flatMap { tally in
          var seen = 0
          return tally.distribution.coarse(128).compactMap { bin -> [StructuredValue]? in
            guard bin.count > 0 else { return nil }
            seen += bin.count
            return [
              .text(form.name), .text(form.scope.rawValue), .text(tally.name), .number(bin.lower),
              .number(bin.upper), .integer(bin.count),
              .number(Double(seen) / Double(tally.distribution.count)),
            ]
          }
        }
      })
  }

  /// One row for each range of positions.
  private var positionTable: PointTable {
    PointTable(
      name: "token_entropy",
      columns: ["position_from", "position_through", "tokens", "mean"]
        + (positions.first?.quantiles.map(\.name) ?? []) + ["quantile_error"],
      rows: positions.map { row in
        [
          .integer(row.from), row.through.map { .integer($0) } ?? .missing, .integer(row.entropies.count),
          Self.cell(row.entropies.mean),
        ] + row.quantiles.map { Self.cell($0.value) } + [.number(row.entropies.resolution)]
      })
  }

  /// One row for each quantity that was not computed.
  private var missingTable: PointTable {
    PointTable(
      name: "token_missing", columns: ["quantity", "field", "reason"],
      rows: missing.map {
        [.text($0.quantity), $0.field.map { .text($0) } ?? .missing, .text($0.reason)]
      })
  }

  private static func cell(_ value: Double?) -> StructuredValue { value.map { .number($0) } ?? .missing }
}

extension EntropyByPosition.Row {
  /// `7`, `40–43` or `1048576–`.
  fileprivate var label: String {
    guard let through else { return "\(from)-" }
    return through == from ? "\(from)" : "\(from)-\(through)"
  }

  /// The quantiles with their names.
  fileprivate var quantiles: [(name: String, value: Double?)] {
    FactorTally.levels.map { (FactorTally.name($0), entropies.quantile($0)) }
  }

  fileprivate var json: JSONValue {
    .object(
      [
        ("from", .integer(from)), ("through", .optional(through)), ("tokens", .integer(entropies.count)),
        ("mean", .optional(entropies.mean)),
      ] + quantiles.map { ($0.name, .optional($0.value)) }
        + [("quantile_error", .number(entropies.resolution))])
  }
}
