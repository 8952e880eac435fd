/// The gradient estimators whose variance is measured from logged scores: the mean over rollouts of A·s.
///
/// The group estimators take the n rollouts of the prompt (or of the half) as one group.
enum MeasuredEstimator: String, CaseIterable, Sendable {
  case reinforce
  case valueBaseline = "value-baseline"
  case optimalBaseline = "optimal-baseline"
  case rloo
  case grpo
  case drGRPO = "dr-grpo"

  /// The advantages of a success and of a failure.
  ///
  ///     reinforce          A = R
  ///     value-baseline     A = R − p̂                         p̂ = k/n
  ///     optimal-baseline   A = R − Σ‖s‖²R/Σ‖s‖²
  ///     rloo               A = (R − p̂)·n/(n − 1)             (R minus the mean of the other n − 1)
  ///     grpo               A = (R − p̂)/√(p̂(1 − p̂))           (population deviation, ε = 0; 0 where k is 0 or n)
  ///     dr-grpo            A = R − p̂                         (the value baseline by another name)
  ///
  /// - Parameters:
  ///   - samples: n, at least 1 (at least 2 for `rloo`, which else gives 0).
  ///   - successes: k.
  ///   - successNorms: Σ‖s‖² over the successes.
  ///   - failureNorms: Σ‖s‖² over the failures.
  func advantages(
    samples: Int, successes: Int, successNorms: Double, failureNorms: Double
  ) -> (success: Double, failure: Double) {
    let n = Double(samples)
    let rate = Double(successes) / n
    // 1 − p̂ from the failures' count: 1 − k/n would round twice.
    let failureRate = Double(samples - successes) / n
    switch self {
    case .reinforce: return (1, 0)
    case .valueBaseline, .drGRPO: return (failureRate, -rate)
    case .optimalBaseline:
      let total = successNorms + failureNorms
      return total > 0 ? (failureNorms / total, -successNorms / total) : (0, 0)
    case .rloo:
      guard samples >= 2 else { return (0, 0) }
      return (Double(samples - successes) / (n - 1), -Double(successes) / (n - 1))
    case .grpo:
      guard successes > 0 && successes < samples else { return (0, 0) }
      let odds = Double(samples - successes) / Double(successes)
      return (odds.squareRoot(), -(1 / odds).squareRoot())
    }
  }
}
