extension Method {
  /// This project's method: n ∝ √E[P | k] under Jeffreys' prior, RLOO, prompts equal.
  ///
  /// The rule with the least worst case among σ² ≤ C·P, on an estimate that gives no prompt up; an estimator that is unbiased whatever the allocation. Bounds are DynaMO's, so that the two differ in
  /// the rule.
  ///
  /// - Source: `neyman1934`; `jeffreys1946`; `kool2019`.
  public static let allot = Method(name: "allot", allocation: .rootJeffreys)

  /// The same with measured score moments in place of the proxy.
  public static let allotScoreAware = allot.with("allot-score-aware") { $0.allocation = .scoreAware }
}
