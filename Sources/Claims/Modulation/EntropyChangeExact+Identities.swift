import Estimators
import Foundation
import Modulation
import Policies
import Statistics

extension EntropyChangeExact {
  /// The state in which the remainder of its first token is of third order: 1 + (1 − 2p) log(p/(1−p)) = 0, p < ½.
  ///
  /// For two tokens `c₂ = −2p(1−p)³ [1 + (1−2p) log(p/(1−p))]`: it is positive for rarer tokens, negative for likelier ones.
  static let vanishingSecondOrder: Double = {
    let root = try? LineSearch.root(in: 0.01...0.49, tolerance: 1e-16) { p in
      1 + (1 - 2 * p) * (log(p) - log1p(-p))
    }
    guard let root else { preconditionFailure("1 + (1−2p) logit p has opposite signs at 0.01 and 0.49") }
    return root
  }()

  /// Where the second-order coefficient vanishes the remainder is of third order, which the order test must not call an error.
  func addVanishingSecondOrder(_ evidence: inout Evidence) {
    let p = Self.vanishingSecondOrder
    let distribution = NextTokenDistribution(normalised: [p, 1 - p])
    let step = EntropyStep(
      distribution: distribution, direction: [1 - p, -(1 - p)],
      derivative: EntropyChange.firstOrder(distribution, action: 0, coefficient: 1))
    let name = "two-action p=\(short(p, digits: 6)): second order vanishes"
    var holds = true
    var order = Double.nan
    for s in rule.steps {
      let whole = abs(step.remainder(s))
      let half = abs(step.remainder(s / 2))
      if whole > step.thirdOrderBound * s * s * s + step.rounding(s) { holds = false }
      if half > rule.resolution * step.rounding(s / 2) { order = log2(whole / half) }
    }
    evidence.estimates.append(
      EstimateRow(design: name, method: Method.ownLogits.rawValue, stat: "lowest_order", exact: order))
    evidence.findings.append(
      Finding(
        estimator: Method.ownLogits.rawValue, population: name,
        basis: .exact(holds: holds && abs(order - 3) <= specification.margin),
        condition:
          "the remainder is of third order, order \(short(order, digits: 4)) at the smallest step that rounding leaves readable"
      ))
  }

  /// The statement with log π_j kept as symbols: two linear combinations of them are equal when their rational coefficients are.
  ///
  /// From first principles dπ_j = π_j(v_j − v̄) and dH = −Σ dπ_j log π_j, because the dπ_j add up to 0; the claimed side is expanded through Λ_j = log π_j − Σ_k π_k log π_k.
  func addFormalIdentities(_ evidence: inout Evidence) {
    let worlds = SmallWorlds.all(
      maximumActions: Int(specification.value("small_actions")),
      maximumDenominator: Int(specification.value("small_denominator")))
    let single = worlds.allSatisfy { world in
      world.probabilities.indices.allSatisfy { token in
        let claimed = FormalEntropy.expanded(
          FormalEntropy.singleToken(world.probabilities, token), world.probabilities)
        return claimed
          == FormalEntropy.derivative(
            world.probabilities, direction: FormalEntropy.score(world.probabilities, token))
      }
    }
    let means = worlds.allSatisfy { world in
      let vanilla = FormalEntropy.derivative(
        world.probabilities,
        direction: zip(world.probabilities, world.rewards).map { $0 * ($1 - world.meanReward) })
      var mean = [Rational](repeating: .zero, count: world.probabilities.count)
      for (token, p) in world.probabilities.enumerated() {
        let one = FormalEntropy.expanded(
          FormalEntropy.singleToken(world.probabilities, token), world.probabilities)
        for j in mean.indices { mean[j] += p * world.rewards[token] * one[j] }
      }
      return mean == vanilla
    }
    let natural = worlds.allSatisfy { world in
      let weights = zip(world.probabilities, world.rewards).map {
        Rational.zero - $0 * ($1 - world.meanReward)
      }
      return FormalEntropy.expanded(weights, world.probabilities)
        == FormalEntropy.derivative(world.probabilities, direction: world.rewards)
    }
    let place = "every small world, coefficients of log π as fractions"
    for (method, holds) in [
      (Method.ownLogits, single), (.policyGradient, means), (.naturalGradient, natural),
    ] {
      evidence.findings.append(
        Finding(
          estimator: method.rawValue, population: place, basis: .exact(holds: holds),
          condition: holds ? "\(worlds.count) worlds" : nil))
    }
  }

  /// Looks for the largest remainder over its bound, and for the largest error of the derivative against a central difference over its bound.
  func addSearch(_ evidence: inout Evidence, _ examination: Examination) throws {
    let sizes = specification.integers("search_actions")
    var largest = 0.0
    for (row, actions) in sizes.enumerated() {
      let found = try [
        ("largest_remainder_over_bound", worstRemainder(examination, 300 + row, actions: actions)),
        ("largest_derivative_error_over_bound", worstDerivative(examination, 310 + row, actions: actions)),
      ]
      for (stat, worst) in found {
        // A search that finds no finite value has shown nothing.
        largest = max(largest, worst?.value ?? .infinity)
        evidence.estimates.append(
          EstimateRow(
            design: "adversarial K=\(actions)", method: Method.ownLogits.rawValue, stat: stat,
            exact: worst?.value ?? .nan))
      }
    }
    let restarts = Int(specification.value("restarts"))
    evidence.findings.append(
      Finding(
        estimator: Method.ownLogits.rawValue, population: "all policies searched",
        basis: .exact(holds: largest <= 1),
        condition: largest <= 1
          ? "no violation in \(restarts) restarts of each of \(2 * sizes.count) searches, K in \(sizes); the largest ratio to a bound is \(short(largest))"
          : nil))
  }

  /// The step of token 0 in the state with these logits; nil for logits so far apart that nothing is left to move.
  private static func searchedStep(_ logits: ArraySlice<Double>) -> EntropyStep? {
    guard logits.allSatisfy({ abs($0) < 30 }) else { return nil }
    let distribution = NextTokenDistribution(normalised: StableSoftmax.probabilities(Array(logits)))
    var direction = distribution.probabilities.map { -$0 }
    direction[0] = distribution.probabilities.dropFirst().reduce(0, +)
    return EntropyStep(
      distribution: distribution, direction: direction,
      derivative: EntropyChange.firstOrder(distribution, action: 0, coefficient: 1))
  }

  private func worstRemainder(_ examination: Examination, _ designPoint: Int, actions: Int) throws
    -> AdversarialSearch.Worst?
  {
    try AdversarialSearch.maximise(
      examination, designPoint: designPoint, restarts: Int(specification.value("restarts")),
      maximumIterations: Int(specification.value("iterations")),
      start: { stream in (0...actions).map { _ in 2 * stream.normal() } },
      objective: { point in
        guard let step = Self.searchedStep(point[0..<actions]) else { return -.infinity }
        // The last coordinate sets a step between 2⁻²⁰ and 8.
        let s = exp2(-20 + 23 / (1 + exp(-point[actions])))
        return (abs(step.remainder(s)) - step.rounding(s)) / (step.secondOrderBound * s * s)
      })
  }

  private func worstDerivative(_ examination: Examination, _ designPoint: Int, actions: Int) throws
    -> AdversarialSearch.Worst?
  {
    let central = specification.value("search_step")
    return try AdversarialSearch.maximise(
      examination, designPoint: designPoint, restarts: Int(specification.value("restarts")),
      maximumIterations: Int(specification.value("iterations")),
      start: { stream in (0..<actions).map { _ in 2 * stream.normal() } },
      objective: { point in
        guard let step = Self.searchedStep(point[0..<actions]) else { return -.infinity }
        // (H(s) − H(−s))/2s is H' and a sixth of s² times H''' somewhere between.
        let error = abs(step.remainder(central) - step.remainder(-central)) / (2 * central)
        return (error - step.rounding(central) / central) / (step.thirdOrderBound * central * central)
      })
  }

  /// The simulated mean of the single-token form beside the covariance form.
  func addMonteCarlo(_ evidence: inout Evidence, _ examination: Examination) throws {
    for (column, name) in ["flat-dirichlet", "zipf"].enumerated() {
      var stream = RandomStream(examination.key(designPoint: 400 + column))
      let distribution = NextTokenPopulation.named(name).draw(&stream)
      let advantages = distribution.probabilities.map { _ in stream.normal() }
      let values = distribution.probabilities.indices.map {
        EntropyChange.firstOrder(distribution, action: $0, coefficient: advantages[$0])
      }
      let largest = values.reduce(1e-12) { max($0, abs($1)) }
      let mean = try SequentialMean.run(
        examination, designPoint: 410 + column, range: -largest...largest, boundary: 0,
        maximumCount: specification.count("replicates", for: examination.preset), stopBelow: 0
      ) { stream in values[distribution.drawToken(&stream)] }
      evidence.estimates += MonteCarloCheck.rows(
        design: "one policy of \(name)", method: Method.policyGradient.rawValue,
        stat: "mean_entropy_change", mean: mean,
        exact: ExpectedEntropyChange.policyGradient(distribution, advantages: advantages))
    }
  }
}

/// Linear combinations of log π_1 … log π_K with rational coefficients.
enum FormalEntropy {
  /// dH along a step v of the logits: the coefficient of log π_j is −π_j(v_j − v̄).
  static func derivative(_ probabilities: [Rational], direction: [Rational]) -> [Rational] {
    let mean = zip(probabilities, direction).reduce(Rational.zero) { $0 + $1.0 * $1.1 }
    return zip(probabilities, direction).map { .zero - $0 * ($1 - mean) }
  }

  /// Σ_j w_j Λ_j written in log π_k: coefficient w_k − π_k Σ w.
  static func expanded(_ weights: [Rational], _ probabilities: [Rational]) -> [Rational] {
    let sum = weights.reduce(.zero, +)
    return zip(weights, probabilities).map { $0 - sum * $1 }
  }

  /// The weights of Λ in −(π_aΛ_a − Σπ²Λ).
  static func singleToken(_ probabilities: [Rational], _ token: Int) -> [Rational] {
    var weights = probabilities.map { $0 * $0 }
    weights[token] = weights[token] - probabilities[token]
    return weights
  }

  /// e_a − π.
  static func score(_ probabilities: [Rational], _ token: Int) -> [Rational] {
    var result = probabilities.map { Rational.zero - $0 }
    result[token] += .one
    return result
  }
}
