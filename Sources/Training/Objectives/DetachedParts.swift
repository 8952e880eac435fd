import Foundation
import Modulation
import Statistics

/// What the gradient of a loss takes for constants: the advantages after the token rule, its masks, and the aggregation's weights.
public struct DetachedParts: Sendable, Hashable {
  /// The tokens that pay for moving away from π_old, and the price per nat of |log ρ|.
  public struct Price: Sendable, Hashable {
    /// Whether each token pays.
    public var pays: [Bool]
    /// The price.
    public var coefficient: Double
  }

  /// A of each token.
  public var advantages: [Double]
  /// w of each token.
  public var weights: [Double]
  /// Whether each token keeps its surrogate; nil if all do.
  public var keeps: [Bool]?
  /// KL-Cov's price; nil without.
  public var price: Price?
  /// Whether each rollout counts; nil if all do.
  public var counts: [Bool]?
}

extension Objective {
  /// The detached parts of a batch.
  ///
  /// Throws as `evaluate` does.
  public func detached(_ batch: UpdateBatch, stream: RandomStream) throws(TrainingError) -> DetachedParts {
    let counts = counting(batch.advantages)
    let totals = batch.totals ?? BatchTotals(groups: batch.groups, starts: batch.starts, counting: counts)
    try Self.requireFinite(batch.sampledLogProbabilities, "sampledLogProbabilities")
    if klPenalty != nil {
      guard let reference = batch.referenceLogProbabilities else {
        throw .invalid(
          name: "'referenceLogProbabilities'", value: "missing",
          allowed: "be given for a penalty on distance")
      }
      try Self.requireFinite(reference, "referenceLogProbabilities")
    }
    var parts = DetachedParts(
      advantages: batch.perToken(batch.advantages),
      weights: aggregation.weights(
        groups: batch.groups, starts: batch.starts, counting: counts, totals: totals,
        maximumLength: batch.maximumLength),
      counts: counts)
    do throws(ModulationError) {
      // Built without a rule, too: it checks the numbers.
      let tokens = try batch.tokens(counting: counts)
      switch tokenRule {
      case .none: break
      case .forkTokens(let rule): parts.keeps = rule.keep(tokens)
      case .entropyAdvantages(let rule): parts.advantages = rule.advantages(tokens)
      case .clipCov(let rule):
        let own = ClipCov(
          ratio: rule.ratio, lower: rule.lower, upper: rule.upper, clip: surrogate.indicator)
        parts.keeps = own.keep(tokens, stream: stream)
      case .klCov(let rule):
        parts.price = DetachedParts.Price(pays: rule.penalised(tokens), coefficient: rule.coefficient)
      case .stateBaseline(let rule): parts.advantages = try batch.baselined(rule)
      case .modulation(var rule):
        // Exactly, ΔH is that of the loss at hand: what the surrogate clips changes no entropy. The released rules carry their own range.
        if rule.entropySource == .exact { rule.clip = surrogate.indicator }
        let changes = tokenRule.needsSquaredLogarithmSums ? try batch.entropyChanges(tokens, rule.clip) : nil
        let factors = try rule.factors(tokens, exactEntropyChanges: changes).product
        for index in factors.indices { parts.advantages[index] *= factors[index] }
      }
    } catch {
      throw TrainingError(error)
    }
    return parts
  }

  private static func requireFinite(_ values: [Double], _ name: String) throws(TrainingError) {
    guard let index = values.firstIndex(where: { !$0.isFinite }) else { return }
    throw .invalid(name: "\(name)[\(index)]", value: "\(values[index])", allowed: "be finite")
  }
}

extension UpdateBatch {
  /// One value for each token from one for each rollout.
  func perToken<Value>(_ values: [Value]) -> [Value] {
    var result: [Value] = []
    result.reserveCapacity(tokenCount)
    for rollout in 0..<count {
      result.append(contentsOf: repeatElement(values[rollout], count: range(rollout).count))
    }
    return result
  }

  /// How far rounding in single precision may lift a log-probability above 0 or an entropy below it, for logits up to 10³.
  static let roundingTolerance = 1e-4

  /// The tokens as the rules of `Modulation` read them: current numbers, and the ratio to the policy that drew them.
  ///
  /// Labels are made dense, as a batch may have fewer tokens than the step has prompts.
  func tokens(counting: [Bool]?) throws(ModulationError) -> TokenBatch {
    var sequences: [Int] = []
    var positions: [Int] = []
    var groups: [Int] = []
    var label = [Int](repeating: -1, count: (self.groups.max() ?? -1) + 1)
    var nextGroup = 0
    var nextSequence = 0
    for rollout in 0..<count where !range(rollout).isEmpty {
      let length = range(rollout).count
      if label[self.groups[rollout]] < 0 {
        label[self.groups[rollout]] = nextGroup
        nextGroup += 1
      }
      sequences.append(contentsOf: repeatElement(nextSequence, count: length))
      groups.append(contentsOf: repeatElement(label[self.groups[rollout]], count: length))
      positions.append(contentsOf: 0..<length)
      nextSequence += 1
    }
    let limit = Surrogate.logRatioLimit
    let slack = Self.roundingTolerance
    return try TokenBatch(
      logProbabilities: logProbabilities.map { $0 > 0 && $0 < slack ? 0 : $0 },
      entropies: entropies.map { $0 < 0 && $0 > -slack ? 0 : $0 }, advantages: perToken(advantages),
      ratios: zip(logProbabilities, sampledLogProbabilities).map { exp(min(max($0 - $1, -limit), limit)) },
      sequences: sequences, positions: positions, groups: groups, states: states,
      isValid: counting.map { perToken($0) })
  }

  /// The exact first-order change of each token's entropy, from Σ π² log π and Σ π².
  func entropyChanges(_ tokens: TokenBatch, _ clip: ClipIndicator) throws(ModulationError) -> [Double] {
    guard let squaredLogarithmSums, let sumsOfSquares else {
      throw .missing(name: "squaredLogarithmSums", neededBy: "the exact entropy change")
    }
    return (0..<tokenCount).map { index in
      guard tokens.counts(index) else { return 0 }
      let entropy = tokens.entropies[index]
      let logProbability = tokens.logProbabilities[index]
      return EntropyChange.firstOrder(
        weightedDeviation: exp(logProbability) * (logProbability + entropy),
        expectation: squaredLogarithmSums[index] + entropy * sumsOfSquares[index],
        coefficient: clip.coefficient(
          ratio: tokens.ratios?[index] ?? 1, advantage: tokens.advantages[index]))
    }
  }

  /// The advantages of the baseline of each state.
  func baselined(_ rule: ScoreWeightedStateBaseline) throws(ModulationError) -> [Double] {
    guard let states else { throw .missing(name: "states", neededBy: "the baseline of a state") }
    guard let sumsOfSquares else { throw .missing(name: "sumsOfSquares", neededBy: "the weight of a token") }
    return rule.advantages(
      rewards: rewards, responses: perToken(Array(0..<count)), prompts: perToken(groups), states: states,
      squaredScoreNorms: zip(logProbabilities, sumsOfSquares).map {
        ScoreNorm.squared(logProbability: $0, sumOfSquares: $1)
      })
  }
}
