/// The error of `value` relative to `expected`; absolute where `expected` is zero, zero where both are the same infinity or both NaN.
public func relativeError(_ value: Double, _ expected: Double) -> Double {
  if value == expected || (value.isNaN && expected.isNaN) { return 0 }
  return abs(value - expected) / (expected == 0 ? 1 : abs(expected))
}

/// Whether `value` lies within `ulps` units in the last place of `expected`.
///
/// The unit is that of the larger of the two, so the relation is symmetric. Closed forms in this project are held to 16.
public func isClose(_ value: Double, _ expected: Double, ulps: Double = 16) -> Bool {
  if value == expected { return true }
  guard value.isFinite, expected.isFinite else { return false }
  return abs(value - expected) <= ulps * max(value.ulp, expected.ulp)
}
