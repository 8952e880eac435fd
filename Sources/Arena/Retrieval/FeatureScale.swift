import Statistics

/// Puts features on mean zero and standard deviation one, by what the training rows have.
public struct FeatureScale: Sendable, Hashable {
  /// The mean of each feature.
  public let means: [Double]
  /// The standard deviation of each feature; 1 where it is constant.
  public let deviations: [Double]

  /// The scale of `rows`, a matrix of `width` columns row by row.
  ///
  /// - Precondition: whole rows, at least one.
  public init(rows: [Double], width: Int) {
    precondition(
      width > 0 && !rows.isEmpty && rows.count % width == 0, "\(rows.count) numbers in rows of \(width)")
    let moments = (0..<width).map { column in
      Moments(stride(from: column, to: rows.count, by: width).lazy.map { rows[$0] })
    }
    means = moments.map(\.mean)
    deviations = moments.map { $0.populationVariance > 0 ? $0.populationVariance.squareRoot() : 1 }
  }

  /// Scales whole rows in place.
  public func apply(_ rows: inout [Double]) {
    let width = means.count
    for index in rows.indices {
      rows[index] = (rows[index] - means[index % width]) / deviations[index % width]
    }
  }
}
