import Foundation
import Statistics

/// A population of prompts under training, small enough to simulate by the million.
///
/// Every prompt i has a success logit that is linear in the parameters, `z_i = z_i⁰ + D_i ⟨d_i, θ⟩`, with a unit direction `d_i = √(1−ρ) e_i + √ρ u_c(i)`: one coordinate of its own and one that it shares with its
/// cluster. So `∇p_i = P_i D_i d_i`, which is `P(m_S − m_F)` of THEORY's first identity, and two prompts of a cluster have gradients at the cosine ρ. A correct rollout's score has the mean `(1−p) D d` and the
/// trace v_S around it, a wrong one `−p D d` and v_F, a share 1/dimension of the trace along d. What the model leaves out: the moments do not change as p does, and directions of different clusters are orthogonal.
///
/// Drift is a random walk of z_i that no rule causes; the verifier errs at fixed rates; lengths scatter around a mean of their own for each prompt and reward.
public struct ArenaWorld: Sendable {
  /// The name in tables.
  public var name: String
  /// One sentence.
  public var summary: String
  /// z⁰, the logit of every prompt's success probability at the start.
  public var logits: [Double]
  /// D, the distance of the conditional mean scores.
  public var distances: [Double]
  /// v_S.
  public var successVariances: [Double]
  /// v_F.
  public var failureVariances: [Double]
  /// The mean length of a correct response, in tokens.
  public var successLengths: [Double]
  /// The mean length of a wrong response, in tokens.
  public var failureLengths: [Double]
  /// The cluster of every prompt.
  public var clusters: [Int]
  /// Features, prompt by prompt, `featureCount` each; known before any rollout.
  public var features: [Double]
  /// The features of one prompt.
  public var featureCount: Int
  /// The numbers that all prompts share.
  public var shared: Shared

  /// The numbers that all prompts share.
  public struct Shared: Sendable, Hashable, Codable {
    /// ρ, the cosine of two gradients within a cluster, in [0, 1].
    public var coupling = 0.0
    /// Dimensions that the score's variance spreads over, at least 1.
    public var dimension = 50.0
    /// The deviation of z's random walk over a whole run, in nats; its time is the budget spent.
    public var drift = 0.0
    /// The probability that the verifier refuses a right answer.
    public var falseNegative = 0.0
    /// The probability that the verifier accepts a wrong answer.
    public var falsePositive = 0.0
    /// The coefficient of variation of a response's length.
    public var lengthVariation = 0.5
    /// The shift of z by a whole replayed success; less that by a whole replayed failure.
    public var prefixShift = 4.0
    /// The share of wrong rollouts that look weak on their way.
    public var flaggedFailures = 0.7
    /// The share of right rollouts that look weak on their way.
    public var flaggedSuccesses = 0.1
    /// The part of a response after which weakness shows.
    public var flagPosition = 0.5
    /// Whether rollouts tell their squared score norm, as far as it can be read off one: within a quarter.
    public var measuresScores = true
    /// The curvature of the mean success probability that steps are made for, in units of the mean D² and of a prompt's share; the logistic function's own is at most 0.096.
    public var stiffness = 0.3

    /// The defaults.
    public init() {}
  }

  /// The number of prompts.
  public var count: Int { logits.count }
  /// The number of clusters.
  public var clusterCount: Int { (clusters.max() ?? -1) + 1 }

  /// Makes a world; every list has an entry for each prompt.
  public init(
    name: String, summary: String, logits: [Double], distances: [Double], successVariances: [Double],
    failureVariances: [Double], successLengths: [Double], failureLengths: [Double], clusters: [Int],
    features: [Double] = [], featureCount: Int = 0, shared: Shared = Shared()
  ) {
    let count = logits.count
    precondition(
      [distances, successVariances, failureVariances, successLengths, failureLengths].allSatisfy {
        $0.count == count
      } && clusters.count == count && features.count == count * featureCount,
      "lists of different lengths for \(count) prompts")
    precondition(
      count > 0 && (0...1).contains(shared.coupling) && shared.dimension >= 1, "\(count) prompts, \(shared)")
    precondition(
      (successLengths + failureLengths).allSatisfy { $0 > 0 }, "every response has at least one token")
    self.name = name
    self.summary = summary
    self.logits = logits
    self.distances = distances
    self.successVariances = successVariances
    self.failureVariances = failureVariances
    self.successLengths = successLengths
    self.failureLengths = failureLengths
    self.clusters = clusters
    self.features = features
    self.featureCount = featureCount
    self.shared = shared
  }

  /// L: `stiffness · mean D² · (1 − ρ + ρ · mean cluster size)/N`, what the success probabilities of a cluster that move together have in their common direction.
  public var curvature: Double {
    let square = distances.reduce(0) { $0 + $1 * $1 } / Double(count)
    let size = Double(count) / Double(max(1, clusterCount))
    return shared.stiffness * square * (1 - shared.coupling + shared.coupling * size) / Double(count)
  }

  /// The prompts of each cluster.
  var members: [[Int]] {
    var members = [[Int]](repeating: [], count: clusterCount)
    for (i, cluster) in clusters.enumerated() { members[cluster].append(i) }
    return members
  }

  /// The mean length of a response at the start, in tokens, prompts equal.
  public var meanLength: Double {
    var sum = 0.0
    for i in 0..<count {
      let p = logistic(logits[i])
      sum += p * successLengths[i] + (1 - p) * failureLengths[i]
    }
    return sum / Double(count)
  }

  /// The features of prompt i.
  public func features(_ i: Int) -> [Double] {
    featureCount == 0 ? [] : Array(features[i * featureCount..<(i + 1) * featureCount])
  }
}

/// σ(z) = 1/(1 + e^{−z}), without overflow.
@inlinable
func logistic(_ z: Double) -> Double {
  if z >= 0 { return 1 / (1 + exp(-z)) }
  let e = exp(z)
  return e / (1 + e)
}
