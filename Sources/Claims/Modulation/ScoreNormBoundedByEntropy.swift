import Foundation
import Modulation
import Policies
import Statistics

/// The squared score norm is bounded by a function of the entropy.
public struct ScoreNormBoundedByEntropy: Claim {
  /// What is claimed and how it is examined.
  public let specification: ClaimSpecification

  /// The claim with its registered specification, or with another one for tests.
  public init(specification: ClaimSpecification = Self.registered) { self.specification = specification }

  /// A reading of the statement.
  enum Reading: String, CaseIterable {
    case expectedAbove = "expected, from above"
    case expectedBelow = "expected, from below, K fixed"
    case expectedBelowFree = "expected, from below, free of K"
    case tokenAbove = "each token, from above"
    case tokenBelow = "each token, from below, K fixed"
    case tokenBelowFree = "each token, from below, free of K"
  }

  /// Each reading on small worlds, random states and by search, or along the family that breaks it.
  public func examine(_ examination: Examination) throws -> Evidence {
    var evidence = Evidence(control: Finding(basis: .exact(holds: true)))
    let worlds = try addSmallWorlds(&evidence)
    let random = try addPopulations(&evidence, examination)
    let search = try addSearch(&evidence, examination)
    let tail = addTail(&evidence)
    let rare = addRare(&evidence)
    try addCurves(&evidence)
    let table = try addVocabularyTable(&evidence)
    for (index, population) in TokenStatePopulation.all.enumerated() {
      evidence.estimates += try ScoreNormSimulation.rows(
        examination, designPoint: 300 + 2 * index, population: population,
        count: specification.count("replicates", for: examination.preset))
    }
    evidence.condition =
      "least(H, K) ≤ 1 − Σπ² ≤ greatest(H) ≤ 1 − e^{−H}, and ‖s_a‖² ≥ ε²K/(K−1) with ε(2 − εK/(K−1)) = least(H, K): checked on \(worlds) rational and \(random.states) random distributions with K ≤ 64 and by search with K ≤ \(short(specification.values("search_actions").max() ?? 0)); least(H, K) falls as 2H/log K, and no function that vanishes with H bounds ‖s_a‖² of each token. Holds: {supported}. Fails: {refuted}"
    evidence.explanation =
      "In expectation low entropy does mean small scores: no state exceeds the tight upper curve (largest excess \(short(max(random.above, search.above)))) nor, with K fixed, falls below the lower one (\(short(max(random.below, search.below)))). "
      + "Free of K there is no bound from below: with entropy at least log 2 the expected squared norm falls from 1/2 (a coin) to \(short(tail.value)) for one token of probability 1 − 1/\(tail.order) and 2^\(tail.order) others, though slowly: at one nat and K = 49152 the tight bounds are \(short(table.low)) and \(short(table.high)). "
      + "For a single token the bound from above is wrong: in the state (1 − 1/\(rare.denominator), 1/\(rare.denominator)) the entropy is \(short(rare.entropy)) and the rare token's squared norm \(short(rare.norm, digits: 5)), near its greatest value 2. Low entropy attenuates what is likely, not what is drawn against the odds."
    return evidence
  }

  /// The least ‖s_a‖² of any token at the least expected norm `smallest` over K tokens: ε²K/(K−1) with ε(2 − εK/(K−1)) = smallest.
  ///
  /// A token of probability 1 − ε has ‖s‖² = ε²(1 + Σq²) and H = h(ε) + εH(q); equal alternatives q make the first least and the second greatest, so that the
  /// likeliest token of the lower curve's distribution is extreme here too.
  static func leastTokenNorm(smallest: Double, count: Int) -> Double {
    let ratio = Double(count) / Double(count - 1)
    let epsilon = smallest / (1 + max(1 - smallest * ratio, 0).squareRoot())
    return epsilon * epsilon * ratio
  }

  /// Whether 1 − Σπ² ≤ 1 − e^{−H}, as the whole-number statement (Σk²)^d ≥ d^d Π k^k; and whether both sides are equal.
  ///
  /// Exact for d ≤ 14, where d^{2d} fits into 128 bits.
  static func collision(_ world: SmallDistribution) -> (holds: Bool, isEqual: Bool) {
    precondition(world.total <= 14, "the denominator is \(world.total), it must not exceed 14")
    func power(_ base: Int, _ exponent: Int) -> Int128 {
      (0..<exponent).reduce(Int128(1)) { result, _ in result * Int128(base) }
    }
    let left = power(world.scaledSumOfSquares, world.total)
    let right = world.parts.reduce(power(world.total, world.total)) { $0 * power($1, $1) }
    return (left >= right, left == right)
  }

  /// How far one state lies beyond the tight curves; positive values are violations.
  struct Excess: Sendable {
    var above = -Double.infinity
    var below = -Double.infinity
    var tokenBelow = -Double.infinity
    /// The largest ‖s_a‖² − (1 − e^{−H}) over its tokens, and the token.
    var tokenAbove = -Double.infinity
    var token = 0

    /// How far the entropy of up to 64 terms, each at most 1/e, may be off: 64 · 3 roundings of 2⁻⁵³ times that is 10⁻¹⁴; ten times it.
    ///
    /// The bound for each token rises infinitely steeply at the uniform distribution, so that it is asked at an entropy that is surely not too high.
    static let entropyRounding = 1e-13

    init(_ state: NextTokenDistribution) throws(StatisticsError) {
      let size = state.probabilities.count
      let expected = ScoreNorm.expectedSquared(state)
      above = expected - (try ScoreNormGivenEntropy.largest(entropy: state.entropy, vocabulary: size))
      let smallest = try ScoreNormGivenEntropy.smallest(entropy: state.entropy, vocabulary: size)
      below = smallest - expected
      let lower = max(state.entropy - Self.entropyRounding, 0)
      let least = ScoreNormBoundedByEntropy.leastTokenNorm(
        smallest: try ScoreNormGivenEntropy.smallest(entropy: lower, vocabulary: size), count: size)
      let collision = ScoreNormGivenEntropy.collisionBound(entropy: state.entropy)
      for action in 0..<size {
        let norm = ScoreNorm.squared(state, action: action)
        tokenBelow = max(tokenBelow, least - norm)
        if norm - collision > tokenAbove { (tokenAbove, token) = (norm - collision, action) }
      }
    }
  }

  /// The number of worlds.
  private func addSmallWorlds(_ evidence: inout Evidence) throws -> Int {
    let tolerance = specification.value("curve_tolerance")
    let worlds = SmallDistribution.all(
      maximumActions: Int(specification.value("small_actions")),
      maximumDenominator: Int(specification.value("small_denominator")))
    var violations = (collision: 0, above: 0, below: 0, tokenAbove: 0, tokenBelow: 0)
    var turned = 0
    var first: (world: SmallDistribution, token: Int)?
    for world in worlds {
      let (holds, isEqual) = Self.collision(world)
      if !holds { violations.collision += 1 }
      if holds, !isEqual { turned += 1 }
      let excess = try Excess(world.distribution)
      if excess.above > tolerance { violations.above += 1 }
      if excess.below > tolerance { violations.below += 1 }
      if excess.tokenBelow > tolerance { violations.tokenBelow += 1 }
      if excess.tokenAbove > tolerance {
        violations.tokenAbove += 1
        if first == nil { first = (world, excess.token) }
      }
    }
    let population = "every small world"
    func add(_ reading: Reading, _ count: Int) {
      evidence.findings.append(
        Finding(estimator: reading.rawValue, population: population, basis: .exact(holds: count == 0)))
      evidence.estimates.append(
        EstimateRow(
          design: "\(population) (\(worlds.count))", method: reading.rawValue, stat: "violations",
          exact: Double(count)))
    }
    add(.expectedAbove, violations.collision + violations.above)
    add(.expectedBelow, violations.below)
    add(.tokenAbove, violations.tokenAbove)
    add(.tokenBelow, violations.tokenBelow)
    evidence.control = Finding(
      estimator: "1 − Σπ² ≥ 1 − e^{−H}", population: population, basis: .exact(holds: turned == 0))
    evidence.estimates.append(
      EstimateRow(
        design: "\(population) (\(worlds.count))", method: "turned round (control)", stat: "violations",
        exact: Double(turned)))
    if let first { evidence.counterexamples.append(Self.rareToken(first.world, first.token)) }
    return worlds.count
  }

  private static func rareToken(_ world: SmallDistribution, _ token: Int) -> Counterexample {
    let norm = world.squaredNorm(token)
    let collision = ScoreNormGivenEntropy.collisionBound(entropy: world.distribution.entropy)
    return Counterexample(
      title: "each token, from above: a token's squared score norm exceeds 1 − e^{−H}",
      worlds: [world.world(action: token)],
      values: [
        ExactValue("squared_score_norm", norm.value, exact: norm.description),
        ExactValue(
          "expected_squared_score_norm", world.expectedSquaredNorm.value,
          exact: world.expectedSquaredNorm.description),
        ExactValue("bound_of_the_expectation", collision, exact: "1 − Π π^π"),
        ExactValue("entropy", world.distribution.entropy),
      ],
      explanation:
        "The bound holds on average over tokens, not for the token of probability \(world.probabilities[token]): its squared norm is (1 − π)² plus the squares of the others."
    )
  }

  private func addPopulations(_ evidence: inout Evidence, _ examination: Examination) throws -> (
    states: Int, above: Double, below: Double
  ) {
    let count = specification.count("states", for: examination.preset)
    let pointCount = specification.count("points", for: examination.preset)
    let tolerance = specification.value("curve_tolerance")
    var points = PointTable(name: "points", columns: ["population", "entropy", "expected_norm"])
    var worst = (above: -Double.infinity, below: -Double.infinity)
    for (place, population) in TokenStatePopulation.all.enumerated() {
      let key = examination.key(designPoint: 100 + place)
      let states = try examination.map(count) { index -> (excess: Excess, entropy: Double, norm: Double) in
        var stream = RandomStream(key.replicate(index))
        let state = NextTokenDistribution(normalised: population.probabilities(&stream))
        return (try Excess(state), state.entropy, ScoreNorm.expectedSquared(state))
      }
      let above = states.map(\.excess.above).max() ?? .nan
      let below = states.map(\.excess.below).max() ?? .nan
      let tokenAbove = states.map(\.excess.tokenAbove).max() ?? .nan
      let tokenBelow = states.map(\.excess.tokenBelow).max() ?? .nan
      for (reading, value) in [
        (Reading.expectedAbove, above), (.expectedBelow, below), (.tokenAbove, tokenAbove),
        (.tokenBelow, tokenBelow),
      ] {
        evidence.findings.append(
          Finding(
            estimator: reading.rawValue, population: population.name,
            basis: .exact(holds: value <= tolerance)))
        evidence.estimates.append(
          EstimateRow(
            design: "\(population.name), \(count) states", method: reading.rawValue, stat: "largest_excess",
            exact: value))
      }
      worst = (max(worst.above, above), max(worst.below, below))
      points.rows += states.prefix(pointCount).map {
        [.text(population.name), .number($0.entropy), .number($0.norm)]
      }
      examination.progress(count)
    }
    evidence.pointTables.append(points)
    return (count * TokenStatePopulation.all.count, worst.above, worst.below)
  }

  /// The worst excess over each tight curve that a search over logits finds.
  private func addSearch(_ evidence: inout Evidence, _ examination: Examination) throws -> (
    above: Double, below: Double
  ) {
    let tolerance = specification.value("curve_tolerance")
    let measures: [(Reading, @Sendable (Excess) -> Double)] = [
      (.expectedAbove, { $0.above }), (.expectedBelow, { $0.below }), (.tokenBelow, { $0.tokenBelow }),
    ]
    var worstOf: [Double] = []
    for (row, (reading, measure)) in measures.enumerated() {
      var overall = -Double.infinity
      for (column, size) in specification.integers("search_actions").enumerated() {
        let worst = try AdversarialSearch.maximise(
          examination, designPoint: 200 + 10 * row + column,
          restarts: Int(specification.value("restarts")),
          maximumIterations: Int(specification.value("search_iterations")),
          start: { stream in (0..<size).map { _ in 2 * stream.normal() } },
          objective: { logits in
            guard logits.allSatisfy({ abs($0) < 300 }) else { return -.infinity }
            let state = NextTokenDistribution(normalised: StableSoftmax.probabilities(logits))
            guard let excess = try? Excess(state) else { return -.infinity }
            return measure(excess)
          })
        guard let worst else { continue }
        overall = max(overall, worst.value)
        evidence.estimates.append(
          EstimateRow(
            design: "search K=\(size)", method: reading.rawValue, stat: "largest_excess", exact: worst.value))
      }
      evidence.findings.append(
        Finding(
          estimator: reading.rawValue, population: "search", basis: .exact(holds: overall <= tolerance)))
      worstOf.append(overall)
    }
    return (worstOf[0], worstOf[1])
  }
}
