import Estimators
import Statistics

/// A pair of small worlds that a proxy orders one way and the true variance the other.
struct Inversion {
  let lowerProxy: RationalPrompt
  let higherProxy: RationalPrompt

  /// The first inversion in the order of the worlds (fewest actions, smallest denominators): P of `lowerProxy` is not above P of `higherProxy`, yet its
  /// variance is larger by at least the factor `ratio`.
  ///
  /// Both fractions are compared exactly. A factor keeps the example from resting on a hair's breadth.
  static func first(
    in worlds: [RationalPrompt], ratio: Rational, proxy: (RationalPrompt) -> Rational,
    variance: (RationalPrompt) -> Rational
  ) -> Inversion? {
    let values = worlds.map { (proxy($0), variance($0)) }
    for later in worlds.indices {
      for earlier in 0..<later {
        for (low, high) in [(earlier, later), (later, earlier)]
        where values[low].0 < values[high].0 && ratio * values[high].1 < values[low].1 {
          return Inversion(lowerProxy: worlds[low], higherProxy: worlds[high])
        }
      }
    }
    return nil
  }

  /// The pair as a counterexample.
  func counterexample(
    title: String, settings: [StructuredValue.Field], proxyName: String, proxy: (RationalPrompt) -> Rational,
    variance: (RationalPrompt) -> Rational
  ) -> Counterexample {
    func named(_ name: String, _ value: Rational) -> ExactValue {
      ExactValue(name, value.value, exact: value.description)
    }
    let (lowProxy, highProxy) = (proxy(lowerProxy), proxy(higherProxy))
    let (lowVariance, highVariance) = (variance(lowerProxy), variance(higherProxy))
    return Counterexample(
      title: title, worlds: [lowerProxy.world(settings), higherProxy.world(settings)],
      values: [
        named("first_\(proxyName)", lowProxy), named("second_\(proxyName)", highProxy),
        named("first_variance", lowVariance), named("second_variance", highVariance),
      ],
      explanation:
        "The second world has the larger \(proxyName) (\(highProxy) > \(lowProxy)) and the smaller variance (\(highVariance) < \(lowVariance))."
    )
  }
}

extension StudiedEstimator {
  /// The exact covariance trace of the estimate on a small rational world; nil where it is not rational or needs a behaviour policy.
  ///
  /// Per rollout for the single-rollout estimators, of the group's estimate for the others. GRPO in a group of two has advantages ±1, the same as leave-one-out.
  func rationalVariance(_ world: RationalPrompt, group: Int) -> Rational? {
    switch self {
    case .reinforce: world.variance(baseline: .zero)
    case .valueBaseline: world.variance(baseline: world.meanReward)
    case .optimalBaseline: world.variance(baseline: world.optimalBaseline)
    case .leaveOneOut: world.groupVariance(group: group, leaveOneOut: true)
    case .drGRPO: world.groupVariance(group: group, leaveOneOut: false)
    case .grpo: group == 2 ? world.groupVariance(group: 2, leaveOneOut: true) : nil
    case .ppoClip: nil
    }
  }
}
