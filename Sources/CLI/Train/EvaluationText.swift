import Foundation
import Statistics
import Training

/// An evaluation as a table for people.
enum EvaluationText {
  /// One line a split: pass@1 and pass@32 with 95 % intervals over problems.
  static func table(_ results: [SplitResult], seed: UInt64) -> String {
    let key = StreamKey(seed: seed, claim: "evaluation-bootstrap")
    let ks = [1, 32].filter { k in results.allSatisfy { $0.largestK >= k } }
    var lines = [
      pad("split", 16) + ks.map { pad("pass@\($0)  [95 % interval]", 28) }.joined()
    ]
    func line(_ name: String, _ values: [(Double, Interval)]) -> String {
      pad(name, 16)
        + values.map { pad(String(format: "%.3f  [%.3f, %.3f]", $0.0, $0.1.lower, $0.1.upper), 28) }.joined()
    }
    for (index, result) in results.enumerated() {
      lines.append(
        line(
          result.split,
          ks.map { k in
            (
              result.pass(at: k),
              result.interval(
                at: k, level: EvaluationDocument.level, resamples: EvaluationDocument.resamples,
                key: key.designPoint(index))
            )
          }))
    }
    if !results.isEmpty {
      lines.append(
        line(
          "average",
          ks.map { k in
            (
              results.pass(at: k),
              results.interval(
                at: k, level: EvaluationDocument.level, resamples: EvaluationDocument.resamples,
                key: key.designPoint(results.count))
            )
          }))
    }
    if let least = results.map(\.largestK).min(), least < 32 {
      lines.append("pass@32 needs 32 samples of each problem; there are \(least)")
    }
    return lines.map { line in String(line.reversed().drop { $0 == " " }.reversed()) }.joined(separator: "\n")
  }

  /// Three decimals.
  static func short(_ value: Double) -> String { String(format: "%.3f", value) }

  private static func pad(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(1, width - text.count))
  }
}
