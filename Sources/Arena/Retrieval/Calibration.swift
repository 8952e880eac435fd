/// Whether a confidence of c is right c of the time, in bins of equal width.
///
///     ECE = Σ_b (n_b/n) |o_b − c_b|,      MCE = max_b |o_b − c_b|,
///
/// with n_b the points of bin b, c_b their mean confidence and o_b their mean outcome. Outcomes may be probabilities: where they are known exactly, noise of drawn outcomes, which
/// makes both numbers too large, does not enter.
///
/// - Source: `naeini2015`.
public struct Calibration: Sendable, Hashable {
  /// One bin of the reliability table.
  public struct Bin: Sendable, Hashable {
    /// The least confidence of the bin.
    public var lower: Double
    /// The greatest, which belongs to the next bin; that of the last bin belongs to it.
    public var upper: Double
    /// The number of points.
    public var count: Int
    /// The mean confidence; nil in an empty bin.
    public var confidence: Double?
    /// The mean outcome; nil in an empty bin.
    public var outcome: Double?

    /// |o_b − c_b|; nil in an empty bin.
    public var gap: Double? {
      guard let confidence, let outcome else { return nil }
      return abs(outcome - confidence)
    }
  }

  /// The reliability table, empty bins included.
  public let bins: [Bin]
  /// The number of points.
  public let count: Int

  /// Sorts points into bins: of the ten over [0, 1], [0, 0.1), …, [0.9, 1].
  ///
  /// - Precondition: as many outcomes as confidences, all in [0, 1], at least one bin.
  public init(confidences: [Double], outcomes: [Double], bins binCount: Int = 10) {
    precondition(
      confidences.count == outcomes.count, "\(confidences.count) confidences, \(outcomes.count) outcomes")
    precondition(binCount > 0, "\(binCount) bins")
    precondition(
      confidences.allSatisfy { (0...1).contains($0) } && outcomes.allSatisfy { (0...1).contains($0) },
      "confidences and outcomes must lie in [0, 1]")
    var counts = [Int](repeating: 0, count: binCount)
    var confidence = [Double](repeating: 0, count: binCount)
    var outcome = confidence
    for (value, result) in zip(confidences, outcomes) {
      let bin = min(binCount - 1, Int(value * Double(binCount)))
      counts[bin] += 1
      confidence[bin] += value
      outcome[bin] += result
    }
    bins = (0..<binCount).map { bin in
      let size = Double(counts[bin])
      return Bin(
        lower: Double(bin) / Double(binCount), upper: Double(bin + 1) / Double(binCount), count: counts[bin],
        confidence: counts[bin] > 0 ? confidence[bin] / size : nil,
        outcome: counts[bin] > 0 ? outcome[bin] / size : nil)
    }
    count = confidences.count
  }

  /// The expected calibration error; NaN without points.
  public var expectedError: Double {
    guard count > 0 else { return .nan }
    return bins.reduce(0) { $0 + Double($1.count) / Double(count) * ($1.gap ?? 0) }
  }

  /// The maximum calibration error over bins that hold a point; NaN without points.
  public var maximumError: Double { bins.compactMap(\.gap).max() ?? .nan }
}
