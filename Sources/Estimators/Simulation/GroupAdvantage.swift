import Statistics

/// The advantages of a group that are affine in the reward: `A_i = α (R_i − β)`, with α and β from the group's rewards.
///
/// Then `ĝ = (1/n) Σ_i A_i (e_{a_i} − π)` has the coordinates `(α/n) [c_a (r_a − β) − π_a Σ_b c_b (r_b − β)]`, and the counts c are all a
/// simulation has to draw. Estimators that look at lengths (OPO) or at other prompts (REINFORCE++) have no such form.
///
/// - Source: `williams1992`, `kool2019`, `liu2025`, `shao2024`; the estimators of the same names are the definitions.
public enum GroupAdvantage: Sendable, Hashable {
  /// `A = R`.
  case none
  /// `A = R − b`: a value baseline, or any other constant.
  case constant(Double)
  /// RLOO: `A_i = R_i − mean of the others = n/(n−1) (R_i − mean)`; in a group of one, `A = R`.
  case leaveOneOut
  /// Dr.GRPO: `A = R − mean`.
  case groupMean
  /// GRPO: `A = (R − mean)/(sd + ε)`; 0 when all rewards of the group agree.
  case groupNormalised(deviation: GRPO.Deviation, epsilon: Double)

  /// The form of `estimator`, or nil where it has none.
  public init?(_ estimator: any GradientEstimator) {
    switch estimator {
    case is NoBaseline: self = .none
    case let constant as ConstantBaseline: self = .constant(constant.baseline)
    case is LeaveOneOut: self = .leaveOneOut
    case is DrGRPO: self = .groupMean
    case let grpo as GRPO where grpo.groupOfOne == .zero:
      self = .groupNormalised(deviation: grpo.deviation, epsilon: grpo.epsilon)
    default: return nil
    }
  }

  /// The constant baseline in a group of n; nil where the group's own rewards enter.
  func constantBaseline(group: Int) -> Double? {
    switch self {
    case .none: 0
    case .constant(let baseline): baseline
    case .leaveOneOut where group == 1: 0
    default: nil
    }
  }

  /// α/n where it does not depend on the group's rewards; nil for GRPO.
  func constantScale(group: Int) -> Double? {
    switch self {
    case .leaveOneOut where group > 1: 1 / Double(group - 1)
    case .groupNormalised: nil
    default: 1 / Double(group)
    }
  }
}
