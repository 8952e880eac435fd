import Estimators
import Foundation
import Policies
import Statistics

/// What only the modulated estimators need: worlds of two tokens, where their factors act, and a bound that is proved.
extension VarianceBoundedByProxy {
  /// The largest variance per rollout of a modulated estimator among policies of two tokens over two actions with p(1−p) = `proxy`.
  ///
  /// Sequence 00 is correct, 01 is not; of 10 and 11 one or none is. The success probability `p = x y + (1 − x) c` is linear in the probability y of the second 0 after a first, which
  /// is solved for; what leaves (0, 1) is no world.
  func twoTokenSupremum(
    _ examination: Examination, designPoint: Int, of modulated: ModulatedEstimator, proxy: Double
  ) throws -> Double {
    let small = 2 * proxy / (1 + (max(1 - 4 * proxy, 0)).squareRoot())
    let largestLogit = specification.value("largest_logit")
    let group = Int(specification.value("modulated_group"))
    let worst = try AdversarialSearch.maximise(
      examination, designPoint: designPoint, restarts: Int(specification.value("restarts")),
      maximumIterations: Int(specification.value("iterations")),
      start: { stream in
        // Half of the starts are near the square root of p, where both tokens carry some of the difficulty.
        let middle = log(small.squareRoot()) * (stream.uniform() < 0.5 ? 1 : 0)
        return [stream.normal(), stream.normal(), middle + stream.normal(), log(small) + stream.normal()]
      },
      objective: { point in
        guard point.allSatisfy({ abs($0) <= largestLogit }) else { return -.infinity }
        let p = point[0] > 0 ? small : 1 - small
        let x = 1 / (1 + exp(-point[2]))
        let z = 1 / (1 + exp(-point[3]))
        let c = point[1] > 0 ? z : 0
        let y = (p - (1 - x) * c) / x
        guard y > 0, y < 1, x > 0, x < 1, z > 0, z < 1,
          let policy = try? SequencePolicy(
            vocabulary: 2, length: 2, parameters: .perPrefix,
            probabilities: [[x, 1 - x], [y, 1 - y], [z, 1 - z]]),
          let prompt = try? TokenPrompt(
            policy, reward: { $0 == [0, 0] || (point[1] > 0 && $0 == [1, 0]) ? 1 : 0 })
        else { return -.infinity }
        return modulated.variancePerRollout(prompt, group: group)
      })
    return worst?.value ?? .nan
  }

  /// What a short proof gives for the modulated estimators, for any length and any number of states, beside what the search found in one step.
  ///
  /// `‖ĝ‖ ≤ (1/G) Σ|A_i| · max β · max‖s‖`, for GRPO `(1/G) Σ|A_i| = 2√(k(G−k))/G`, and `E k(G−k) = G(G−1)P`; hence `G·Var ≤ 4 (1 + α)² (G − 1) max‖s‖² P`. A factor
  /// between two positive constants cannot break a bound.
  func addProvedConstants(_ evidence: inout Evidence) {
    let group = Int(specification.value("modulated_group"))
    for estimator in ModulatedEstimator.studied(specification) {
      let factor = estimator.largestFactor(specification)
      evidence.estimates.append(
        EstimateRow(
          design: "any world with ‖s‖² ≤ 2, G=\(group)", method: estimator.name,
          stat: "proved_linear_constant",
          exact: 4 * factor * factor * Double(group - 1) * 2))
    }
  }
}
