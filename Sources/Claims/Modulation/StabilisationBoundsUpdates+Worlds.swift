import Foundation
import Modulation
import Policies
import Statistics

extension StabilisationBoundsUpdates {
  /// The world of two tokens in which all advantages grow: (1/3, 2/3) with its rare token, (1/4, 3/4) with its likely one.
  private static let scaledStates = (SmallDistribution(parts: [1, 2]), SmallDistribution(parts: [1, 3]))

  /// Scaling all advantages by t scales every update by t, with the factors in place: there is no bound.
  func addScaling(_ evidence: inout Evidence) throws -> (scale: Double, growth: Double) {
    let scales = specification.values("scales")
    let tolerance = specification.value("scale_tolerance")
    let states = [Self.scaledStates.0.distribution, Self.scaledStates.1.distribution]
    var last = (scale: 1.0, growth: 1.0)
    var proportional = 0
    for rule in rules where rule.scope == .microBatch {
      var first = 0.0
      var isProportional = true
      for scale in scales {
        let tokens = try SampledTokens(
          states: states, actions: [0, 1], advantages: [scale, -scale], sequences: [0, 0], groups: [0, 0])
        let factors = try rule.factors(tokens.batch, exact: tokens.entropyChanges)
        let largest = zip(Self.updates(tokens), factors).map(*).max() ?? 0
        if scale == scales[0] { first = largest / scale }
        if abs(largest / (first * scale) - 1) > tolerance { isProportional = false }
        evidence.estimates.append(
          EstimateRow(
            design: "two tokens, advantages ±\(short(scale))", method: rule.name, stat: "growth",
            exact: largest / first))
        last = (scale, largest / first)
      }
      if isProportional { proportional += 1 }
    }
    // One finding: that factors relative to their scope's maximum are scale-free is one fact, however many rules share it.
    evidence.findings.append(
      Finding(
        estimator: "absolute bound, every rule", population: "two tokens, scaled advantages",
        basis: .exact(holds: proportional == 0)))
    let norm = Self.scaledStates.0.squaredNorm(0)
    let scale = Int(last.scale)
    evidence.counterexamples.append(
      Counterexample(
        title: "absolute bound: whatever the constant, an advantage exceeds it",
        worlds: [Self.scaledStates.0.world(action: 0), Self.scaledStates.1.world(action: 1)],
        values: [
          ExactValue("squared_update_at_advantage_1_unmodulated", norm.value, exact: norm.description),
          ExactValue(
            "squared_update_at_advantage_\(scale)_unmodulated", norm.value * last.scale * last.scale,
            exact: (norm * Rational(Int128(scale * scale))).description),
          ExactValue("growth_of_the_largest_stabilised_update", last.growth),
          ExactValue("least_factor_of_mode_6", UpdateStabilisationAsReleased.mode6.form.decay(1)),
        ],
        explanation:
          "Advantages 1 and −1 become \(scale) and −\(scale). ΔH is linear in the advantage, so that |ΔH|/max|ΔH| and with it every factor stays the same; the update grows \(scale)-fold. Any factor relative to its scope's own maximum does this: the example says that there is no absolute bound, not that nothing is lowered."
      ))
    return last
  }

  /// The smallest pair of states, at equal advantages, in which the token that moves most is not damped: its state is uniform.
  func addCounterexample(_ evidence: inout Evidence) throws {
    let worlds = SmallDistribution.all(
      maximumActions: Int(specification.value("small_actions")),
      maximumDenominator: Int(specification.value("small_denominator")))
    guard
      let rule = rules.first(where: { $0.form == "mode 6" && $0.scope == .microBatch && $0.source == .exact })
    else { return }
    var found: (first: (SmallDistribution, Int), second: (SmallDistribution, Int), factors: [Double])?
    search: for first in worlds {
      for second in worlds {
        for a in first.parts.indices {
          for b in second.parts.indices where second.squaredNorm(b) < first.squaredNorm(a) {
            let tokens = try SampledTokens(
              states: [first.distribution, second.distribution], actions: [a, b], advantages: [1, 1],
              sequences: [0, 0], groups: [0, 0])
            let factors = try rule.factors(tokens.batch, exact: tokens.entropyChanges)
            if factors[1] < factors[0], factors[0] > 1 - specification.margin {
              found = ((first, a), (second, b), factors)
              break search
            }
          }
        }
      }
    }
    for part in ["lowered", "damped is largest"] {
      evidence.findings.append(
        Finding(
          estimator: "\(part) in every batch: \(rule.name)", population: "every small world",
          basis: .exact(holds: found == nil)))
    }
    guard let found else { return }
    let norms = [found.first.0.squaredNorm(found.first.1), found.second.0.squaredNorm(found.second.1)]
    evidence.counterexamples.append(
      Counterexample(
        title: "the token that moves most is left alone, another is damped",
        worlds: [found.first.0.world(action: found.first.1), found.second.0.world(action: found.second.1)],
        values: [
          ExactValue("squared_update_first", norms[0].value, exact: norms[0].description),
          ExactValue("squared_update_second", norms[1].value, exact: norms[1].description),
          ExactValue(
            "entropy_change_first",
            0 + EntropyChange.firstOrder(found.first.0.distribution, action: found.first.1, coefficient: 1),
            exact: Set(found.first.0.parts).count == 1 ? "0" : nil),
          ExactValue(
            "entropy_change_second",
            EntropyChange.firstOrder(found.second.0.distribution, action: found.second.1, coefficient: 1)),
          ExactValue("factor_first", found.factors[0]), ExactValue("factor_second", found.factors[1]),
        ],
        explanation:
          "Both tokens have the advantage 1 and are processed together. In a uniform state the entropy is at its maximum and does not change to first order, however large the step; the other token has the largest |ΔH| and gets the least factor."
      ))
  }

  /// The largest fall of the largest update that a search finds for mode 6: two states of three tokens and their advantages, against 1 − f(1).
  func addSearch(_ evidence: inout Evidence, _ examination: Examination) throws -> Double {
    guard
      let rule = rules.first(where: { $0.form == "mode 6" && $0.scope == .microBatch && $0.source == .exact })
    else { return .nan }
    let worst = try AdversarialSearch.maximise(
      examination, designPoint: 500, restarts: Int(specification.value("restarts")),
      maximumIterations: Int(specification.value("search_iterations")),
      start: { stream in (0..<8).map { _ in stream.normal() } },
      objective: { point in
        guard point.allSatisfy({ abs($0) < 300 }) else { return -.infinity }
        let states = [Array(point[0..<3]), Array(point[3..<6])].map {
          NextTokenDistribution(normalised: StableSoftmax.probabilities($0))
        }
        guard
          let tokens = try? SampledTokens(
            states: states, actions: [0, 0], advantages: [point[6], point[7]], sequences: [0, 0],
            groups: [0, 0]),
          let factors = try? rule.factors(tokens.batch, exact: tokens.entropyChanges)
        else { return -.infinity }
        return 1 - Effect(updates: Self.updates(tokens), factors: factors, margin: 0, touchedBelow: 1).ratio
      })
    guard let worst else { return .nan }
    evidence.estimates += [
      EstimateRow(
        design: "search, two tokens", method: rule.name, stat: "largest_fall", exact: worst.value),
      EstimateRow(design: "f(1)", method: rule.name, stat: "largest_fall", exact: 1 - rule.least),
    ]
    return worst.value
  }

  /// Two responses of two tokens over fixed states: the expected ratio of the largest updates over all draws, and simulated.
  func addMonteCarlo(_ evidence: inout Evidence, _ examination: Examination) throws {
    let states = [[1, 2], [1, 1, 2], [1, 1], [1, 3]].map { SmallDistribution(parts: $0).distribution }
    let (margin, touched) = (specification.margin, specification.value("touched"))
    for (index, rule) in rules.filter({ $0.form == "mode 6" && $0.scope == .microBatch }).enumerated() {
      @Sendable func ratio(_ actions: [Int]) throws -> Double {
        let tokens = try SampledTokens(
          states: states, actions: actions, advantages: [1, 1, -1, -1], sequences: [0, 0, 1, 1],
          groups: [0, 0, 0, 0])
        return Effect(
          updates: Self.updates(tokens),
          factors: try rule.factors(tokens.batch, exact: tokens.entropyChanges),
          margin: margin, touchedBelow: touched
        ).ratio
      }
      var exact = 0.0
      var actions = [Int](repeating: 0, count: states.count)
      enumeration: while true {
        let weight = zip(states, actions).reduce(1) { $0 * $1.0.probabilities[$1.1] }
        exact += weight * (try ratio(actions))
        var place = 0
        while actions[place] == states[place].probabilities.count - 1 {
          actions[place] = 0
          place += 1
          if place == states.count { break enumeration }
        }
        actions[place] += 1
      }
      let mean = try SequentialMeans.run(
        examination, designPoint: 301 + 10 * index, variables: [.init(range: 0...1, boundary: 0)],
        maximumCount: specification.count("replicates", for: examination.preset), stopBelow: 0
      ) { stream in [try ratio(states.map { SampledTokens.draw($0, &stream) })] }
      evidence.estimates += MonteCarloCheck.rows(
        design: "two responses of two tokens", method: rule.name, stat: "largest_ratio", mean: mean[0],
        exact: exact)
    }
  }
}
