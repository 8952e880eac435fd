import Statistics

/// Exact rational variances for one-step softmax prompts with rational probabilities: what counterexamples are printed from.
///
/// Everything is a fraction as long as the advantages are: no baseline, any rational baseline, leave-one-out and group mean. (GRPO's deviation is a square root.)
public struct RationalPrompt: Sendable, Hashable {
  /// The action probabilities; they add up to exactly 1.
  public let probabilities: [Rational]
  /// The rewards.
  public let rewards: [Rational]

  /// A prompt with these probabilities and rewards.
  ///
  /// - Precondition: equal counts, a sum of exactly 1.
  public init(probabilities: [Rational], rewards: [Rational]) {
    precondition(
      probabilities.count == rewards.count, "\(probabilities.count) actions, \(rewards.count) rewards")
    precondition(probabilities.reduce(.zero, +) == .one, "the probabilities do not add up to 1")
    self.probabilities = probabilities
    self.rewards = rewards
  }

  /// `E R`, the success probability when rewards are 0 and 1.
  public var meanReward: Rational { zip(probabilities, rewards).reduce(.zero) { $0 + $1.0 * $1.1 } }

  /// `Var R`, p(1 − p) when rewards are 0 and 1.
  public var rewardVariance: Rational {
    let mean = meanReward
    return zip(probabilities, rewards).reduce(.zero) { $0 + $1.0 * ($1.1 - mean) * ($1.1 - mean) }
  }

  /// `⟨s_a, s_b⟩ = [a = b] − π_a − π_b + Σπ²`.
  public func scoreProduct(_ a: Int, _ b: Int) -> Rational {
    let squares = probabilities.reduce(.zero) { $0 + $1 * $1 }
    return (a == b ? Rational.one : .zero) - probabilities[a] - probabilities[b] + squares
  }

  /// `b* = E[‖s‖²R]/E[‖s‖²]`; zero where the score vanishes.
  public var optimalBaseline: Rational {
    var weighted = Rational.zero
    var total = Rational.zero
    for a in probabilities.indices {
      let weight = probabilities[a] * scoreProduct(a, a)
      weighted += weight * rewards[a]
      total += weight
    }
    return total == .zero ? .zero : weighted / total
  }

  /// The covariance trace of one rollout of `(R − b) s`.
  public func variance(baseline: Rational) -> Rational {
    var second = Rational.zero
    for a in probabilities.indices {
      let advantage = rewards[a] - baseline
      second += probabilities[a] * advantage * advantage * scoreProduct(a, a)
    }
    return second - squaredGradientNorm
  }

  /// `‖∇ E R‖² = Σ_a π_a² (R_a − E R)²` for the softmax.
  public var squaredGradientNorm: Rational {
    let mean = meanReward
    return zip(probabilities, rewards).reduce(.zero) {
      let component = $1.0 * ($1.1 - mean)
      return $0 + component * component
    }
  }

  /// The covariance trace of the group estimate, from all pairs: an independent route to THEORY.md's RLOO formula.
  ///
  /// With centred advantages `A_i = scale · (R_i − mean)`, where scale = G/(G−1) is leave-one-out and 1 is the group mean, every tuple of G
  /// actions is enumerated.
  ///
  /// - Precondition: K^G ≤ 10⁶.
  public func groupVariance(group: Int, leaveOneOut: Bool) -> Rational {
    let count = probabilities.count
    var tuples = 1
    for _ in 0..<group { tuples *= count }
    precondition(group > 1 && tuples <= 1_000_000, "\(tuples) tuples are too many")
    let scale = leaveOneOut ? Rational(Int128(group), Int128(group - 1)) : .one
    var mean = [Rational](repeating: .zero, count: count)
    var second = Rational.zero
    var digits = [Int](repeating: 0, count: group)
    for _ in 0..<tuples {
      let probability = digits.reduce(Rational.one) { $0 * probabilities[$1] }
      let average = digits.reduce(Rational.zero) { $0 + rewards[$1] } / Rational(Int128(group))
      // Centred advantages sum to zero, so Σ A_i s_i = Σ A_i e_{a_i}.
      var estimate = [Rational](repeating: .zero, count: count)
      for action in digits {
        estimate[action] += scale * (rewards[action] - average) / Rational(Int128(group))
      }
      for a in 0..<count {
        mean[a] += probability * estimate[a]
        second += probability * estimate[a] * estimate[a]
      }
      var position = group - 1
      while position >= 0 {
        digits[position] += 1
        if digits[position] < count { break }
        digits[position] = 0
        position -= 1
      }
    }
    return second - mean.reduce(.zero) { $0 + $1 * $1 }
  }
}
