import Foundation

/// The total variance `Σ σ_i²/n_i` of prompt-equal aggregation under an allocation (up to the factor 1/N²).
public enum TotalVariance {
  /// For integer counts.
  ///
  /// A prompt without rollouts and with positive variance makes it infinite; one without variance adds 0. A variance of NaN stays NaN.
  ///
  /// - Source: `neyman1934`, equation of the variance of a stratified mean.
  /// - Precondition: equal counts.
  public static func value(variances: [Double], rollouts: [Int]) -> Double {
    value(variances: variances, shares: rollouts.map(Double.init))
  }

  /// For real-valued shares.
  public static func value(variances: [Double], shares: [Double]) -> Double {
    precondition(variances.count == shares.count, "\(variances.count) variances, \(shares.count) shares")
    var total = 0.0
    for (variance, share) in zip(variances, shares) where variance != 0 {
      total += share > 0 ? variance / share : .infinity
    }
    return total
  }

  /// `V(uniform)/V* = 1 + CV²(σ) = N Σσ²/(Σσ)²`, summed around the mean so that nothing cancels; 1 when all deviations are 0.
  public static func uniformOverOptimum(deviations: [Double]) -> Double {
    let count = Double(deviations.count)
    let mean = deviations.reduce(0, +) / count
    guard mean > 0 else { return 1 }
    let squares = deviations.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    return 1 + squares / count / (mean * mean)
  }

  /// `V(a)/V* = (Σσ^a)(Σσ^{2−a})/(Σσ)²` of the power family n ∝ σ^a: symmetric and log-convex about a = 1.
  ///
  /// Deviations of 0 have no share and no variance and are left out.
  public static func powerFamily(deviations: [Double], exponent: Double) -> Double {
    let positive = deviations.filter { $0 > 0 }
    guard let largest = positive.max() else { return 1 }
    var first = 0.0
    var second = 0.0
    var total = 0.0
    for deviation in positive {
      let scaled = deviation / largest
      first += pow(scaled, exponent)
      second += pow(scaled, 2 - exponent)
      total += scaled
    }
    return first * second / (total * total)
  }
}
