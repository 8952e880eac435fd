import Statistics

/// The probability that at least one of k answers is right, estimated from n ≥ k answers.
///
/// - Source: `chen2021`, section 2.1.
public enum PassAtK {
  /// `1 − C(n−c, k)/C(n, k)`: the share of the k-subsets of the n answers that hold one of the c right ones.
  ///
  /// Unbiased for `1 − (1 − p)^k`, which the plug-in `1 − (1 − c/n)^k` is not. Since `C(n−c, k)/C(n, k) = C(n−k, c)/C(n, c)`, it is the product of min(c, k) factors
  /// `(n − max(c, k) − j)/(n − j)`, none of which overflows. 0 for no right answer; 1 where fewer than k are wrong; `c/n` for k = 1.
  ///
  /// - Precondition: `1 ≤ k ≤ n` and `0 ≤ c ≤ n`.
  public static func estimate(samples n: Int, successes c: Int, k: Int) -> Double {
    precondition(k >= 1 && k <= n, "pass@\(k) from \(n) samples")
    precondition(c >= 0 && c <= n, "\(c) successes of \(n) samples")
    if k == 1 { return Double(c) / Double(n) }
    if c > n - k { return 1 }
    let larger = max(c, k)
    var failure = 1.0
    for j in 0..<min(c, k) { failure *= Double(n - larger - j) / Double(n - j) }
    return 1 - failure
  }
}
