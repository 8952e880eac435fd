import Foundation
import Modulation
import Policies
import Statistics

extension EntropyChangeIndicatesMagnitude {
  /// Inversions among two-action states whose odds are powers of three: |ΔH| is a rational multiple of log 3, ‖Δz‖² is rational.
  func addCounterexamples(_ evidence: inout Evidence) {
    let largest = Int(specification.value("largest_exponent"))
    let uniform = OddsOfThree(exponent: 0)
    let found = Self.inversions(largestExponent: largest)
    evidence.findings.append(
      Finding(
        estimator: Size.norm.rawValue, population: "two-action states with odds 3^k",
        basis: .exact(holds: found.isEmpty)))
    let first = found.first
    if let first {
      evidence.counterexamples.append(
        Self.counterexample(
          first.quiet, first.loud,
          title: first.quiet == uniform
            ? "the uniform policy: no entropy change, whatever the update"
            : "|ΔH| rises, the update gets smaller",
          explanation: first.quiet == uniform
            ? "Λ = 0 under the uniform policy, so that ΔH = 0 for every token and every ξ, while the update is the larger of the two."
            : "The second token has the larger |ΔH| and the smaller update."))
    }
    // A rare token, as a confident policy draws when it errs: its step has nearly the largest norm there is, √2.
    if let rare = found.first(where: { $0.quiet.exponent < -1 }) {
      evidence.counterexamples.append(
        Self.counterexample(
          rare.quiet, rare.loud, title: "a confident policy's rare token: |ΔH| vanishes, the update does not",
          explanation:
            "As π_a falls to 0, |ΔH| = 2π_a(1−π_a)² log((1−π_a)/π_a) falls to 0 and ‖Δz‖ rises to √2: damping by |ΔH| leaves the largest steps alone."
        ))
    }
  }

  /// Pairs of states in the order of the sizes of their exponents, the first with the smaller |ΔH| and yet the larger norm.
  static func inversions(largestExponent: Int) -> [(quiet: OddsOfThree, loud: OddsOfThree)] {
    let states = (-largestExponent...largestExponent).map { OddsOfThree(exponent: $0) }.sorted {
      (abs($0.exponent), $0.exponent) < (abs($1.exponent), $1.exponent)
    }
    var result: [(quiet: OddsOfThree, loud: OddsOfThree)] = []
    for (place, later) in states.enumerated() {
      for earlier in states[..<place] {
        for (quiet, loud) in [(earlier, later), (later, earlier)]
        where size(quiet.entropyChange) < size(loud.entropyChange)
          && loud.squaredNorm < quiet.squaredNorm
        {
          result.append((quiet, loud))
        }
      }
    }
    return result
  }

  private static func size(_ value: Rational) -> Rational { value < .zero ? .zero - value : value }

  private static func counterexample(
    _ quiet: OddsOfThree, _ loud: OddsOfThree, title: String, explanation: String
  ) -> Counterexample {
    Counterexample(
      title: title, worlds: [quiet.world(), loud.world()],
      values: [
        OddsOfThree.value("first_change", size(quiet.entropyChange)),
        OddsOfThree.value("second_change", size(loud.entropyChange)),
        OddsOfThree.rational("first_squared_norm", quiet.squaredNorm),
        OddsOfThree.rational("second_squared_norm", loud.squaredNorm),
      ], explanation: explanation)
  }

  /// The largest |ΔH| per unit of ‖Δz‖: what one direction of the statement rests on.
  func addSearch(_ evidence: inout Evidence, _ examination: Examination) throws {
    for (row, actions) in specification.integers("search_actions").enumerated() {
      let worst = try AdversarialSearch.maximise(
        examination, designPoint: 300 + row, restarts: Int(specification.value("restarts")),
        maximumIterations: Int(specification.value("iterations")),
        start: { stream in (0..<actions).map { _ in 2 * stream.normal() } },
        objective: { point in
          guard point.allSatisfy({ abs($0) < 30 }) else { return -.infinity }
          let distribution = NextTokenDistribution(normalised: StableSoftmax.probabilities(point))
          let norm = ScoreNorm.squared(distribution, action: 0).squareRoot()
          return abs(EntropyChange.firstOrder(distribution, action: 0, coefficient: 1)) / norm
        })
      guard let worst else { continue }
      evidence.estimates.append(
        EstimateRow(
          design: "adversarial K=\(actions)", method: Indicator.entropyChange.rawValue,
          stat: "largest_change_over_norm", exact: worst.value))
    }
  }

  /// Tokens of a few two-action states: the simulated concordance beside its enumeration.
  func addMonteCarlo(_ evidence: inout Evidence, _ examination: Examination) throws {
    let states = specification.integers("mixture").map { OddsOfThree(exponent: $0) }
    let distributions = states.map(\.distribution)
    let step = specification.value("step")
    let updates = distributions.map { distribution in
      distribution.probabilities.indices.map {
        Update(distribution, token: $0, coefficient: 1, step: step)
      }
    }
    let mean = try SequentialMean.run(
      examination, designPoint: 400, range: 0...1, boundary: specification.margin,
      maximumCount: specification.count("replicates", for: examination.preset), stopBelow: 0
    ) { stream in
      func one() -> Update {
        let state = stream.index(below: states.count)
        return updates[state][distributions[state].drawToken(&stream)]
      }
      let (first, second) = (one(), one())
      return Self.concordance(
        first.entropyChange, second.entropyChange, first.norm, second.norm)
    }
    evidence.estimates += MonteCarloCheck.rows(
      design: "two-action states with odds 3^k, k in \(specification.integers("mixture"))",
      method: Indicator.entropyChange.rawValue, stat: Size.norm.stat, mean: mean,
      exact: Self.enumeratedConcordance(states).value)
  }

  /// The concordance with differences below rounding counted as ties: one state's two tokens can have |ΔH| equal in fractions only.
  private static func concordance(_ a: Double, _ b: Double, _ c: Double, _ d: Double) -> Double {
    func equal(_ x: Double, _ y: Double) -> Bool { abs(x - y) <= 1e-12 * max(x, y) }
    if equal(a, b) || equal(c, d) { return 0.5 }
    return (a > b) == (c > d) ? 1 : 0
  }

  /// The same as a fraction, over both tokens of every state.
  static func enumeratedConcordance(_ states: [OddsOfThree]) -> Rational {
    let share = Rational(1, Int128(states.count))
    let outcomes = states.flatMap { [$0, OddsOfThree(exponent: -$0.exponent)] }
    var total = Rational.zero
    for first in outcomes {
      for second in outcomes {
        let weight = share * share * first.probability * second.probability
        let change = size(first.entropyChange) - size(second.entropyChange)
        let norm = first.squaredNorm - second.squaredNorm
        let product = change * norm
        total +=
          weight * (product == .zero ? Rational(1, 2) : (product > .zero ? .one : .zero))
      }
    }
    return total
  }

  /// Tokens for the scatter, and Spearman's coefficient of both indicators.
  func addPoints(_ evidence: inout Evidence, _ examination: Examination) throws {
    var table = PointTable(
      name: "points", columns: ["population", "entropy_change", "missing_probability", "update_norm"])
    let count = specification.count("points", for: examination.preset)
    let step = specification.value("step")
    for (column, population) in NextTokenPopulation.all.enumerated() {
      let key = examination.key(designPoint: 500 + column)
      let updates = try examination.map(count) { index in
        var stream = RandomStream(key.replicate(index))
        return draw(population, .same, step, &stream)
      }
      table.rows += updates.map {
        [
          .text(population.name), .number($0.entropyChange), .number($0.missingProbability),
          .number($0.norm),
        ]
      }
      for indicator in Indicator.signals {
        let rho = Correlation.spearman(updates.map { $0.value(indicator) }, updates.map(\.norm))
        let interval = Correlation.interval(spearman: rho, count: count, level: 0.95)
        var row = EstimateRow(
          design: "\(population.name), \(Coefficient.same.rawValue)", method: indicator.rawValue,
          stat: "spearman", exact: rho)
        row.exact = nil
        row.count = count
        row.lower = interval.lower
        row.upper = interval.upper
        evidence.estimates.append(row)
      }
    }
    evidence.pointTables.append(table)
  }
}
