import Foundation
import Modulation

extension EntropyAsStepSize {
  /// How the step of one token is scaled.
  enum Signal: String, Sendable, CaseIterable {
    case constant = "constant"
    case decaySix = "mode 6 decay of |ΔH|/max"
    case decayFive = "mode 5 decay of |ΔH|/max"
    case inverse = "1/(1 + |ΔH|/mean)"
    case proportional = "|ΔH|/mean"
    case missingDecay = "mode 5 decay of (1 − π_a)/max"
    case missingInverse = "1/(1 + (1 − π_a)/mean)"
    case inverseNorm = "1/E‖s‖²"
    /// What no log knows: the best weight of a token that is alone in its batch, cut at 0.
    case oracle = "⟨∇J, A s⟩/‖A s‖² (oracle)"
    /// The negative control.
    case shuffled = "1/(1 + |ΔH|/mean) of another prompt's token"

    /// The signals that the claim is about.
    static let judged: [Signal] = [.decaySix, .decayFive, .inverse, .proportional]
    /// What is reported beside them.
    static let beside: [Signal] = [.missingDecay, .missingInverse, .inverseNorm, .oracle]

    /// The factors u of the tokens of a batch, in the order of the slots.
    func factors(_ tokens: [Token], group: Int) -> [Double] {
      switch self {
      case .constant: return tokens.map { _ in 1 }
      case .decaySix: return Self.decay(.mode6, tokens.map(\.entropyChange))
      case .decayFive: return Self.decay(.mode5, tokens.map(\.entropyChange))
      case .inverse: return Self.inverse(tokens.map(\.entropyChange))
      case .proportional:
        let values = tokens.map(\.entropyChange)
        let mean = values.reduce(0, +) / Double(values.count)
        return mean > 0 ? values.map { $0 / mean } : values.map { _ in 1 }
      case .missingDecay: return Self.decay(.mode5, tokens.map(\.missingProbability))
      case .missingInverse: return Self.inverse(tokens.map(\.missingProbability))
      case .inverseNorm: return tokens.map { 1 / $0.expectedSquaredNorm }
      case .oracle: return tokens.map(\.bestWeight)
      case .shuffled:
        let factors = Self.inverse(tokens.map(\.entropyChange))
        // A whole group further: the token of the next prompt.
        return factors.indices.map { factors[($0 + group) % factors.count] }
      }
    }

    private static func decay(_ rule: UpdateStabilisationAsReleased, _ values: [Double]) -> [Double] {
      let largest = values.max() ?? 0
      return values.map { rule.factor(magnitude: $0, largest: largest) }
    }

    private static func inverse(_ values: [Double]) -> [Double] {
      let mean = values.reduce(0, +) / Double(values.count)
      return values.map { mean > 0 ? mean / (mean + $0) : 1 }
    }
  }

  /// What a signal may read of one drawn token.
  struct Token: Sendable, Hashable {
    /// |ΔH| of its update, exact.
    var entropyChange: Double
    /// |A|(1 − π_a): like |ΔH| it knows the advantage.
    var missingProbability: Double
    /// E‖s‖² of its state.
    var expectedSquaredNorm: Double
    /// max(⟨∇J, A s⟩, 0)/‖A s‖².
    var bestWeight: Double
  }

  /// A prompt of one token with its own logits.
  struct StepPrompt: Sendable {
    /// The state.
    let distribution: NextTokenDistribution
    /// R of each token.
    let rewards: [Double]
    /// p = Σ π R.
    let successProbability: Double
    /// A = R − p of each token.
    let advantages: [Double]
    /// A s of each token, row by row.
    let updates: [Double]
    /// ∇p = E[A s].
    let gradient: [Double]
    /// What signals read of each token.
    let tokens: [Token]

    init(_ distribution: NextTokenDistribution, rewards: [Double]) {
      let probabilities = distribution.probabilities
      let count = probabilities.count
      self.distribution = distribution
      self.rewards = rewards
      let p = zip(probabilities, rewards).reduce(0) { $0 + $1.0 * $1.1 }
      successProbability = p
      // 1 − p as a sum, so that an easy prompt's advantage keeps its digits.
      let q = zip(probabilities, rewards).reduce(0) { $0 + $1.0 * (1 - $1.1) }
      advantages = rewards.map { $0 > 0 ? q : -p }
      var updates = [Double](repeating: 0, count: count * count)
      var gradient = [Double](repeating: 0, count: count)
      for a in 0..<count {
        for b in 0..<count {
          let score = (a == b ? 1.0 : 0.0) - probabilities[b]
          updates[a * count + b] = advantages[a] * score
          gradient[b] += probabilities[a] * advantages[a] * score
        }
      }
      self.updates = updates
      self.gradient = gradient
      let expected = ScoreNorm.expectedSquared(distribution)
      tokens = (0..<count).map { a in
        var inner = 0.0
        var square = 0.0
        for b in 0..<count {
          inner += gradient[b] * updates[a * count + b]
          square += updates[a * count + b] * updates[a * count + b]
        }
        let others = probabilities.indices.reduce(0) { $1 == a ? $0 : $0 + probabilities[$1] }
        return Token(
          entropyChange: abs(
            EntropyChange.firstOrder(
              distribution, action: a, coefficient: rewards[a] > 0 ? q : -p)),
          missingProbability: (rewards[a] > 0 ? q : p) * others, expectedSquaredNorm: expected,
          bestWeight: square > 0 ? max(inner, 0) / square : 0)
      }
    }

    /// Σ π' R after the displacement of the logits by `scale` times `direction`.
    @inline(__always)
    func successAfter(_ direction: UnsafePointer<Double>, scale: Double) -> Double {
      let count = rewards.count
      return distribution.probabilities.withUnsafeBufferPointer { probabilities in
        rewards.withUnsafeBufferPointer { rewards in
          var largest = -Double.infinity
          for j in 0..<count { largest = max(largest, scale * direction[j]) }
          var sum = 0.0
          var good = 0.0
          for j in 0..<count {
            let weight = probabilities[j] * exp(scale * direction[j] - largest)
            sum += weight
            good += weight * rewards[j]
          }
          return good / sum
        }
      }
    }
  }
}
