import Statistics

/// Looks for the worst violation of a universal statement: seeded random restarts, each followed by a simplex descent.
public enum AdversarialSearch {
  /// The worst point found.
  public struct Worst: Sendable, Hashable {
    /// The point.
    public var point: [Double]
    /// The objective there.
    public var value: Double
  }

  /// The largest value of `objective` found over `restarts` starts drawn by `start`, ties to the first.
  ///
  /// A start whose objective is not finite, or whose descent fails, counts with its value at the start (if finite). Deterministic for any number of threads.
  public static func maximise(
    _ examination: Examination, designPoint: Int, restarts: Int, step: Double = 0.5,
    maximumIterations: Int = 2000,
    start: @Sendable (inout RandomStream) -> [Double], objective: @escaping @Sendable ([Double]) -> Double
  ) throws -> Worst? {
    let key = examination.key(designPoint: designPoint)
    let found = try examination.map(restarts) { restart -> Worst? in
      var stream = RandomStream(key.replicate(restart))
      let first = start(&stream)
      let value = objective(first)
      let best = try? SimplexMinimizer.minimize(
        start: first, step: step, tolerance: 1e-9, maximumIterations: maximumIterations
      ) { -objective($0) }
      if let best, best.value.isFinite, !(value > -best.value) {
        return Worst(point: best.point, value: -best.value)
      }
      return value.isFinite ? Worst(point: first, value: value) : nil
    }
    var worst: Worst?
    for candidate in found {
      guard let candidate else { continue }
      if let current = worst, current.value >= candidate.value { continue }
      worst = candidate
    }
    return worst
  }
}
