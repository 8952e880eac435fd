import Foundation
import Modulation
import Statistics

/// ΔH = −ξ(π_aΛ_a − E[πΛ]) is the exact first-order entropy change.
public struct EntropyChangeExact: Claim {
  /// What is claimed and how it is examined.
  public let specification: ClaimSpecification

  /// The claim with its registered specification, or with another one for tests.
  public init(specification: ClaimSpecification = Self.registered) { self.specification = specification }

  /// The order of the remainder for each reading of the statement, population by population, and how far a finite step may go.
  public func examine(_ examination: Examination) throws -> Evidence {
    var evidence = Evidence(control: Finding(basis: .exact(holds: true)))
    for (row, method) in Method.examined.enumerated() {
      for (column, population) in NextTokenPopulation.all.enumerated() {
        let check = try self.check(
          examination, designPoint: 100 + 20 * row + column, method: method, population: population)
        let holds = check.isSecondOrder(within: specification.margin)
        evidence.estimates += check.rows(design: population.name, method: method.rawValue)
        guard Method.judged.contains(method) else { continue }
        evidence.findings.append(
          Finding(
            estimator: method.rawValue, population: population.name, basis: .exact(holds: holds),
            condition: holds ? condition(check) : nil))
      }
    }
    addVanishingSecondOrder(&evidence)
    addFormalIdentities(&evidence)
    try addSearch(&evidence, examination)
    try addFiniteSteps(&evidence, examination)
    try addMonteCarlo(&evidence, examination)
    addCounterexamples(&evidence)
    evidence.pointTables = [try remainderTable(examination)]
    try addControl(&evidence, examination)
    explain(&evidence)
    return evidence
  }

  /// A reading of the statement.
  enum Method: String, Sendable, CaseIterable {
    case ownLogits = "one token, own logits"
    case policyGradient = "mean over tokens, policy gradient"
    case naturalGradient = "mean over tokens, natural gradient"
    case sharedSum = "sum over a response's tokens, shared logits"
    case sharedSingle = "one token of several, shared logits"
    /// The negative control.
    case withoutExpectation = "expectation dropped"

    /// What is examined as the statement is, and reported.
    static let examined = allCases.filter { $0 != .withoutExpectation }

    /// The readings that the claim is about.
    ///
    /// The statement is about the change that one update makes. When several tokens move the same logits, one of them is a part of the change and never said to be all of it; that it is
    /// not belongs to the condition.
    static let judged = examined.filter { $0 != .sharedSingle }
  }

  /// The steps of one random policy, each with the derivative that `method` claims.
  func steps(
    _ method: Method, _ distribution: NextTokenDistribution, _ stream: inout RandomStream
  ) -> [EntropyStep] {
    let count = distribution.probabilities.count
    switch method {
    case .ownLogits, .withoutExpectation:
      // All tokens of a small vocabulary, evenly spaced ones of a large one.
      let stride = max(1, count / Int(specification.value("actions")))
      return Swift.stride(from: 0, to: count, by: stride).map { token in
        var direction = distribution.probabilities.map { -$0 }
        direction[token] += 1
        let derivative =
          method == .ownLogits
          ? EntropyChange.firstOrder(distribution, action: token, coefficient: 1)
          : -distribution.weightedDeviation(token)
        return EntropyStep(distribution: distribution, direction: direction, derivative: derivative)
      }
    case .policyGradient, .naturalGradient:
      let advantages = (0..<count).map { _ in stream.normal() }
      let mean = zip(distribution.probabilities, advantages).reduce(0) { $0 + $1.0 * $1.1 }
      if method == .naturalGradient {
        return [
          EntropyStep(
            distribution: distribution, direction: advantages,
            derivative: ExpectedEntropyChange.naturalGradient(distribution, advantages: advantages))
        ]
      }
      return [
        EntropyStep(
          distribution: distribution,
          direction: zip(distribution.probabilities, advantages).map { $0 * ($1 - mean) },
          derivative: ExpectedEntropyChange.policyGradient(distribution, advantages: advantages))
      ]
    case .sharedSum, .sharedSingle:
      let tokens = (0..<Int(specification.value("response"))).map { _ in
        distribution.drawToken(&stream)
      }
      var direction = distribution.probabilities.map { -Double(tokens.count) * $0 }
      for token in tokens { direction[token] += 1 }
      let changes = tokens.map { EntropyChange.firstOrder(distribution, action: $0, coefficient: 1) }
      return [
        EntropyStep(
          distribution: distribution, direction: direction,
          derivative: method == .sharedSum ? changes.reduce(0, +) : changes[0])
      ]
    }
  }

  var rule: RemainderCheck.Rule {
    RemainderCheck.Rule(
      steps: specification.values("steps"), dominance: specification.value("dominance"),
      resolution: specification.value("resolution"))
  }

  /// All steps of all random policies of one population.
  func check(
    _ examination: Examination, designPoint: Int, method: Method, population: NextTokenPopulation
  ) throws -> RemainderCheck {
    let key = examination.key(designPoint: designPoint)
    let rule = rule
    let count = specification.count("policies", for: examination.preset)
    let checks = try examination.map(count) { index in
      var stream = RandomStream(key.replicate(index))
      let distribution = population.draw(&stream)
      var check = RemainderCheck()
      for step in steps(method, distribution, &stream) { check.add(step, rule) }
      return check
    }
    examination.progress(count)
    var total = RemainderCheck()
    for check in checks { total.merge(check) }
    return total
  }

  private func condition(_ check: RemainderCheck) -> String {
    "no remainder above its bound in \(check.count) directions at \(2 * rule.steps.count) steps of either sign; \(check.clear) orders read off, between \(short(check.lowestOrder, digits: 4)) and \(short(check.highestOrder, digits: 4))"
  }

  /// Dropping the expectation must leave a remainder of first order.
  private func addControl(_ evidence: inout Evidence, _ examination: Examination) throws {
    let population = NextTokenPopulation.named("flat-dirichlet")
    let check = try self.check(
      examination, designPoint: 900, method: .withoutExpectation, population: population)
    evidence.control = Finding(
      estimator: Method.withoutExpectation.rawValue, population: population.name,
      basis: .exact(holds: check.isSecondOrder(within: specification.margin)))
    evidence.estimates += check.rows(
      design: "\(population.name) (negative control)", method: Method.withoutExpectation.rawValue)
  }

  /// Condition and explanation from the numbers found.
  private func explain(_ evidence: inout Evidence) {
    func values(_ stat: String, _ method: Method) -> [Double] {
      evidence.estimates.filter {
        $0.stat == stat && $0.method == method.rawValue && !$0.design.contains("control")
      }.map(\.estimate)
    }
    let own = values("largest_remainder_over_bound", .ownLogits).max() ?? .nan
    let low = values("lowest_order", .ownLogits).min() ?? .nan
    let high = values("highest_order", .ownLogits).max() ?? .nan
    let single = values("remainders_above_bound", .sharedSingle).reduce(0, +)
    let reach = evidence.estimates.filter { $0.stat == "step_off_by_tenth_median" }
    let shortest = reach.min { $0.estimate < $1.estimate }
    let longest = reach.max { $0.estimate < $1.estimate }
    let wrong = evidence.estimates.filter {
      $0.stat == "opposite_sign_share" && $0.method == "step 1"
    }.max { $0.estimate < $1.estimate }
    evidence.condition =
      "the step moves only the logits of the state whose entropy is meant, v = ξ(e_a − π), and the expectation is Σπ²Λ over that state's own vocabulary; where several tokens move the same logits their ΔH add up to the change and no single one is it. "
      + "Then |remainder| ≤ ½ r²(1 + 2 log K) η², r the range of v (checked for K from 2 to 256, η from \(short(rule.steps.last ?? .nan)) to \(short(rule.steps.first ?? .nan)))"
    evidence.explanation =
      "With a state's own logits no remainder exceeds its second-order bound (largest ratio \(short(own))) and every order that can be read off lies between \(short(low, digits: 4)) and \(short(high, digits: 4)); the coefficients of every log π_j agree as fractions on all small worlds. "
      + "When \(Int(specification.value("response"))) tokens share logits, the sum of their ΔH is exact in the same sense, while one token's ΔH leaves \(Int(single)) remainders above the bound. "
      + "It is a statement about η → 0: half of the tokens are off by a tenth before η|ξ| = \(short(shortest?.estimate ?? .nan)) (\(shortest?.design ?? "?")) to \(short(longest?.estimate ?? .nan)) (\(longest?.design ?? "?")), and at η|ξ| = 1 up to \(short(100 * (wrong?.estimate ?? .nan)))% of tokens (\(wrong?.design ?? "?")) change the entropy in the other direction."
  }
}
