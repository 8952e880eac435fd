import Estimators
import Foundation
import Modulation
import Statistics

/// The loss of an update: one choice on each axis.
///
/// ```
/// L = Σ_t w_t [ keep_t ℓ(ρ_t, A_t) + pay_t |log ρ_t| + c_KL k(log π_t − log π_ref,t) − c_H H_t ]
/// ```
///
/// w is the aggregation's, ℓ the surrogate's, A, keep and pay the token rule's. The entropy's mean has the weights of the loss: under token-mean it is the mean over tokens of `EntropyBonus`, under the
/// sums of rollouts it is their sum, so that c_H means another thing there. Penalty and bonus act on tokens that a rule masks, too.
public struct Objective: Sendable, Hashable {
  /// What is done to single tokens.
  public var tokenRule: TokenRule
  /// ℓ.
  public var surrogate: Surrogate
  /// w.
  public var aggregation: Aggregation
  /// The price of distance to a reference; nil for none.
  public var klPenalty: KLPenalty?
  /// The bonus on entropy; nil for none.
  public var entropyBonus: EntropyBonus?
  /// Whether rollouts of advantage 0 are left out of the denominators.
  public var dropsZeroAdvantages: Bool

  /// The choices; by default nothing but a surrogate clipped at .2.
  public init(
    tokenRule: TokenRule = .none, surrogate: Surrogate = Surrogate(), aggregation: Aggregation = .promptEqual,
    klPenalty: KLPenalty? = nil, entropyBonus: EntropyBonus? = nil, dropsZeroAdvantages: Bool = false
  ) {
    self.tokenRule = tokenRule
    self.surrogate = surrogate
    self.aggregation = aggregation
    self.klPenalty = klPenalty
    self.entropyBonus = entropyBonus
    self.dropsZeroAdvantages = dropsZeroAdvantages
  }

  /// The sizes of a whole update, for the `totals` of its parts.
  public func totals(groups: [Int], starts: [Int], advantages: [Double]) -> BatchTotals {
    BatchTotals(groups: groups, starts: starts, counting: counting(advantages))
  }

  /// Whether each rollout counts; nil if all do.
  func counting(_ advantages: [Double]) -> [Bool]? {
    dropsZeroAdvantages ? advantages.map { $0 != 0 } : nil
  }

  /// The loss and its derivatives.
  ///
  /// `stream` feeds the draw of Clip-Cov and nothing else. Throws for numbers that are no log-probabilities or entropies, and where a rule needs what the batch does not carry.
  public func evaluate(_ batch: UpdateBatch, stream: RandomStream) throws(TrainingError) -> ObjectiveResult {
    evaluate(batch, holding: try detached(batch, stream: stream))
  }

  /// The loss and its derivatives with the detached parts as given: what the gradient is the gradient of.
  ///
  /// - Precondition: parts of this batch; a reference where there is a penalty.
  public func evaluate(_ batch: UpdateBatch, holding parts: DetachedParts) -> ObjectiveResult {
    let count = batch.tokenCount
    precondition(parts.weights.count == count, "parts of \(parts.weights.count) tokens for \(count)")
    var slopes = [Double](repeating: 0, count: count)
    var entropySlopes = [Double](repeating: 0, count: entropyBonus == nil ? 0 : count)
    var sums = ObjectiveMetrics()
    sums.advantageFactor = 0
    var withAdvantage = 0.0
    let clip = surrogate.clip
    for rollout in 0..<batch.count where parts.counts?[rollout] ?? true {
      let own = batch.advantages[rollout]
      for token in batch.range(rollout) {
        let weight = parts.weights[token]
        let difference = batch.logProbabilities[token] - batch.sampledLogProbabilities[token]
        let logRatio = min(max(difference, -Surrogate.logRatioLimit), Surrogate.logRatioLimit)
        let moves = logRatio == difference
        if parts.keeps?[token] ?? true {
          let value = Surrogate.value(ratio: exp(logRatio), advantage: parts.advantages[token], clip: clip)
          sums.policyLoss += weight * value.loss
          if moves { slopes[token] += weight * value.slope }
          switch value.side {
          case .none: break
          case .low: sums.clippedLow += 1
          case .high: sums.clippedHigh += 1
          case .dual: sums.clippedDual += 1
          }
        } else {
          sums.masked += 1
        }
        if let price = parts.price, price.pays[token] {
          sums.policyLoss += weight * price.coefficient * logRatio.magnitude
          let direction: Double = logRatio > 0 ? 1 : logRatio < 0 ? -1 : 0
          if moves { slopes[token] += weight * price.coefficient * direction }
        }
        if let klPenalty, let reference = batch.referenceLogProbabilities {
          let value = klPenalty.value(
            logProbability: batch.logProbabilities[token], reference: reference[token])
          sums.referenceLoss += weight * klPenalty.coefficient * value.value
          sums.referenceDivergence += value.value
          slopes[token] += weight * klPenalty.coefficient * value.slope
        }
        if let entropyBonus {
          sums.entropyLoss -= weight * entropyBonus.coefficient * batch.entropies[token]
          entropySlopes[token] = -weight * entropyBonus.coefficient
        }
        sums.meanEntropy += batch.entropies[token]
        sums.sampledDivergence -= difference
        if own != 0 {
          sums.advantageFactor += (parts.advantages[token] / own).magnitude
          withAdvantage += 1
        }
        sums.tokens += 1
      }
    }
    sums.divide(withAdvantage: withAdvantage)
    return ObjectiveResult(
      loss: sums.policyLoss + sums.entropyLoss + sums.referenceLoss, logProbabilityGradients: slopes,
      entropyGradients: entropySlopes, metrics: sums)
  }
}

extension ObjectiveMetrics {
  /// Turns sums over tokens into means.
  fileprivate mutating func divide(withAdvantage: Double) {
    advantageFactor = withAdvantage > 0 ? advantageFactor / withAdvantage : 1
    guard tokens > 0 else { return }
    for path in [
      \ObjectiveMetrics.meanEntropy, \.clippedLow, \.clippedHigh, \.clippedDual, \.masked,
      \.sampledDivergence, \.referenceDivergence,
    ] {
      self[keyPath: path] /= Double(tokens)
    }
  }
}
