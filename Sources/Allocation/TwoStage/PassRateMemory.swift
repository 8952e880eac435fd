import Foundation

/// What is remembered of the pass rates of a pool: discounted Beta–Bernoulli counts under a prior fitted to the pool.
///
/// A prompt's counts fade by λ when it is met again: `a ← λ a + k`, `b ← λ b + n − k`. λ is the one of a few whose predictions of the counts that came next were best so far, by the Beta–binomial likelihood over the whole pool, in which a thousand outcomes fade; so a pool that
/// drifts is forgotten faster. The prior Beta(α, β) has the pool's mean and variance of pass rates, the latter without the part that sampling adds:
///
///     μ = E k/n,   Var p = μ(1−μ) − E k(n−k)/(n(n−1)),   α + β = μ(1−μ)/Var p − 1
///
/// with outcomes weighted as in the step's mean, so that a weighed selection does not shift it (one without weights does: the prior is then that of the prompts it takes), and old ones fading.
///
/// - Source: `casella1985` for the prior; the discounts are ours.
public struct PassRateMemory: Sendable, Codable, Hashable {
  /// The discounts λ that compete.
  public static let discounts = [1, 0.8, 0.5, 0.2]

  /// The prior's α and β.
  public private(set) var prior = Pair(alpha: 1, beta: 1)
  private var counts: [Double] = []
  private var scores: [Double] = Self.discounts.map { _ in 0 }
  private var weight = 0.0
  private var first = 0.0
  private var within = 0.0

  /// Two numbers of a Beta law.
  public struct Pair: Sendable, Codable, Hashable {
    /// α.
    public var alpha: Double
    /// β.
    public var beta: Double

    /// Collects the two.
    public init(alpha: Double, beta: Double) {
      self.alpha = alpha
      self.beta = beta
    }

    /// Jeffreys' prior with a record's discounted counts.
    public init(_ record: PromptRecord) {
      alpha = record.discountedSuccesses + 0.5
      beta = record.discountedSamples - record.discountedSuccesses + 0.5
    }

    /// E[p(1−p)] = αβ/((α+β)(α+β+1)).
    public var meanVariance: Double {
      let size = alpha + beta
      return alpha * beta / (size * (size + 1))
    }

    /// E[p²(1−p)²] = α(α+1)β(β+1)/((α+β)(α+β+1)(α+β+2)(α+β+3)).
    public var meanSquaredVariance: Double {
      let size = alpha + beta
      return meanVariance * (alpha + 1) * (beta + 1) / ((size + 2) * (size + 3))
    }
  }

  /// Nothing remembered.
  public init() {}

  /// Whether the numbers are such as outcomes of a pool leave.
  func isSound(_ pool: PoolShape) -> Bool {
    // The list of counts grows by doubling.
    let most = 4 * Self.discounts.count * max(1, pool.promptCount)
    let numbers = [weight, first, within, prior.alpha, prior.beta]
    return counts.count <= most && counts.allSatisfy { $0 >= 0 && $0.isFinite }
      && scores.count == Self.discounts.count && scores.allSatisfy(\.isFinite)
      && numbers.allSatisfy { $0 >= 0 && $0.isFinite } && prior.alpha > 0 && prior.beta > 0
  }

  /// The discount in use.
  public var discount: Double { Self.discounts[best] }

  private var best: Int {
    var best = 0
    for i in scores.indices where scores[i] > scores[best] { best = i }
    return best
  }

  /// The law of a prompt's pass rate at its next visit: the prior with the counts as they will have faded by then.
  public func posterior(_ prompt: Int) -> Pair { posterior(prompt, best) }

  private func posterior(_ prompt: Int, _ discount: Int) -> Pair {
    let place = 2 * (prompt * Self.discounts.count + discount)
    guard place + 1 < counts.count else { return prior }
    // The law that the discount was chosen for: what the next visit will meet, with what was seen faded by then.
    let faded = Self.discounts[discount]
    return Pair(
      alpha: prior.alpha + faded * counts[place], beta: prior.beta + faded * counts[place + 1])
  }

  /// Takes in what came back; rollouts from a prefix and prompts without rollouts say nothing.
  public mutating func observe(_ outcomes: [GroupOutcome]) {
    for outcome in outcomes where outcome.start == .beginning && outcome.samples > 0 { add(outcome) }
    refit()
  }

  private mutating func add(_ outcome: GroupOutcome) {
    let size = 2 * Self.discounts.count
    let needed = (outcome.prompt + 1) * size
    if counts.count < needed {
      counts.append(contentsOf: repeatElement(0, count: max(needed, 2 * counts.count) - counts.count))
    }
    let (k, n) = (Double(outcome.successes), Double(outcome.samples))
    let seen = counts[outcome.prompt * size] + counts[outcome.prompt * size + 1] > 0
    for (index, discount) in Self.discounts.enumerated() {
      let place = outcome.prompt * size + 2 * index
      if seen {
        let predicted = Pair(
          alpha: prior.alpha + discount * counts[place], beta: prior.beta + discount * counts[place + 1])
        scores[index] =
          0.999 * scores[index]
          + Self.logLikelihood(successes: outcome.successes, samples: outcome.samples, predicted)
      }
      counts[place] = discount * counts[place] + k
      counts[place + 1] = discount * counts[place + 1] + n - k
    }
    guard outcome.samples > 1 else { return }
    let fade = 0.999
    weight = fade * weight + outcome.weight
    first = fade * first + outcome.weight * k / n
    within = fade * within + outcome.weight * k * (n - k) / (n * (n - 1))
  }

  private mutating func refit() {
    guard weight > 0 else { return }
    let mean = min(max(first / weight, 0.01), 0.99)
    let whole = mean * (1 - mean)
    let variance = max(whole - within / weight, 1e-3 * whole)
    // Between the law that knows only 0 and 1, and one that needs twenty samples to move.
    let size = min(max(whole / variance - 1, 0.3), 20)
    prior = Pair(alpha: size * mean, beta: size * (1 - mean))
  }

  /// The logarithm of the Beta–binomial probability of k of n, without the binomial coefficient, which is the same for every law.
  ///
  /// `B(α + k, β + n − k)/B(α, β)` as a product of n ratios: no difference of log-gammas, which lose digits for large counts.
  static func logLikelihood(successes: Int, samples: Int, _ law: Pair) -> Double {
    var sum = 0.0
    // One logarithm for many factors: a factor is at least about 10⁻⁵ for the priors in use, so that the product stays far from underflow between two of them.
    var product = 1.0
    let size = law.alpha + law.beta
    for j in 0..<samples {
      let (shape, drawn) =
        j < successes ? (law.alpha, Double(j)) : (law.beta, Double(j - successes))
      product *= (shape + drawn) / (size + Double(j))
      if product < 1e-200 {
        sum += log(product)
        product = 1
      }
    }
    sum += log(product)
    return sum
  }
}
