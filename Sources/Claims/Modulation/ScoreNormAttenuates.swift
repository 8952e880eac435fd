import Foundation
import Modulation
import Policies
import Statistics

/// The norm of a token's score vanishes linearly as its probability tends to one.
public struct ScoreNormAttenuates: Claim {
  /// What is claimed and how it is examined.
  public let specification: ClaimSpecification

  /// The claim with its registered specification, or with another one for tests.
  public init(specification: ClaimSpecification = Self.registered) { self.specification = specification }

  /// Both bounds on every small world in whole numbers, on random states and by search; the slope along random directions; parameters other than logits beside them.
  public func examine(_ examination: Examination) throws -> Evidence {
    var evidence = Evidence(control: Finding(basis: .exact(holds: true)))
    let small = addSmallWorlds(&evidence)
    let random = try addPopulations(&evidence, examination)
    let slack = try addSearch(&evidence, examination)
    let slope = try addSlopes(&evidence, examination)
    let lowRank = try addLowRank(&evidence, examination)
    try addMonteCarlo(&evidence, examination)
    evidence.explanation =
      "Both bounds hold for each of the \(small.actions) tokens of the \(small.worlds) rational policies, compared in whole numbers; the lower one is reached by \(small.lowerEqual) tokens, those whose alternatives are equally likely, the upper one by \(small.upperEqual), those with a single alternative. "
      + "Over random states ‖s‖/(1 − π_a) lies between \(short(random.smallest, digits: 5)) and \(short(random.largest, digits: 5)), no search found a slack below \(short(slack)) of the bound (0 within rounding), and along \(slope.count) random directions the slope of log‖s‖ against log(1 − π_a) is between \(short(slope.smallest, digits: 4)) and \(short(slope.largest, digits: 4)): linear. "
      + "An extension, not part of the proposition: with parameters θ of z = Wθ the upper bound carries over with the factor σ_max(W) (largest ratio found \(short(lowRank.largest))), the lower bound does not (smallest \(short(lowRank.smallest))), since W may cancel the score of an uncertain token."
    return evidence
  }

  /// What the small worlds came to.
  struct SmallWorldCount: Sendable, Hashable {
    var worlds = 0
    var actions = 0
    var lowerViolations = 0
    var upperViolations = 0
    var controlViolations = 0
    var lowerEqual = 0
    var upperEqual = 0
    /// Tokens whose equality does not agree with its condition: equally likely alternatives, or a single one.
    var unexplained = 0
  }

  /// Counts over every token of every small world, all comparisons between whole numbers; also the first that breaks the control.
  static func count(_ worlds: [SmallDistribution]) -> (
    count: SmallWorldCount, control: (SmallDistribution, Int)?
  ) {
    var result = SmallWorldCount()
    var first: (SmallDistribution, Int)?
    for world in worlds {
      let size = world.parts.count
      let total = world.total
      result.worlds += 1
      for action in world.parts.indices {
        result.actions += 1
        let norm = world.scaledSquaredNorm(action)
        let missing = total - world.parts[action]
        // (1−π)² K/(K−1) ≤ ‖s‖² ≤ 2(1−π)², times d²(K−1).
        let lower = missing * missing * size - norm * (size - 1)
        let upper = norm - 2 * missing * missing
        if lower > 0 { result.lowerViolations += 1 }
        if upper > 0 { result.upperViolations += 1 }
        if lower == 0 { result.lowerEqual += 1 }
        if upper == 0 { result.upperEqual += 1 }
        let others = world.parts.enumerated().filter { $0.offset != action }.map(\.element)
        if (lower == 0) != (Set(others).count == 1) || (upper == 0) != (others.count == 1) {
          result.unexplained += 1
        }
        // ‖s‖² ≤ 2(1−π)⁴, times d⁴.
        if norm * total * total > 2 * missing * missing * missing * missing {
          result.controlViolations += 1
          if first == nil { first = (world, action) }
        }
      }
    }
    return (result, first)
  }

  private func addSmallWorlds(_ evidence: inout Evidence) -> SmallWorldCount {
    let worlds = SmallDistribution.all(
      maximumActions: Int(specification.value("small_actions")),
      maximumDenominator: Int(specification.value("small_denominator")))
    let (count, control) = Self.count(worlds)
    evidence.findings += [
      Finding(
        estimator: "lower bound", population: "every small world",
        basis: .exact(holds: count.lowerViolations == 0)),
      Finding(
        estimator: "upper bound", population: "every small world",
        basis: .exact(holds: count.upperViolations == 0)),
    ]
    evidence.control = Finding(
      estimator: "quadratic", population: "every small world",
      basis: .exact(holds: count.controlViolations == 0))
    let design = "every small world"
    func row(_ method: String, _ stat: String, _ value: Int) {
      evidence.estimates.append(EstimateRow(design: design, method: method, stat: stat, exact: Double(value)))
    }
    row("all", "worlds", count.worlds)
    row("all", "tokens", count.actions)
    row("lower bound", "violations", count.lowerViolations)
    row("upper bound", "violations", count.upperViolations)
    row("lower bound", "equalities", count.lowerEqual)
    row("upper bound", "equalities", count.upperEqual)
    row("all", "unexplained_equalities", count.unexplained)
    row("quadratic (control)", "violations", count.controlViolations)
    if let (world, action) = control {
      evidence.estimates.append(
        EstimateRow(
          design: "\(world.text), token \(action)", method: "quadratic (control)", stat: "squared_norm",
          exact: world.squaredNorm(action).value))
    }
    addEqualities(&evidence, worlds)
    return count
  }

  /// The first world of each size that reaches a bound, with its exact norm.
  private func addEqualities(_ evidence: inout Evidence, _ worlds: [SmallDistribution]) {
    for size in 2...max(Int(specification.value("small_actions")), 2) {
      // Unequal probabilities show that the alternatives alone decide.
      guard
        let world = worlds.first(where: {
          $0.parts.count == size && Set($0.parts.dropLast()).count == 1 && $0.parts[0] != $0.parts[size - 1]
        })
      else { continue }
      let norm = world.squaredNorm(size - 1)
      let missing = Rational(Int128(world.total - world.parts[size - 1]), Int128(world.total))
      let ratio = norm / (missing * missing)
      evidence.estimates.append(
        EstimateRow(
          design: "\(world.text), token \(size - 1), ‖s‖² = \(norm), (1 − π)² = \(missing * missing)",
          method: size == 2 ? "both bounds" : "lower bound", stat: "squared_ratio_at_equality",
          exact: ratio.value))
    }
  }

  /// The relative rounding of a sum of K squares and of K others: each term three roundings, the sums K each.
  static func rounding(_ count: Int) -> Double { Double(4 * count + 8) * 0x1p-53 }

  /// ‖s‖²/(1 − π)² of one token, 1 − π from the others' sum.
  ///
  /// Nil where the square of 1 − π_a would underflow: the score is then 0 in doubles.
  static func squaredRatio(_ state: NextTokenDistribution, action: Int) -> Double? {
    var others = 0.0
    for (index, p) in state.probabilities.enumerated() where index != action { others += p }
    return others > 1e-150 ? ScoreNorm.squared(state, action: action) / (others * others) : nil
  }

  /// What one random state says of both bounds.
  private struct Ratios: Sendable {
    /// The smallest and the largest ‖s‖²/(1 − π)² of its tokens.
    var low = Double.infinity
    var high = -Double.infinity
    var lowerHolds = true
    var upperHolds = true
    /// K, 1 − π and ‖s‖ of one token, for the picture.
    var point: [Double]?
  }

  /// All tokens of a random state; the point is its likeliest token or any, as drawn by probability the rare ones would never show.
  private static func ratios(
    _ population: TokenStatePopulation, _ stream: inout RandomStream, isLikeliest: Bool
  ) -> Ratios {
    let state = NextTokenDistribution(normalised: population.probabilities(&stream))
    let size = state.probabilities.count
    var result = Ratios()
    for action in 0..<size {
      guard let ratio = squaredRatio(state, action: action) else { continue }
      result.low = min(result.low, ratio)
      result.high = max(result.high, ratio)
      if ratio < Double(size) / Double(size - 1) * (1 - rounding(size)) { result.lowerHolds = false }
      if ratio > 2 * (1 + rounding(size)) { result.upperHolds = false }
    }
    let likeliest = (0..<size).max { state.probabilities[$0] < state.probabilities[$1] } ?? 0
    let shown = isLikeliest ? likeliest : stream.index(below: size)
    if let ratio = squaredRatio(state, action: shown) {
      let norm = ScoreNorm.squared(state, action: shown).squareRoot()
      result.point = [Double(size), norm / ratio.squareRoot(), norm]
    }
    return result
  }

  private func addPopulations(_ evidence: inout Evidence, _ examination: Examination) throws -> (
    smallest: Double, largest: Double
  ) {
    let count = specification.count("states", for: examination.preset)
    let pointCount = specification.count("points", for: examination.preset)
    var points = PointTable(name: "norms", columns: ["population", "tokens", "missing", "norm"])
    var smallest = Double.infinity
    var largest = -Double.infinity
    for (place, population) in TokenStatePopulation.all.enumerated() {
      let key = examination.key(designPoint: 100 + place)
      let states = try examination.map(count) { index in
        var stream = RandomStream(key.replicate(index))
        return Self.ratios(population, &stream, isLikeliest: index % 2 == 0)
      }
      let low = states.map(\.low).min() ?? .nan
      let high = states.map(\.high).max() ?? .nan
      smallest = min(smallest, low.squareRoot())
      largest = max(largest, high.squareRoot())
      evidence.findings += [
        Finding(
          estimator: "lower bound", population: population.name,
          basis: .exact(holds: states.allSatisfy(\.lowerHolds))),
        Finding(
          estimator: "upper bound", population: population.name,
          basis: .exact(holds: states.allSatisfy(\.upperHolds))),
      ]
      evidence.estimates += [
        EstimateRow(
          design: "\(population.name), \(count) states", method: "lower bound", stat: "smallest_ratio",
          exact: low.squareRoot()),
        EstimateRow(
          design: "\(population.name), \(count) states", method: "upper bound", stat: "largest_ratio",
          exact: high.squareRoot()),
      ]
      points.rows += states.prefix(pointCount).compactMap(\.point).map {
        [.text(population.name), .integer(Int($0[0])), .number($0[1]), .number($0[2])]
      }
      examination.progress(count)
    }
    evidence.pointTables.append(points)
    return (smallest, largest)
  }

  /// The smallest slack of either bound that a search over logits finds, relative to the bound.
  private func addSearch(_ evidence: inout Evidence, _ examination: Examination) throws -> Double {
    var overall = Double.infinity
    var holds = (lower: true, upper: true)
    for (index, size) in specification.integers("search_actions").enumerated() {
      let bound = (lower: Double(size) / Double(size - 1), upper: 2.0)
      for isLower in [true, false] {
        // Starts away from equality: the search has to find its way there.
        let worst = try AdversarialSearch.maximise(
          examination, designPoint: 200 + 2 * index + (isLower ? 0 : 1),
          restarts: Int(specification.value("restarts")),
          start: { stream in (0..<size).map { _ in 3 * stream.normal() } },
          objective: { logits in
            guard logits.allSatisfy({ abs($0) < 300 }) else { return -.infinity }
            guard
              let ratio = Self.squaredRatio(
                NextTokenDistribution(normalised: StableSoftmax.probabilities(logits)), action: 0)
            else {
              return -.infinity
            }
            return isLower ? 1 - (ratio / bound.lower).squareRoot() : (ratio / bound.upper).squareRoot() - 1
          })
        guard let worst else { continue }
        if worst.value > Self.rounding(size) {
          if isLower { holds.lower = false } else { holds.upper = false }
        }
        overall = min(overall, 0 - worst.value)
        evidence.estimates.append(
          EstimateRow(
            design: "search K=\(size)", method: isLower ? "lower bound" : "upper bound",
            stat: "smallest_slack", exact: 0 - worst.value))
      }
    }
    evidence.findings += [
      Finding(estimator: "lower bound", population: "search", basis: .exact(holds: holds.lower)),
      Finding(estimator: "upper bound", population: "search", basis: .exact(holds: holds.upper)),
    ]
    return overall
  }

  /// The simulated E‖s‖² of one state of each population beside 1 − Σπ².
  private func addMonteCarlo(_ evidence: inout Evidence, _ examination: Examination) throws {
    for (index, population) in TokenStatePopulation.all.enumerated() {
      evidence.estimates += try ScoreNormSimulation.rows(
        examination, designPoint: 300 + 2 * index, population: population,
        count: specification.count("replicates", for: examination.preset))
    }
  }
}

/// The squared score norm of drawn tokens, simulated beside its exact expectation.
enum ScoreNormSimulation {
  /// Rows for one state of `population`: the state comes from design point `designPoint`, the tokens from the next.
  static func rows(
    _ examination: Examination, designPoint: Int, population: TokenStatePopulation, count: Int
  ) throws -> [EstimateRow] {
    var stream = RandomStream(examination.key(designPoint: designPoint))
    let state = NextTokenDistribution(normalised: population.probabilities(&stream))
    let norms = state.probabilities.indices.map { ScoreNorm.squared(state, action: $0) }
    let table = AliasTable(weights: state.probabilities)
    let mean = try SequentialMean.run(
      examination, designPoint: designPoint + 1, range: 0...2, boundary: 0, maximumCount: count, stopBelow: 0
    ) { norms[table.draw(&$0)] }
    return MonteCarloCheck.rows(
      design: "one state of \(population.name) K=\(norms.count)", method: "sampled tokens",
      stat: "expected_squared_norm", mean: mean, exact: ScoreNorm.expectedSquared(state))
  }
}
