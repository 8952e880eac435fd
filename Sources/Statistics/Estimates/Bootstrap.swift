/// Bootstrap intervals of any statistic of independent observations.
public enum Bootstrap {
  /// The bias-corrected and accelerated interval: second-order correct, and equivariant under monotone transformations.
  ///
  /// `statistic` is given the indices of the observations to use (with repetition). Resample r comes from stream `key.replicate(r)`. Where the statistic is not finite for
  /// a resample, that resample is left out; where all resamples agree, the interval is that point.
  ///
  /// - Source: `efron1987`, section 2.
  /// - Precondition: count > 1, resamples ≥ 100, level in (0, 1).
  public static func bca(
    count: Int, level: Double, resamples: Int, key: StreamKey, statistic: ([Int]) -> Double
  ) -> Interval {
    let sorted = distribution(
      count: count, level: level, resamples: resamples, key: key, statistic: statistic)
    let observed = statistic(Array(0..<count))
    guard let first = sorted.first, let last = sorted.last, observed.isFinite else {
      return Interval(lower: .nan, upper: .nan)
    }
    guard first < last else { return Interval(lower: first, upper: last) }
    // Bias: the normal quantile of the share of resamples below the observed value, ties counted half.
    let below =
      sorted.reduce(0.0) { $0 + ($1 < observed ? 1 : $1 == observed ? 0.5 : 0) } / Double(sorted.count)
    let clamped = min(max(below, 0.5 / Double(sorted.count)), 1 - 0.5 / Double(sorted.count))
    let bias = SpecialFunctions.normalQuantile(clamped)
    // Acceleration: a sixth of the skewness of the jackknife values.
    let jackknife = (0..<count).map { left in statistic((0..<count).filter { $0 != left }) }
    let mean = jackknife.reduce(0, +) / Double(count)
    var squares = 0.0
    var cubes = 0.0
    for value in jackknife {
      squares += (mean - value) * (mean - value)
      cubes += (mean - value) * (mean - value) * (mean - value)
    }
    let acceleration = squares > 0 ? cubes / (6 * squares * squares.squareRoot()) : 0
    guard acceleration.isFinite else { return percentiles(sorted, level: level) }
    func end(_ p: Double) -> Double {
      let z = bias + SpecialFunctions.normalQuantile(p)
      // Beyond its pole the transformation folds back; the limit before it is the end of the distribution.
      guard acceleration * z < 1 else { return z > 0 ? last : first }
      return quantile(sorted, SpecialFunctions.normalCumulative(bias + z / (1 - acceleration * z)))
    }
    return Interval(lower: end((1 - level) / 2), upper: end((1 + level) / 2))
  }

  /// The interval between the percentiles of the resampled statistic.
  ///
  /// - Precondition: as for `bca`.
  public static func percentile(
    count: Int, level: Double, resamples: Int, key: StreamKey, statistic: ([Int]) -> Double
  ) -> Interval {
    percentiles(
      distribution(count: count, level: level, resamples: resamples, key: key, statistic: statistic),
      level: level)
  }

  /// The percentile interval of a statistic of several independent samples, each resampled by itself.
  ///
  /// `statistic` is given the indices to use in each stratum. Resample r draws all strata, in their order, from stream `key.replicate(r)`, so that one stratum gives what
  /// `percentile(count:)` gives.
  ///
  /// - Source: `agarwal2021`, section 4.1.
  /// - Precondition: at least one stratum, more than one observation in each; resamples ≥ 100, level in (0, 1).
  public static func percentile(
    strata: [Int], level: Double, resamples: Int, key: StreamKey, statistic: ([[Int]]) -> Double
  ) -> Interval {
    precondition(!strata.isEmpty && strata.allSatisfy { $0 > 1 }, "strata of \(strata) observations")
    requireDesign(level: level, resamples: resamples)
    var indices = strata.map { [Int](repeating: 0, count: $0) }
    var values: [Double] = []
    values.reserveCapacity(resamples)
    for resample in 0..<resamples {
      var stream = RandomStream(key.replicate(resample))
      for (stratum, count) in strata.enumerated() {
        for position in 0..<count { indices[stratum][position] = stream.index(below: count) }
      }
      let value = statistic(indices)
      if value.isFinite { values.append(value) }
    }
    return percentiles(values.sorted(), level: level)
  }

  private static func requireDesign(level: Double, resamples: Int) {
    precondition(resamples >= 100, "\(resamples) resamples are fewer than 100")
    precondition(level > 0 && level < 1, "the level \(level) must lie in (0, 1)")
  }

  private static func percentiles(_ sorted: [Double], level: Double) -> Interval {
    guard !sorted.isEmpty else { return Interval(lower: .nan, upper: .nan) }
    return Interval(lower: quantile(sorted, (1 - level) / 2), upper: quantile(sorted, (1 + level) / 2))
  }

  /// The resampled statistics in ascending order.
  private static func distribution(
    count: Int, level: Double, resamples: Int, key: StreamKey, statistic: ([Int]) -> Double
  ) -> [Double] {
    precondition(count > 1, "\(count) observations are too few for a bootstrap")
    requireDesign(level: level, resamples: resamples)
    var indices = [Int](repeating: 0, count: count)
    var values: [Double] = []
    values.reserveCapacity(resamples)
    for resample in 0..<resamples {
      var stream = RandomStream(key.replicate(resample))
      for position in 0..<count { indices[position] = stream.index(below: count) }
      let value = statistic(indices)
      if value.isFinite { values.append(value) }
    }
    return values.sorted()
  }

  /// The p-quantile by linear interpolation between order statistics (type 7).
  static func quantile(_ sorted: [Double], _ p: Double) -> Double {
    let position = min(max(p, 0), 1) * Double(sorted.count - 1)
    let index = min(Int(position), sorted.count - 1)
    guard index + 1 < sorted.count else { return sorted[index] }
    return sorted[index] + (position - Double(index)) * (sorted[index + 1] - sorted[index])
  }
}
