/// The interval of a binomial proportion by inverting the score test.
///
/// Unlike `p̂ ± z√(p̂q̂/n)` it keeps its level near 0 and 1 and never has width 0.
///
/// - Source: `wilson1927`.
public enum WilsonInterval {
  /// The interval for `successes` of `trials` at `level`; [0, 1] for no trials.
  ///
  /// - Precondition: 0 ≤ successes ≤ trials, level in (0, 1).
  public static func interval(successes: Int, trials: Int, level: Double) -> Interval {
    precondition(successes >= 0 && successes <= trials, "\(successes) successes of \(trials) trials")
    precondition(level > 0 && level < 1, "the level \(level) must lie in (0, 1)")
    guard trials > 0 else { return Interval(lower: 0, upper: 1) }
    let z = SpecialFunctions.normalUpperQuantile((1 - level) / 2)
    let n = Double(trials)
    let p = Double(successes) / n
    let centre = (p + z * z / (2 * n)) / (1 + z * z / n)
    let half = z / (1 + z * z / n) * (p * (1 - p) / n + z * z / (4 * n * n)).squareRoot()
    return Interval(
      lower: successes == 0 ? 0 : max(centre - half, 0),
      upper: successes == trials ? 1 : min(centre + half, 1))
  }
}
