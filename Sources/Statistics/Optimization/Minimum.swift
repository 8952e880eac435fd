/// Where a minimiser ended.
public struct Minimum: Sendable, Hashable {
  /// The point.
  public var point: [Double]
  /// The objective there.
  public var value: Double
  /// The iterations taken.
  public var iterations: Int
  /// Whether the tolerance was met within the iterations allowed.
  public var isConverged: Bool
}

/// Carries a Swift closure through GSL's `void *params`.
final class ObjectiveBox<Input> {
  let objective: (Input) -> Double

  init(_ objective: @escaping (Input) -> Double) { self.objective = objective }

  /// The box behind a pointer made by `pointer`.
  static func from(_ pointer: UnsafeMutableRawPointer) -> ObjectiveBox<Input> {
    Unmanaged<ObjectiveBox<Input>>.fromOpaque(pointer).takeUnretainedValue()
  }

  /// A pointer to this box; it lives as long as the box.
  var pointer: UnsafeMutableRawPointer { Unmanaged.passUnretained(self).toOpaque() }

  /// The objective, with everything that is not finite made a huge value that a minimiser walks away from.
  func finiteValue(_ input: Input) -> Double {
    let value = objective(input)
    return value.isFinite ? value : 1e300
  }
}
