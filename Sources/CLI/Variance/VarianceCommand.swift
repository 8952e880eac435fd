import ArgumentParser
import Estimators
import Foundation
import Interchange
import Policies
import Statistics

/// `allot variance`: the exact and the simulated moments of one gradient estimator on one policy.
struct VarianceCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "variance",
    abstract: "Exact and simulated variance of a gradient estimator on one policy.",
    discussion: """
      Reads one JSON object from a file or, with '-', from standard input:

        {"policy": {"kind": "softmax", "probabilities": [0.25, 0.75]}, "rewards": [1, 0],
         "estimator": "reinforce", "baseline": "value"}

      policy     softmax with probabilities or logits; or sequence with vocabulary, length, parameters (per-prefix or
                 shared), states from prefixes ("" and "0,1") to logits (to probabilities with "values":
                 "probabilities"), and optionally end_token
      rewards    a list in the order of actions or sequences, or an object such as {"0,1": 1}, 0 where not named
      estimator  reinforce, value-baseline, optimal-baseline, rloo, grpo, dr-grpo, opo, reinforce++, ppo-clip, dynamo,
                 score-weighted-state-baseline
      baseline   none, value, optimal or a number (reinforce and ppo-clip)
      group      rollouts in a group (rloo, grpo, dr-grpo, opo, reinforce++, dynamo, score-weighted-state-baseline)
      std        population or sample; epsilon and group_of_one (zero, reward) as well (grpo)
      behaviour  the policy that rollouts come from, with clip_low, clip_high, dual_clip, ratio (trajectory, token)
                 and advantage (a group estimator in place of a baseline) (ppo-clip)
      mode       published (extremes over the group, exact entropy change, largest at the same position), released-5 or
                 released-6 (the group as micro-batch), with advantage (default grpo) and, when published, alpha, floor,
                 steepness and centre (dynamo)
      shrinkage  squared score norm by which the group's mean counts (score-weighted-state-baseline)

      trace_variance is the trace of the covariance of one rollout's estimate for reinforce and of the group's estimate
      for group estimators. Token-level estimators also get scale (the length of their mean along the gradient, in gradients),
      cosine, relative_bias, and variance_at_equal_step, trace_variance divided by the scale squared. The simulated
      interval has level 0.95.
      """)

  @Argument(help: ArgumentHelp("The world to examine; '-' is standard input.", valueName: "file"))
  var file: String

  @Option(help: ArgumentHelp("Pairs of groups to simulate; 0 for none.", valueName: "n"))
  var replicates = 10_000

  @OptionGroup var global: GlobalOptions

  func run() async throws {
    var errors = OptionErrors()
    global.check(&errors)
    errors.require(
      (0...1_000_000_000).contains(replicates) && replicates != 1,
      "The value '\(replicates)' is invalid for '--replicates <n>': it must be 0 or lie in 2...1000000000.")
    try errors.throwIfAny()
    let bytes = try InputFile.bytes(file)
    let world: World
    do {
      world = try WorldReader(json: try JSONValue(parsing: bytes, file: file)).world()
    } catch let error as InterchangeError {
      throw CommandFailure(.inputData, error.description)
    } catch let error as WorldError {
      throw CommandFailure(.inputData, "\(file): \(error.description)")
    }
    try StandardOutput.write(try report(world).text(pretty: true) + "\n")
  }

  /// Rollouts in all groups of a token-level estimator that are enumerated: some seconds of work.
  private static let largestTokenWork = 2e8

  /// Everything that is printed.
  private func report(_ world: World) throws -> JSONValue {
    let summary = world.sampled.scoreSummary
    let moments: EstimatorMoments
    if let tokens = world.tokens {
      guard TokenGroupOracle.isEnumerable(tokens.prompt, group: world.group),
        TokenGroupOracle.groupCount(tokens.prompt, group: world.group) * Double(world.group)
          <= Self.largestTokenWork
      else {
        throw CommandFailure(
          .inputData,
          "\(file): field 'group': \(world.group) rollouts of \(tokens.prompt.outcomeCount) outcomes are too many to enumerate"
        )
      }
      moments = TokenGroupOracle.moments(tokens.prompt, group: world.group, rule: tokens.rule)
    } else {
      guard GroupOracle.isEnumerable(summary, estimator: world.estimator, group: world.group) else {
        throw CommandFailure(
          .inputData,
          "\(file): field 'group': \(world.group) rollouts over these rewards are too many to enumerate")
      }
      moments = GroupOracle.moments(summary, estimator: world.estimator, group: world.group)
    }
    let binary = BinaryScoreMoments(world.target.scoreSummary)
    let mean = zip(world.target.probabilities, world.target.rewards).reduce(0) { $0 + $1.0 * $1.1 }
    let spread = zip(world.target.probabilities, world.target.rewards).reduce(0) {
      $0 + $1.0 * ($1.1 - mean) * ($1.1 - mean)
    }
    var entries: [(String, JSONValue)] = [
      ("p", binary.map { .number($0.successProbability) } ?? .null),
      ("bernoulli_variance", binary.map { .number($0.bernoulliVariance) } ?? .null),
      ("v_success", binary.map { .number($0.successVariance) } ?? .null),
      ("v_failure", binary.map { .number($0.failureVariance) } ?? .null),
      ("d_squared", binary.map { .number($0.squaredDistance) } ?? .null),
      ("mean_reward", .number(mean)), ("reward_variance", .number(spread)),
      ("gradient", .array(world.target.gradient.map { .number($0) })),
      ("mean", .array(moments.mean.map { .number($0) })),
      ("trace_variance", .number(moments.covarianceTrace)),
      ("second_moment", .number(moments.secondMoment)),
      ("optimal_baseline", .number(ConstantBaseline.optimal(for: summary).baseline)),
    ]
    if world.tokens != nil {
      // A factor that merely shrinks the gradient shrinks its variance: at equal step the two are comparable.
      let agreement = GradientAgreement(moments, gradient: world.target.gradient)
      entries += [
        ("scale", .number(agreement.scale)), ("cosine", .number(agreement.cosine)),
        ("relative_bias", .number(agreement.relativeBias)),
        ("variance_at_equal_step", .number(agreement.varianceAtEqualStep)),
      ]
    }
    entries.append(("simulated", try simulated(world)))
    return .object(entries)
  }

  private func simulated(_ world: World) throws -> JSONValue {
    guard replicates > 0 else { return .null }
    let key = StreamKey(seed: global.seed, claim: "variance")
    let estimate: Estimate
    // One step, on-policy, advantages affine in the reward: action counts are all there is to draw.
    if let tokens = world.tokens {
      estimate = try TokenGroupSimulation(tokens.prompt, group: world.group, rule: tokens.rule)
        .covarianceTrace(pairs: replicates, key: key, threads: global.threadCount())
    } else if let softmax = world.softmax, softmax.actionCount <= 64,
      let advantage = GroupAdvantage(world.estimator)
    {
      estimate =
        SoftmaxGroupSimulation.run(
          probabilities: softmax.probabilities, rewards: world.target.rewards, advantage: advantage,
          group: world.group,
          replicates: replicates, key: key, threads: global.threadCount()
        ).trace
    } else {
      estimate = try GroupSimulation.covarianceTrace(
        world.sampled, estimator: world.estimator, group: world.group, pairs: replicates, key: key,
        threads: global.threadCount())
    }
    let interval = estimate.studentInterval(level: 0.95)
    return .object([
      (
        "trace_variance",
        .object([
          ("est", .number(estimate.value)), ("mcse", .number(estimate.standardError)),
          ("lower", .number(interval.lower)),
          ("upper", .number(interval.upper)), ("n", .integer(estimate.count)),
        ])
      )
    ])
  }
}
