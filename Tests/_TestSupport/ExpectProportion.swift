import Statistics
import Testing

/// Expects a success probability of `expected`, by exact binomial tails: fails a correct program with probability at most `falseFailRate`.
///
/// Also fails, as a badly designed test, when a probability that is off by `detectable` (in either direction that exists) would pass with more than that probability.
public func expectProportion(
  successes: Int, trials: Int, equals expected: Double,
  falseFailRate: Double = MeanCheck.defaultFalseFailRate,
  detectable: Double, _ comment: @autoclosure () -> String = "",
  sourceLocation: SourceLocation = #_sourceLocation
) {
  let upper = smallestRejected(trials: trials, probability: expected, rate: falseFailRate / 2)
  let lower = trials - smallestRejected(trials: trials, probability: 1 - expected, rate: falseFailRate / 2)
  if successes >= upper || successes <= lower {
    record(
      "the proportion is \(successes)/\(trials), expected \(expected): allowed are \(lower + 1)...\(upper - 1)",
      comment(), sourceLocation)
  }
  let passesAbove =
    expected + detectable > 1
    ? 0 : SpecialFunctions.binomialCumulative(upper - 1, of: trials, probability: expected + detectable)
  let passesBelow =
    expected - detectable < 0
    ? 0 : SpecialFunctions.binomialUpperTail(lower + 1, of: trials, probability: expected - detectable)
  if max(passesAbove, passesBelow) > falseFailRate {
    record(
      "badly designed test: \(trials) trials cannot tell \(expected) from a probability \(detectable) away",
      comment(), sourceLocation)
  }
}

/// Expects a success probability of at most `bound`, by an exact binomial tail; the form for error rates that a method promises not to exceed.
///
/// Also fails, as a badly designed test, when a probability of `detectable` (an error rate that must be caught) would pass with more than `falseFailRate`.
public func expectProportion(
  successes: Int, trials: Int, atMost bound: Double, falseFailRate: Double = MeanCheck.defaultFalseFailRate,
  detectable: Double, _ comment: @autoclosure () -> String = "",
  sourceLocation: SourceLocation = #_sourceLocation
) {
  let limit = smallestRejected(trials: trials, probability: bound, rate: falseFailRate)
  if successes >= limit {
    record(
      "the proportion is \(successes)/\(trials), at most \(bound) is promised: allowed are 0...\(limit - 1)",
      comment(), sourceLocation)
  }
  if SpecialFunctions.binomialCumulative(limit - 1, of: trials, probability: detectable) > falseFailRate {
    record(
      "badly designed test: \(trials) trials cannot tell \(detectable) from \(bound)", comment(),
      sourceLocation)
  }
}

/// The smallest count that at least so many successes reach with probability at most `rate`; `trials + 1` when there is none.
private func smallestRejected(trials: Int, probability: Double, rate: Double) -> Int {
  var low = 0
  var high = trials + 1
  while low < high {
    let middle = (low + high) / 2
    if SpecialFunctions.binomialUpperTail(middle, of: trials, probability: probability) <= rate {
      high = middle
    } else {
      low = middle + 1
    }
  }
  return low
}

private func record(_ message: String, _ comment: String, _ location: SourceLocation) {
  Issue.record("\(comment.isEmpty ? "" : comment + ": ")\(message)", sourceLocation: location)
}
