/// The priority that the released code gives a prompt, as released.
///
/// `−1` for fewer than four samples; 0.01 from an accuracy of 0.85 on; else `max(k(G−k)/(G(G−1)) + 10⁻⁶(1 − accuracy), 0.01)`.
///
/// Deviation from `dynamo2026`: the mastery cut, the minimum priority, the tie-break and the sentinel are not in the paper's formula P̂.
///
/// - Source: `dynamoRelease2026`, verl/utils/dataset/rl_dataset.py, update_rank.
public enum ReleasedPriorityAsReleased {
  /// The priority of a prompt with `successes` of `samples`.
  ///
  /// - Precondition: 0 ≤ successes ≤ samples.
  public static func priority(successes: Int, samples: Int) -> Double {
    precondition(successes >= 0 && successes <= samples, "\(successes) successes of \(samples) samples")
    guard samples >= 4 else { return -1 }
    let accuracy = Double(successes) / Double(samples)
    if accuracy >= 0.85 { return 0.01 }
    let proxy = Double(successes) * Double(samples - successes) / (Double(samples) * Double(samples - 1))
    return max(proxy + 1e-6 * (1 - accuracy), 0.01)
  }
}
