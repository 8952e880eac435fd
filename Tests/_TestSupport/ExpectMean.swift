import Statistics
import Testing

/// Expects the mean behind `estimate` to be `expected`, failing a correct program with probability at most `falseFailRate`.
///
/// Also fails, as a badly designed test, when the sample could not tell a mean that is off by `detectable`. See `MeanCheck` for the rates and their limits.
public func expectMean(
  _ estimate: Estimate, equals expected: Double, falseFailRate: Double = MeanCheck.defaultFalseFailRate,
  detectable: Double, range: ClosedRange<Double>? = nil, _ comment: @autoclosure () -> String = "",
  sourceLocation: SourceLocation = #_sourceLocation
) {
  let prefix = comment().isEmpty ? "" : comment() + ": "
  switch MeanCheck.decide(
    estimate, equals: expected, falseFailRate: falseFailRate, detectable: detectable, range: range)
  {
  case .agrees: break
  case .differs(let difference, let threshold):
    Issue.record(
      """
      \(prefix)the mean of \(estimate.count) is \(estimate.value), expected \(expected): the difference \(difference) exceeds \
      \(threshold), which chance does with probability \(falseFailRate)
      """, sourceLocation: sourceLocation)
  case .underpowered(let resolution):
    Issue.record(
      """
      \(prefix)badly designed test: \(estimate.count) replicates with standard error \(estimate.standardError) can tell a difference \
      of \(resolution), not \(detectable)
      """, sourceLocation: sourceLocation)
  }
}

/// Expects the mean behind `moments` to be `expected`; see the form for estimates.
public func expectMean(
  _ moments: Moments, equals expected: Double, falseFailRate: Double = MeanCheck.defaultFalseFailRate,
  detectable: Double, range: ClosedRange<Double>? = nil, _ comment: @autoclosure () -> String = "",
  sourceLocation: SourceLocation = #_sourceLocation
) {
  expectMean(
    moments.estimate, equals: expected, falseFailRate: falseFailRate, detectable: detectable, range: range,
    comment(),
    sourceLocation: sourceLocation)
}
