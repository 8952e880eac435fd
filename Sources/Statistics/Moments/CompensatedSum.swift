/// A sum whose rounding error does not grow with the number of terms.
///
/// The rounding error of each addition is recovered exactly and carried along; Kahan's form loses it when a term exceeds the sum.
///
/// - Source: `neumaier1974`.
public struct CompensatedSum: Sendable, Hashable {
  private var sum = 0.0
  private var compensation = 0.0

  /// The empty sum.
  public init() {}

  /// Adds a term.
  public mutating func add(_ term: Double) {
    let next = sum + term
    if abs(sum) >= abs(term) {
      compensation += (sum - next) + term
    } else {
      compensation += (term - next) + sum
    }
    sum = next
  }

  /// The value.
  public var value: Double { sum + compensation }
}

/// The compensated sum of a sequence.
public func compensatedSum(_ terms: some Sequence<Double>) -> Double {
  var sum = CompensatedSum()
  for term in terms { sum.add(term) }
  return sum.value
}
