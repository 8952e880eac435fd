/// The mean vector and covariance trace of vectors seen one at a time; mergeable.
///
/// - Source: `chan1983`, applied to each coordinate.
public struct VectorMoments: Sendable, Hashable {
  /// How many vectors were seen.
  public private(set) var count = 0
  /// The mean vector.
  public private(set) var mean: [Double]
  /// Σ ‖x − mean‖².
  public private(set) var sumOfSquaredDeviations = 0.0

  /// No vectors yet, of `dimension` coordinates.
  public init(dimension: Int) {
    precondition(dimension >= 0, "the dimension is \(dimension)")
    mean = [Double](repeating: 0, count: dimension)
  }

  /// Takes one vector.
  ///
  /// - Precondition: it has the right number of coordinates.
  public mutating func add(_ vector: UnsafeBufferPointer<Double>) {
    precondition(vector.count == mean.count, "\(vector.count) coordinates, expected \(mean.count)")
    count += 1
    let weight = 1 / Double(count)
    var square = 0.0
    mean.withUnsafeMutableBufferPointer { mean in
      for j in 0..<mean.count {
        let deviation = vector[j] - mean[j]
        mean[j] += deviation * weight
        square += deviation * (vector[j] - mean[j])
      }
    }
    sumOfSquaredDeviations += square
  }

  /// Takes one vector.
  public mutating func add(_ vector: [Double]) { vector.withUnsafeBufferPointer { add($0) } }

  /// Takes all that `other` has seen.
  ///
  /// - Precondition: equal dimensions.
  public mutating func merge(_ other: VectorMoments) {
    precondition(mean.count == other.mean.count, "\(other.mean.count) coordinates, expected \(mean.count)")
    guard other.count > 0 else { return }
    let share = Double(other.count) / Double(count + other.count)
    var square = 0.0
    for j in mean.indices {
      let distance = other.mean[j] - mean[j]
      square += distance * distance
      mean[j] += distance * share
    }
    sumOfSquaredDeviations += other.sumOfSquaredDeviations + square * Double(count) * share
    count += other.count
  }

  /// The trace of the sample covariance, divisor n − 1; NaN for fewer than two vectors.
  public var covarianceTrace: Double { count > 1 ? sumOfSquaredDeviations / Double(count - 1) : .nan }
}
