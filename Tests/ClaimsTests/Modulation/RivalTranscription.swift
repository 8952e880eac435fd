import Estimators
import Foundation

@testable import Claims

/// The rivals' rules written out once more from their formulas, with the numbers of their papers: nothing of `Modulation` is called.
enum RivalTranscription {
  typealias Token = ModulatedRuleTranscriptionTests.Token

  /// A of every token `[response][position]`; for Clip-Cov the plain ones, which `draws` makes zeros in.
  static func advantages(
    _ rule: ModulatedRule, _ responses: [[Token]], _ rewards: [Double], _ plain: [Double]
  ) -> [[Double]] {
    func each(_ value: (_ i: Int, _ t: Int) -> Double) -> [[Double]] {
      responses.indices.map { i in responses[i].indices.map { value(i, $0) } }
    }
    switch rule.modulation {
    case .forkTokens:
      // The quantile of order .8 of n values: the place .8 (n − 1), between neighbours in proportion.
      let sorted = responses.flatMap { $0.map(\.entropy) }.sorted()
      let place = 0.8 * Double(sorted.count - 1)
      let below = Int(place)
      let above = min(below + 1, sorted.count - 1)
      let quantile = sorted[below] + (place - Double(below)) * (sorted[above] - sorted[below])
      // Ties with the quantile are kept, however the interpolation is rounded.
      return each { i, t in responses[i][t].entropy >= quantile - 1e-12 ? plain[i] : 0 }
    case .entropyAdvantages:
      return each { i, t in plain[i] + min(0.4 * responses[i][t].entropy, abs(plain[i]) / 2) }
    case .twoValues(_, let drops):
      let (success, failure) =
        switch rule.name {
        case "w-reinforce": (0.1, 1.0)
        case "psr", "psr-as-released": (1.0, 0.0)
        default: (0.0, 1.0)
        }
      let values = rewards.map { $0 == 1 ? success : -failure }
      let left = values.count { $0 != 0 }
      return each { i, _ in
        drops && left > 0 ? values[i] * Double(values.count) / Double(left) : values[i]
      }
    default: return each { i, _ in plain[i] }
    }
  }

  /// Every draw of Clip-Cov, all equally likely: one token with 1 < cov < 5 loses its advantage; nil for rules without a draw and groups without a candidate.
  static func draws(_ rule: ModulatedRule, _ responses: [[Token]], _ plain: [[Double]]) -> [[[Double]]]? {
    guard case .clipCov = rule.modulation else { return nil }
    let places = responses.indices.flatMap { i in responses[i].indices.map { (i, $0) } }
    func mean(_ value: (Int, Int) -> Double) -> Double {
      places.reduce(0) { $0 + value($1.0, $1.1) } / Double(places.count)
    }
    func logarithm(_ i: Int, _ t: Int) -> Double { log(responses[i][t].pi[responses[i][t].action]) }
    let meanAdvantage = mean { plain[$0][$1] }
    let meanLogarithm = mean(logarithm)
    let candidates = places.filter { i, t in
      let covariance = (plain[i][t] - meanAdvantage) * (logarithm(i, t) - meanLogarithm)
      return covariance > 1 && covariance < 5
    }
    guard !candidates.isEmpty else { return nil }
    return candidates.map { i, t in
      var result = plain
      result[i][t] = 0
      return result
    }
  }

  /// c ∂H/∂z = −c π (log π + H) with c = .001, for the entropy bonus; zeros for other rules.
  static func addition(_ rule: ModulatedRule, _ token: Token) -> [Double] {
    guard case .entropyBonus = rule.modulation else { return [0, 0, 0] }
    return token.pi.map { -0.001 * $0 * (log($0) + token.entropy) }
  }
}
