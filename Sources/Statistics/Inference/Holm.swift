/// Holm's step-down procedure: the chance of rejecting any true hypothesis of a family stays below a bound, whatever the dependence.
///
/// - Source: `holm1979`.
public enum Holm {
  /// The adjusted p-values, in the order given: `max over smaller ones of (m − rank + 1) p`, at most 1.
  ///
  /// A p-value that is NaN, from a test that could not be made, counts as 1: it stays in the family and is never rejected.
  public static func adjusted(_ pValues: [Double]) -> [Double] {
    let pValues = pValues.map { $0.isNaN ? 1 : $0 }
    var result = [Double](repeating: 1, count: pValues.count)
    var running = 0.0
    for (rank, index) in pValues.indices.sorted(by: { pValues[$0] < pValues[$1] }).enumerated() {
      running = max(running, min(1, Double(pValues.count - rank) * pValues[index]))
      result[index] = running
    }
    return result
  }

  /// Which hypotheses are rejected at the given family-wise error.
  public static func rejected(_ pValues: [Double], familyError: Double) -> [Bool] {
    adjusted(pValues).map { $0 <= familyError }
  }
}
