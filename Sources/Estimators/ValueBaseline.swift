import Policies

extension ConstantBaseline {
  /// The value baseline: b = E R, the success probability p for rewards in {0, 1}.
  ///
  /// `V_p = P [(1 − p) v_S + p v_F + (1 − 2p)² D²]`.
  ///
  /// - Source: `williams1992`; the formula is checked against the oracle.
  public static func value(of summary: ScoreSummary) -> ConstantBaseline {
    ConstantBaseline(summary.classes.reduce(0) { $0 + $1.probability * $1.reward }, name: "value-baseline")
  }
}
