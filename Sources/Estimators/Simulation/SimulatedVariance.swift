import Statistics

/// What a simulation of pairs of independent groups says about a vector estimator ĝ.
public struct SimulatedVariance: Sendable, Hashable {
  /// The covariance trace, as the mean of `½‖ĝ − ĝ'‖²` over the pairs.
  public var trace: Estimate
  /// The mean vector E ĝ, over both groups of every pair, in the order of the actions.
  public var mean: [Double]
  /// The standard error of each coordinate of `mean`.
  public var meanStandardError: [Double]
  /// The second moment `E‖ĝ‖²`, as the mean of `½(‖ĝ‖² + ‖ĝ'‖²)` over the pairs.
  public var secondMoment: Estimate
  /// The number of pairs.
  public var replicates: Int
}
