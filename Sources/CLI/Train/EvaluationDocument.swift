import Interchange
import Statistics
import Training

/// The result of an evaluation as a document: every split's counts, pass@1 and pass@k with intervals.
enum EvaluationDocument {
  static let level = 0.95
  static let resamples = 2000

  /// The document; pass@k for k in `ks` where the samples allow it.
  static func json(_ results: [SplitResult], ks: [Int], seed: UInt64, extra: [(String, JSONValue)] = [])
    -> JSONValue
  {
    let key = StreamKey(seed: seed, claim: "evaluation-bootstrap")
    var splits: [JSONValue] = results.enumerated().map { index, result in
      .object(
        [
          ("split", .string(result.split)), ("problems", .integer(result.problems)),
          ("samples", .integer(result.largestK)),
          ("successes", .array(result.successes.map { .integer($0) })),
        ]
          + ks.filter { $0 <= result.largestK }.map { k in
            (
              "pass@\(k)",
              estimate(
                result.pass(at: k),
                result.interval(at: k, level: level, resamples: resamples, key: key.designPoint(index)))
            )
          })
    }
    let least = results.map(\.largestK).min() ?? 0
    if !results.isEmpty {
      splits.append(
        .object(
          [("split", .string("average"))]
            + ks.filter { $0 <= least }.map { k in
              (
                "pass@\(k)",
                estimate(
                  results.pass(at: k),
                  results.interval(
                    at: k, level: level, resamples: resamples, key: key.designPoint(results.count)))
              )
            }))
    }
    return .object(
      [("schema", .string("allot-evaluation/1")), ("level", .number(level))] + extra + [
        ("splits", .array(splits))
      ])
  }

  /// The counts of a document that `json` made; nil where it is none.
  static func results(_ document: JSONValue) -> [SplitResult]? {
    guard document["schema"]?.stringValue == "allot-evaluation/1", let splits = document["splits"]?.arrayValue
    else { return nil }
    var results: [SplitResult] = []
    for split in splits where split["split"]?.stringValue != "average" {
      guard let name = split["split"]?.stringValue, let samples = split["samples"]?.integerValue,
        let successes = split["successes"]?.arrayValue?.compactMap(\.integerValue),
        let result = try? SplitResult(
          split: name, samples: Array(repeating: samples, count: successes.count), successes: successes)
      else { return nil }
      results.append(result)
    }
    return results
  }

  private static func estimate(_ value: Double, _ interval: Interval) -> JSONValue {
    .object([("est", .number(value)), ("lower", .number(interval.lower)), ("upper", .number(interval.upper))])
  }
}
