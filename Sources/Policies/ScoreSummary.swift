/// The first two moments of a score within a class of outcomes.
public struct ScoreMoments: Sendable, Hashable {
  /// The conditional mean score, one number for each parameter.
  public var mean: [Double]
  /// The trace of the conditional covariance.
  public var covarianceTrace: Double

  /// Collects the two.
  public init(mean: [Double], covarianceTrace: Double) {
    self.mean = mean
    self.covarianceTrace = covarianceTrace
  }
}

/// All outcomes of one prompt that share reward and length, summarised.
///
/// Given its class, a rollout's score is independent of everything else in the group; these moments are therefore all that the first two moments of a group
/// estimator can depend on, as long as its advantages are functions of rewards and lengths.
public struct ScoreClass: Sendable, Hashable {
  /// The probability that a rollout falls into the class.
  public var probability: Double
  /// The reward of its outcomes.
  public var reward: Double
  /// The number of tokens of its outcomes.
  public var length: Int
  /// The moments of the score that a positive (or zero) advantage multiplies.
  public var onGain: ScoreMoments
  /// The moments of the score that a negative advantage multiplies; differs from `onGain` only where clipping does.
  public var onLoss: ScoreMoments

  /// Collects the parts.
  public init(probability: Double, reward: Double, length: Int, onGain: ScoreMoments, onLoss: ScoreMoments) {
    self.probability = probability
    self.reward = reward
    self.length = length
    self.onGain = onGain
    self.onLoss = onLoss
  }
}

/// One prompt as its gradient estimators see it: the classes of its outcomes.
public struct ScoreSummary: Sendable, Hashable {
  /// The classes, by ascending reward, then length.
  public var classes: [ScoreClass]
  /// The number of parameters.
  public var dimension: Int

  /// Collects the two.
  public init(classes: [ScoreClass], dimension: Int) {
    self.classes = classes
    self.dimension = dimension
  }

  /// The classes merged so that only the reward tells them apart, with the law of total variance.
  public var mergedByReward: ScoreSummary {
    var merged: [ScoreClass] = []
    for level in Set(classes.map(\.reward)).sorted() {
      let parts = classes.filter { $0.reward == level }
      guard parts.count > 1 else {
        merged += parts
        continue
      }
      let q = parts.reduce(0) { $0 + $1.probability }
      let weights = parts.map { $0.probability / q }
      merged.append(
        ScoreClass(
          probability: q, reward: level, length: parts[0].length,
          onGain: Self.mixture(parts.map(\.onGain), weights),
          onLoss: Self.mixture(parts.map(\.onLoss), weights)))
    }
    return ScoreSummary(classes: merged, dimension: dimension)
  }

  /// The moments of a mixture: total variance = mean of variances + variance of means.
  private static func mixture(_ parts: [ScoreMoments], _ weights: [Double]) -> ScoreMoments {
    var mean = [Double](repeating: 0, count: parts[0].mean.count)
    for (part, weight) in zip(parts, weights) {
      for j in mean.indices { mean[j] += weight * part.mean[j] }
    }
    var trace = 0.0
    for (part, weight) in zip(parts, weights) {
      var between = 0.0
      for j in mean.indices {
        let deviation = part.mean[j] - mean[j]
        between += deviation * deviation
      }
      trace += weight * (part.covarianceTrace + between)
    }
    return ScoreMoments(mean: mean, covarianceTrace: trace)
  }
}
