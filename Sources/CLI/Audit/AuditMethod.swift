/// The allocation rules that an audit compares.
enum AuditMethod: String, CaseIterable, Sendable {
  /// The same number for every prompt.
  case uniform
  /// n ∝ P̂.
  case proportional
  /// n ∝ √P̂, which is Neyman's rule under V = P.
  case root
  /// n ∝ the square root of the posterior mean of p(1 − p) under Jeffreys' prior.
  case rootJeffreys = "root-jeffreys"
  /// The worst-case optimum over all variances bounded by a multiple of P̂.
  case minimax
  /// The rule of the released code, with its priorities.
  case released
  /// n ∝ the measured deviation σ̂ of the chooser's rollouts.
  case neyman
  /// n ∝ σ̂ from P̂ and the chooser's score moments, shrunk towards the pool.
  case scoreAware = "score-aware"
  /// n ∝ the deviation by which the allocation is then judged: a reference that no rule can reach.
  case oracle

  /// What the rule is chosen from.
  func chooser(hasScreening: Bool) -> AuditChooser {
    switch self {
    case .oracle: .judge
    case .neyman: .halves
    case .scoreAware: hasScreening ? .screeningAndHalf : .halves
    default: hasScreening ? .screening : .halves
    }
  }

  /// The rules that can be judged by `variance`: those that need scores where scores are known.
  ///
  /// Neyman's rule under V = P is `root`.
  static func available(for variance: JudgedVariance, hasMoments: Bool) -> [AuditMethod] {
    allCases.filter { method in
      switch method {
      case .neyman: variance != .proxy
      case .scoreAware: hasMoments
      default: true
      }
    }
  }
}
