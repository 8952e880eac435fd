import Foundation
import Statistics
import Training

/// A comparison as a table for people: methods down the side, splits across, pass@1 and pass@32 in each cell.
public enum ComparisonText {
  /// The table of one group in Markdown, in per cent with the half-width of Student's interval; the best method of a column in bold.
  ///
  /// Bold marks the highest mean, which says nothing of significance: that is in the columns behind the average, the paired difference in pass@1 with its
  /// interval and Holm's p-value.
  public static func markdown(_ group: ComparisonGroup, splits: [String]) -> String {
    let columns = splits + [Comparison.average]
    let header = ["method"] + columns.map { "\($0) P@1 / P@32" } + ["difference in average P@1", "p (Holm)"]
    var lines = [line(header), line([String](repeating: "---", count: header.count))]
    for method in group.methods {
      let cells = columns.map { split in
        ComparisonMetric.allCases.map { cell(group, method, split, $0) }.joined(separator: " / ")
      }
      let paired = group.row(method, Comparison.average, .passAt1)?.paired
      lines.append(
        line(
          [method] + cells + [paired.map(difference) ?? "", paired.map { pValue($0.adjustedPValue) } ?? ""]))
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private static func cell(
    _ group: ComparisonGroup, _ method: String, _ split: String, _ metric: ComparisonMetric
  )
    -> String
  {
    guard let row = group.row(method, split, metric) else { return "" }
    let best = group.methods.compactMap { group.row($0, split, metric)?.mean.value }.max()
    let mean = percent(row.mean.value)
    let text = row.mean.value == best ? "**\(mean)**" : mean
    return row.interval.halfWidth.isFinite ? "\(text) ± \(percent(row.interval.halfWidth))" : text
  }

  private static func difference(_ paired: PairedComparison) -> String {
    let value = signed(paired.difference.value)
    guard paired.interval.halfWidth.isFinite else { return value }
    return "\(value) [\(signed(paired.interval.lower)), \(signed(paired.interval.upper))]"
  }

  private static func percent(_ value: Double) -> String { String(format: "%.1f", 100 * value) }
  private static func signed(_ value: Double) -> String { String(format: "%+.1f", 100 * value) }
  private static func pValue(_ value: Double) -> String { String(format: "%.3g", value) }
  private static func line(_ cells: [String]) -> String {
    "| " + cells.map { $0.replacing("|", with: "\\|") }.joined(separator: " | ") + " |"
  }
}
