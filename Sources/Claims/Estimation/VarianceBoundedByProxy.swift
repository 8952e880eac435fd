import Estimators
import Foundation
import Policies
import Statistics

/// The estimator's variance is bounded above by a monotone function of p(1−p).
///
/// Any bounded variance is below a constant, which is a monotone function; the statement has content only for a bound f with f(0) = 0: prompts without reward
/// variance must have no gradient variance. That is what is examined, as the envelope `sup {V : p(1−p) = ε}` for falling ε.
public struct VarianceBoundedByProxy: Claim {
  /// What is claimed and how it is examined.
  public let specification: ClaimSpecification

  /// The claim with its registered specification, or with another one for tests.
  public init(specification: ClaimSpecification = Self.registered) { self.specification = specification }

  /// The envelope of each estimator by search, its ratio at the smallest ε, and the constant of the linear bound where there is one.
  public func examine(_ examination: Examination) throws -> Evidence {
    let levels = specification.values("epsilon")
    let group = Int(specification.value("group"))
    var evidence = Evidence(control: Finding(basis: .exact(holds: true)))
    var envelopeTable = PointTable(
      name: "envelope", columns: ["estimator", "bernoulli_variance", "largest_variance"])
    var bounded: [String] = []
    for (row, bound) in studied.enumerated() {
      var envelope: [Double] = []
      for (column, level) in levels.enumerated() {
        var sup = try supremum(
          examination, designPoint: 100 * row + column, of: bound, proxy: level, group: group)
        if let modulated = bound.modulated {
          evidence.estimates.append(
            EstimateRow(
              design: "P=\(level), one token", method: bound.name, stat: "largest_variance_by_length",
              exact: sup))
          let longer = try twoTokenSupremum(
            examination, designPoint: 5000 + 100 * row + column, of: modulated, proxy: level)
          evidence.estimates.append(
            EstimateRow(
              design: "P=\(level), two tokens", method: bound.name, stat: "largest_variance_by_length",
              exact: longer))
          sup = max(sup, longer)
        }
        envelope.append(sup)
        evidence.estimates.append(
          EstimateRow(design: "P=\(level)", method: bound.name, stat: "largest_variance", exact: sup))
        envelopeTable.rows.append([.text(bound.name), .number(level), .number(sup)])
      }
      let largest = envelope.max() ?? 0
      let last = envelope.last ?? 0
      let holds =
        largest.isFinite && largest < specification.value("unbounded")
        && last <= specification.margin * largest
      evidence.findings.append(
        Finding(
          estimator: bound.name,
          population: bound.modulated == nil
            ? "all one-step worlds searched" : "all worlds of one and two tokens searched",
          basis: .exact(holds: holds),
          condition: holds
            ? "no violation in \(Int(specification.value("restarts"))) restarts for each of \(levels.count) values of P, up to \(Int(specification.value("actions"))) actions a class"
            : nil))
      if holds {
        let slope = zip(envelope, levels).map { $0 / $1 }.max() ?? .nan
        evidence.estimates.append(
          EstimateRow(design: "all P", method: bound.name, stat: "linear_constant", exact: slope))
        bounded.append("\(bound.name): V ≤ \(short(slope)) P")
      }
    }
    evidence.pointTables = [envelopeTable]
    addCounterexamples(&evidence)
    addGroupDependence(&evidence)
    addProvedConstants(&evidence)
    try addMonteCarlo(&evidence, examination)
    try addControl(&evidence, examination, group: group)
    evidence.condition =
      "a bound f with f(0) = 0 exists for the estimators listed, at fixed group size (checked for P from \(short(levels.last ?? 0)) to 0.25, "
      + "up to \(Int(specification.value("actions"))) actions per class; the modulated ones also over two tokens of two actions, as one token leaves β_comp and every released factor at 1): "
      + bounded.joined(separator: "; ")
    let refuted = evidence.findings.compactMap { finding -> String? in
      if case .exact(false) = finding.basis { return finding.estimator }
      return nil
    }
    evidence.explanation =
      "As P falls to \(short(levels.last ?? 0)) the largest variance found falls with it for \(bounded.count) of \(studied.count) estimators; "
      + "for \(refuted.joined(separator: ", ")) it does not, so no monotone bound that vanishes with P exists there; the counterexamples show how."
    return evidence
  }

  /// An estimator with the number of free parameters of its worlds.
  struct Studied: Sendable {
    let name: String
    var estimator: StudiedEstimator?
    var dual: Double?
    var modulated: ModulatedEstimator?
  }

  /// Every estimator, the value baseline second.
  var studied: [Studied] {
    StudiedEstimator.allCases.filter { $0 != .ppoClip }.map {
      Studied(name: $0.rawValue, estimator: $0)
    }
      + [Studied(name: "ppo-clip"), Studied(name: "ppo-dual-clip", dual: 3)]
      + ModulatedEstimator.studied(specification).map { Studied(name: $0.name, modulated: $0) }
  }

  /// The largest variance per rollout among worlds with p(1−p) = `proxy`, p on either side of ½, over the splits of success and failure among actions.
  ///
  /// Off-policy the behaviour policy has p(1−p) = `proxy` and the target is any shift of its logits.
  private func supremum(
    _ examination: Examination, designPoint: Int, of studied: Studied, proxy: Double, group: Int
  ) throws -> Double {
    let actions = Int(specification.value("actions"))
    // p(1−p) = P has the small root 2P/(1 + √(1 − 4P)), which does not cancel.
    let small = 2 * proxy / (1 + (max(1 - 4 * proxy, 0)).squareRoot())
    let dual = studied.dual
    let clipLow = specification.value("clip_low")
    let clipHigh = specification.value("clip_high")
    let largestLogit = specification.value("largest_logit")
    let modulatedGroup = Int(specification.value("modulated_group"))
    let worst = try AdversarialSearch.maximise(
      examination, designPoint: designPoint, restarts: Int(specification.value("restarts")),
      maximumIterations: Int(specification.value("iterations")),
      start: { stream in [stream.normal()] + (0..<4 * actions).map { _ in stream.normal() } },
      objective: { point in
        guard point.allSatisfy({ abs($0) <= largestLogit }) else { return -.infinity }
        let p = point[0] > 0 ? small : 1 - small
        let good = StableSoftmax.probabilities(Array(point[1...actions]))
        let bad = StableSoftmax.probabilities(Array(point[(actions + 1)...(2 * actions)]))
        let probabilities = good.map { p * $0 } + bad.map { (1 - p) * $0 }
        let rewards = good.map { _ in 1.0 } + bad.map { _ in 0.0 }
        guard let policy = try? SoftmaxPolicy(probabilities: probabilities) else { return -.infinity }
        if let estimator = studied.estimator {
          guard let summary = try? policy.scoreSummary(rewards: rewards),
            let moments = BinaryScoreMoments(summary)
          else { return -.infinity }
          return estimator.variancePerRollout(moments, group: group)
        }
        if let modulated = studied.modulated {
          guard let prompt = try? TokenPrompt(policy, rewards: rewards) else { return -.infinity }
          return modulated.variancePerRollout(prompt, group: modulatedGroup)
        }
        let clip = PPOClip(low: clipLow, high: clipHigh, dual: dual)
        // The target as a shift of the behaviour policy's logits: ratios then start near 1, where clipping leaves something to climb.
        let shifts = point[(2 * actions + 1)...]
        let logits = zip(probabilities, shifts).map { log(max($0, 1e-300)) + $1 }
        guard let target = try? SoftmaxPolicy(logits: logits),
          let summary = try? clip.scoreSummary(target: target, behaviour: policy, rewards: rewards)
        else { return -.infinity }
        return GroupOracle.moments(summary, estimator: ConstantBaseline.value(of: summary), group: 1)
          .covarianceTrace
      })
    return worst?.value ?? .nan
  }

  /// Worlds in which P falls tenfold and more while the variance without a baseline stays.
  private func addCounterexamples(_ evidence: inout Evidence) {
    for estimator in [StudiedEstimator.reinforce] {
      let finding = evidence.findings.first { $0.estimator == estimator.rawValue }
      guard let finding, case .exact(false) = finding.basis else { continue }
      let worlds = specification.integers("counterexample_denominators").map { d in
        RationalPrompt(
          probabilities: [
            Rational(Int128(d - 1), Int128(2 * d)), Rational(Int128(d - 1), Int128(2 * d)),
            Rational(1, Int128(d)),
          ], rewards: [.one, .one, .zero])
      }
      var values: [ExactValue] = []
      for (index, world) in worlds.enumerated() {
        let proxy = world.rewardVariance
        let variance = world.variance(baseline: .zero)
        values.append(ExactValue("bernoulli_variance_\(index + 1)", proxy.value, exact: proxy.description))
        values.append(ExactValue("variance_\(index + 1)", variance.value, exact: variance.description))
      }
      evidence.counterexamples.append(
        Counterexample(
          title: "reinforce: P falls towards 0, the variance does not",
          worlds: worlds.map { $0.world(estimator.worldSettings(group: 1)) },
          values: values,
          explanation:
            "Two equally likely correct actions and one wrong one of probability 1/d: V_0 = p v_S + P(1−p)²D² tends to v_S = 1/2 while P tends to 0."
        ))
    }
    if let clip = evidence.findings.first(where: { $0.estimator == "ppo-clip" }),
      case .exact(false) = clip.basis
    {
      evidence.counterexamples.append(singleClipCounterexample())
    }
  }

  /// Equal P, ever larger ratios: two failing actions, one of which the behaviour policy almost never takes.
  private func singleClipCounterexample() -> Counterexample {
    var worlds: [StructuredValue] = []
    var values: [ExactValue] = []
    for (index, d) in specification.integers("counterexample_denominators").enumerated() {
      let behaviour = [0.5, 0.5 - 1 / Double(4 * d), 1 / Double(4 * d)]
      let target = [0.5, 0.25, 0.25]
      let rewards = [1.0, 0, 0]
      let clip = PPOClip(low: specification.value("clip_low"), high: specification.value("clip_high"))
      guard let old = try? SoftmaxPolicy(probabilities: behaviour),
        let new = try? SoftmaxPolicy(probabilities: target),
        let summary = try? clip.scoreSummary(target: new, behaviour: old, rewards: rewards)
      else { continue }
      let variance = GroupOracle.moments(summary, estimator: ConstantBaseline(0.5), group: 1).covarianceTrace
      worlds.append(
        .record([
          .init(
            "policy", .record([.init("kind", .text("softmax")), .init("probabilities", .numbers(target))])),
          .init(
            "behaviour",
            .record([.init("kind", .text("softmax")), .init("probabilities", .numbers(behaviour))])),
          .init("rewards", .numbers(rewards)), .init("estimator", .text("ppo-clip")),
          .init("baseline", .number(0.5)),
          .init("clip_low", .number(clip.low)), .init("clip_high", .number(clip.high)),
        ]))
      values.append(ExactValue("bernoulli_variance_\(index + 1)", 0.25, exact: "1/4"))
      values.append(ExactValue("variance_\(index + 1)", variance))
    }
    return Counterexample(
      title: "ppo-clip, single clip: the variance is unbounded at P = 1/4", worlds: worlds, values: values,
      explanation:
        "The third action fails, so its advantage is negative and its ratio d is never clipped from above: it adds about d/16·‖s‖² to the variance, without limit, while P stays 1/4. Dual clip stops this at ρ = c."
    )
  }

  /// The constant of GRPO's linear bound against G: it grows with G, so no bound holds for all groups at once.
  private func addGroupDependence(_ evidence: inout Evidence) {
    for group in specification.integers("group_sizes") {
      // The worst case is a single success spread over many failures, or the other way round; p small enough that 1 − (1−p)^G ≈ Gp.
      let p = specification.value("group_probability")
      let moments = BinaryScoreMoments(
        successProbability: p, successVariance: 1, failureVariance: 1, squaredDistance: 0)
      evidence.estimates.append(
        EstimateRow(
          design: "G=\(group) p=\(p) v_S=v_F=1", method: "grpo", stat: "variance_over_proxy",
          exact: StudiedEstimator.grpo.variancePerRollout(moments, group: group) / moments.bernoulliVariance))
    }
  }

  /// The simulated variance of the first counterexample world beside its exact value.
  private func addMonteCarlo(_ evidence: inout Evidence, _ examination: Examination) throws {
    // The last world's wrong action comes once in a thousand rollouts; a few thousand replicates would say little about it.
    for (index, d) in specification.integers("counterexample_denominators").dropLast().enumerated() {
      let probabilities = [Double(d - 1) / Double(2 * d), Double(d - 1) / Double(2 * d), 1 / Double(d)]
      let prompt = try SoftmaxPolicy(probabilities: probabilities).enumerated(rewards: [1, 1, 0])
      for estimator in [StudiedEstimator.reinforce, .valueBaseline] {
        let rule = estimator.estimator(for: prompt.scoreSummary)
        let exact = GroupOracle.moments(prompt.scoreSummary, estimator: rule, group: 1).covarianceTrace
        evidence.estimates += try MonteCarloCheck.rows(
          examination, designPoint: 2000 + 10 * index + (estimator == .reinforce ? 0 : 1),
          design: "probabilities (\(d - 1)/\(2 * d), \(d - 1)/\(2 * d), 1/\(d))", method: estimator.rawValue,
          prompt: prompt, estimator: rule, group: 1, largestAdvantage: 1, exact: exact,
          count: specification.count("replicates", for: examination.preset))
      }
    }
  }

  /// A bound of order P² is false for the value baseline; the same envelope must show it.
  private func addControl(_ evidence: inout Evidence, _ examination: Examination, group: Int) throws {
    let value = studied[1]
    let ratios = evidence.estimates.filter { $0.method == value.name && $0.stat == "largest_variance" }
    let levels = specification.values("epsilon")
    let scaled = zip(ratios, levels).map { $0.estimate / ($1 * $1) }
    // A bound C·P² exists only if V/P² stays bounded as P falls.
    let holds = (scaled.last ?? 0) <= (scaled.first ?? 0) / specification.margin
    evidence.control = Finding(
      estimator: value.name, population: "all one-step worlds searched", basis: .exact(holds: holds))
    evidence.estimates.append(
      EstimateRow(
        design: "P=\(levels.last ?? 0)", method: value.name, stat: "control_variance_over_squared_proxy",
        exact: scaled.last ?? .nan))
  }
}
