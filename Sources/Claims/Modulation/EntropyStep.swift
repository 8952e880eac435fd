import Foundation
import Modulation

/// A straight step of a state's logits, with a claimed derivative of the entropy along it: the object whose remainder is examined.
///
/// With H(s) the entropy of softmax(z + s v), w = v − E_π v and Λ = log π + H,
///
/// ```
/// H'  = −Cov(log π, v)
/// H'' = −E[w² (1 + Λ)],        |H''| ≤ r² (1 + E|Λ|) ≤ r² (1 + 2 log K)
/// H'''= −2 κ₃(v) − κ₄(log π, v, v, v),   |H'''| ≤ r³ (2 + (7/4) E|Λ|) ≤ r³ (2 + (7/2) log K)
/// ```
///
/// with r the range of v. Both bounds hold at every point of the line, so `|H(s) − H(0) − s H'| ≤ ½ r² (1 + 2 log K) s²` for every s: that is "O(η²)" with its constant.
/// (κ₄(L,v,v,v) = E[Λ w³] − 3 E[Λw] E[w²], and E[w²] ≤ r²/4.)
struct EntropyStep {
  /// The state.
  let distribution: NextTokenDistribution
  /// v: the displacement of the logits for a unit step.
  let direction: [Double]
  /// What is claimed to be dH/ds at s = 0.
  let derivative: Double

  /// The range r of v.
  var range: Double { (direction.max() ?? 0) - (direction.min() ?? 0) }

  /// c₂ = H''/2 at s = 0.
  var secondOrder: Double {
    let mean = zip(distribution.probabilities, direction).reduce(0) { $0 + $1.0 * $1.1 }
    var sum = 0.0
    for (p, v) in zip(distribution.probabilities, direction) where p > 0 {
      sum += p * (v - mean) * (v - mean) * (1 + log(p) + distribution.entropy)
    }
    return -sum / 2
  }

  /// The largest possible |H''|/2 anywhere on the line.
  var secondOrderBound: Double { range * range * (1 + distribution.deviationBound) / 2 }

  /// The largest possible |H'''|/6 anywhere on the line.
  var thirdOrderBound: Double { range * range * range * (2 + 1.75 * distribution.deviationBound) / 6 }

  /// H(s) − H(0) − s · derivative.
  func remainder(_ step: Double) -> Double {
    FiniteEntropyChange.value(distribution, displacement: direction.map { step * $0 }) - step * derivative
  }

  /// What rounding may add to a remainder.
  ///
  /// The change is a sum of 2K + 1 terms whose magnitudes add up to at most |s| max|v| (4 + 4 log K), each with a relative error of a few units, and the claimed derivative has
  /// the same form; K + 16 units in the last place of that sum, doubled for the derivative.
  func rounding(_ step: Double) -> Double {
    let largest = direction.reduce(0) { max($0, abs($1)) }
    let count = Double(direction.count) + 16
    return 2 * count * Double.ulpOfOne * abs(step) * largest * (4 + 2 * distribution.deviationBound)
  }
}

/// What many steps show together: whether the remainder is of second order.
struct RemainderCheck: Sendable, Hashable {
  /// The steps' directions looked at.
  var count = 0
  /// Remainders above the bound, rounding allowed for.
  var violations = 0
  /// The largest remainder over its bound.
  var largestRatio = 0.0
  /// Pairs of a step and its half at which the second order must dominate.
  var clear = 0
  /// The smallest order seen among those.
  var lowestOrder = Double.infinity
  /// The largest order seen among those.
  var highestOrder = -Double.infinity

  /// How the orders are judged.
  struct Rule: Sendable {
    /// The steps s; each is compared with s/2.
    var steps: [Double]
    /// The largest share of the third-order term in a remainder whose order is read off.
    var dominance: Double
    /// How many times its rounding a remainder must be.
    var resolution: Double
  }

  /// Looks at one direction, forward and backward.
  mutating func add(_ step: EntropyStep, _ rule: Rule) {
    count += 1
    let bound = step.secondOrderBound
    let second = abs(step.secondOrder)
    for s in rule.steps {
      for signed in [s, -s] {
        let whole = step.remainder(signed)
        let half = step.remainder(signed / 2)
        for (value, size) in [(whole, signed), (half, signed / 2)] where bound > 0 {
          let excess = abs(value) - step.rounding(size)
          largestRatio = max(largestRatio, excess / (bound * size * size))
          if excess > bound * size * size { violations += 1 }
        }
        guard step.thirdOrderBound * s <= rule.dominance * second,
          abs(half) > rule.resolution * step.rounding(signed / 2)
        else { continue }
        clear += 1
        let order = log2(abs(whole) / abs(half))
        lowestOrder = min(lowestOrder, order)
        highestOrder = max(highestOrder, order)
      }
    }
  }

  /// Takes what another check saw.
  mutating func merge(_ other: RemainderCheck) {
    count += other.count
    violations += other.violations
    largestRatio = max(largestRatio, other.largestRatio)
    clear += other.clear
    lowestOrder = min(lowestOrder, other.lowestOrder)
    highestOrder = max(highestOrder, other.highestOrder)
  }

  /// Whether every remainder kept its bound and every order that could be read off is 2 within `margin`.
  func isSecondOrder(within margin: Double) -> Bool {
    violations == 0 && clear > 0 && abs(lowestOrder - 2) <= margin && abs(highestOrder - 2) <= margin
  }

  /// Rows of the claim's table.
  func rows(design: String, method: String) -> [EstimateRow] {
    let stats: [(String, Double)] = [
      ("remainders_above_bound", Double(violations)), ("largest_remainder_over_bound", largestRatio),
      ("lowest_order", lowestOrder), ("highest_order", highestOrder),
    ]
    return stats.filter { $0.1.isFinite }.map {
      EstimateRow(design: design, method: method, stat: $0.0, exact: $0.1)
    }
  }
}
