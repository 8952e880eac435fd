import Estimators
import Foundation
import Policies
import Statistics

/// The estimators that the register's estimation claims quantify over.
public enum StudiedEstimator: String, Sendable, CaseIterable {
  /// REINFORCE without a baseline.
  case reinforce
  /// With b = p.
  case valueBaseline = "value-baseline"
  /// With b = b*.
  case optimalBaseline = "optimal-baseline"
  /// Leave-one-out.
  case leaveOneOut = "rloo"
  /// Deviation-normalised, population deviation, ε = 0.
  case grpo
  /// Group mean subtracted.
  case drGRPO = "dr-grpo"
  /// Clipped surrogate on rollouts of a drifted behaviour policy, b = p of that policy.
  case ppoClip = "ppo-clip"

  /// What one prompt contributes: its proxy and its true variance.
  public struct Point: Sendable, Hashable {
    /// The probability p that a rollout of the prompt succeeds.
    public var successProbability: Double
    /// The exact covariance trace per rollout: G·tr Cov ĝ for a group of G.
    public var variancePerRollout: Double

    /// The proxy P = p(1 − p).
    public var bernoulliVariance: Double { successProbability * (1 - successProbability) }
  }

  /// How far the behaviour policy is from the target, and how clipping is set.
  public struct OffPolicy: Sendable, Hashable {
    /// The standard deviation of the normal noise on each behaviour logit.
    public var logitDrift: Double
    /// The clip ranges; token-level ratios, as trainers have them.
    public var clip: PPOClip

    /// Collects the two.
    public init(logitDrift: Double, clip: PPOClip) {
      self.logitDrift = logitDrift
      self.clip = clip
    }
  }

  /// The exact point of `prompt`, by closed form on-policy and by enumeration off-policy; the stream draws the behaviour policy.
  public func point(_ prompt: Prompt, group: Int, offPolicy: OffPolicy, stream: inout RandomStream)
    throws(PolicyError)
    -> Point
  {
    if self == .ppoClip { return try Self.offPolicyPoint(prompt, offPolicy, &stream) }
    guard let moments = BinaryScoreMoments(prompt.scoreSummary) else {
      preconditionFailure("\(rawValue) was asked for the closed form of a prompt with graded rewards")
    }
    return Point(
      successProbability: moments.successProbability,
      variancePerRollout: variancePerRollout(moments, group: group))
  }

  /// The on-policy covariance trace per rollout in closed form.
  ///
  /// - Precondition: not `ppoClip`.
  public func variancePerRollout(_ moments: BinaryScoreMoments, group: Int) -> Double {
    switch self {
    case .reinforce: return moments.variance(baseline: 0)
    case .valueBaseline: return moments.valueBaselineVariance
    case .optimalBaseline: return moments.optimalBaselineVariance
    case .leaveOneOut: return Double(group) * moments.leaveOneOutVariance(group: group)
    case .grpo: return Double(group) * moments.groupNormalisedVariance(group: group)
    case .drGRPO: return Double(group) * moments.groupMeanVariance(group: group)
    case .ppoClip: preconditionFailure("ppo-clip has no on-policy closed form")
    }
  }

  /// The estimator itself, for the oracle and for simulation; ppo-clip needs an off-policy prompt beside its baseline.
  public func estimator(for summary: ScoreSummary) -> any GradientEstimator {
    switch self {
    case .reinforce: NoBaseline()
    case .valueBaseline, .ppoClip: ConstantBaseline.value(of: summary)
    case .optimalBaseline: ConstantBaseline.optimal(for: summary)
    case .leaveOneOut: LeaveOneOut()
    case .grpo: GRPO()
    case .drGRPO: DrGRPO()
    }
  }

  /// The fields that `allot variance` needs to redo this estimator on a small world.
  public func worldSettings(group: Int) -> [StructuredValue.Field] {
    switch self {
    case .reinforce: [.init("estimator", .text("reinforce")), .init("baseline", .text("none"))]
    case .valueBaseline: [.init("estimator", .text("reinforce")), .init("baseline", .text("value"))]
    case .optimalBaseline: [.init("estimator", .text("reinforce")), .init("baseline", .text("optimal"))]
    case .leaveOneOut: [.init("estimator", .text("rloo")), .init("group", .integer(group))]
    case .grpo:
      [.init("estimator", .text("grpo")), .init("group", .integer(group)), .init("std", .text("population"))]
    case .drGRPO: [.init("estimator", .text("dr-grpo")), .init("group", .integer(group))]
    case .ppoClip: [.init("estimator", .text("ppo-clip")), .init("baseline", .text("value"))]
    }
  }

  /// The point under a behaviour policy: every logit of the target plus normal noise.
  ///
  /// Trajectories are drawn from it; p is its success probability.
  private static func offPolicyPoint(_ prompt: Prompt, _ settings: OffPolicy, _ stream: inout RandomStream)
    throws(PolicyError) -> Point
  {
    let summary: ScoreSummary
    switch prompt.policy {
    case .softmax(let target):
      let behaviour = try drifted(target.probabilities, settings.logitDrift, &stream)
      summary = try settings.clip.scoreSummary(
        target: target, behaviour: SoftmaxPolicy(probabilities: behaviour), rewards: prompt.rewards)
    case .sequence(let target):
      var states: [[Double]] = []
      for row in target.states { states.append(try drifted(row, settings.logitDrift, &stream)) }
      let behaviour = try SequencePolicy(
        vocabulary: target.vocabulary, length: target.length, parameters: target.parameters,
        endToken: target.endToken, probabilities: states)
      var next = prompt.rewards.makeIterator()
      summary = try settings.clip.enumerated(target: target, behaviour: behaviour) { _ in next.next() ?? 0 }
        .scoreSummary.mergedByReward
    }
    let baseline = ConstantBaseline.value(of: summary)
    let moments = GroupOracle.moments(summary, estimator: baseline, group: 1)
    return Point(successProbability: baseline.baseline, variancePerRollout: moments.covarianceTrace)
  }

  private static func drifted(_ probabilities: [Double], _ drift: Double, _ stream: inout RandomStream)
    throws(PolicyError) -> [Double]
  {
    var logits: [Double] = []
    for probability in probabilities {
      logits.append(log(max(probability, 1e-300)) + drift * stream.normal())
    }
    return StableSoftmax.probabilities(logits)
  }
}
