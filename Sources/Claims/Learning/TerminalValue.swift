import Foundation
import Statistics

/// What a nudge of one prompt now is worth when the target is reached: slope and curvature of its final p in its present logit, for two actions.
///
/// Between now and then the log odds u of a prompt under uniform allocation follow `du/dt = 2η a(u)`, with a the mean coefficient at the mean group size; let p and P belong to u, p_T and P_T to the
/// end. The flow's derivative is a_T/a, hence
///
///     S = dp_T/du   = P_T a_T / a
///     W = d²p_T/du² = [P_T(1−2p_T) a_T + P_T a'_T] a_T/a² − P_T a_T a'/a²
///
/// and for RLOO, a = P: `W = (P_T²/P) [2(1−2p_T) P_T/P − (1−2p)]`. A change of the mean coefficient by δμ and of the variance coefficient by δv at one step then adds
///
///     δE p_T = S·2η δμ + ½ W·4η² δv
///
/// The curvature of p itself, P(1−2p), is the case of the last step. It has the *other sign* for a prompt that is below ½ now and near 1 at the end: noise helps its next step
/// and delays its arrival, which is why the one-step rule `n ∝ √(−tr HΣ)` is short-sighted.
struct TerminalValue: Sendable, Hashable {
  /// S.
  var slope: Double
  /// W.
  var curvature: Double

  /// S and W for a prompt at p now and at `end` when the target is reached.
  ///
  /// The derivative of a in u is a central difference: its error, h² a'''/6, is below 10⁻⁷.
  init(probability p: Double, end: Double, estimator: AscentEstimator, group: Int) {
    func coefficient(_ p: Double, _ shift: Double) -> Double {
      let logit = log(p) - log1p(-p) + shift
      return estimator.coefficients(group: group, probability: 1 / (1 + exp(-logit))).mean
    }
    func derivative(_ p: Double) -> Double { (coefficient(p, 1e-3) - coefficient(p, -1e-3)) / 2e-3 }
    let (now, then) = (coefficient(p, 0), coefficient(end, 0))
    let proxy = end * (1 - end)
    slope = proxy * then / now
    curvature =
      ((proxy * (1 - 2 * end) * then + proxy * derivative(end)) * then - proxy * then * derivative(p))
      / (now * now)
  }
}

extension AscentRun {
  /// The change of E J at the step `end` of this (uniform) run if the watched rule had been used instead: first order in its change of every step.
  ///
  /// Steps between watched ones count like the one before them. Two actions only.
  func terminalGain(rule: Int, uniform: Int, end: Int, setting: AscentSetting, step: Double, stride: Int)
    -> Double
  {
    var total = CompensatedSum()
    let final = successes[end]
    for (place, time) in watchedSteps.enumerated() where time < end {
      let (own, base) = (watched[rule][place], watched[uniform][place])
      let weight = Double(min(stride, end - time)) / Double(final.count)
      for i in final.indices {
        let value = TerminalValue(
          probability: successes[time][i], end: final[i], estimator: setting.estimator, group: setting.each)
        total.add(
          weight
            * (value.slope * 2 * step * (own.means[i] - base.means[i])
              + value.curvature * 2 * step * step * (own.spreads[i] - base.spreads[i])))
      }
    }
    return total.value
  }
}
