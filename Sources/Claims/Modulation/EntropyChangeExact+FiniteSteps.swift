import Foundation
import Modulation
import Statistics

extension EntropyChangeExact {
  /// How far a step may go: η|ξ| at which the first-order value is off by a stated part, and how often a finite step has the opposite sign.
  func addFiniteSteps(_ evidence: inout Evidence, _ examination: Examination) throws {
    let finite = specification.values("finite_steps")
    let error = specification.value("reach_error")
    let longest = specification.value("reach_longest")
    let count = specification.count("reach_tokens", for: examination.preset)
    for (column, population) in NextTokenPopulation.all.enumerated() {
      let key = examination.key(designPoint: 500 + column)
      let rows = try examination.map(count) { index -> (reach: Double, opposite: [Bool]) in
        var stream = RandomStream(key.replicate(index))
        let distribution = population.draw(&stream)
        let token = distribution.drawToken(&stream)
        let sign = stream.uniform() < 0.5 ? -1.0 : 1.0
        var direction = distribution.probabilities.map { -sign * $0 }
        direction[token] += sign
        let step = EntropyStep(
          distribution: distribution, direction: direction,
          derivative: EntropyChange.firstOrder(distribution, action: token, coefficient: sign))
        let opposite = finite.map { s in
          (step.remainder(s) + s * step.derivative) * step.derivative < 0
        }
        return (Self.reach(step, error: error, longest: longest), opposite)
      }
      examination.progress(count)
      let sorted = rows.map(\.reach).sorted()
      for (stat, share) in [("step_off_by_tenth_median", 0.5), ("step_off_by_tenth_decile", 0.1)] {
        var row = EstimateRow(
          design: population.name, method: Method.ownLogits.rawValue, stat: stat,
          exact: sorted[Int(share * Double(sorted.count - 1))])
        row.exact = nil
        row.count = count
        evidence.estimates.append(row)
      }
      for (index, s) in finite.enumerated() {
        let moments = Moments(rows.map { $0.opposite[index] ? 1 : 0 })
        let wrong = rows.count { $0.opposite[index] }
        evidence.estimates.append(
          EstimateRow(
            design: population.name, method: "step \(short(s))", stat: "opposite_sign_share",
            estimate: moments.estimate,
            interval: WilsonInterval.interval(successes: wrong, trials: rows.count, level: 0.95)))
      }
    }
  }

  /// The smallest step at which the first-order value misses the change by the part `error` of itself; `longest` where none does up to there.
  ///
  /// Found on a doubling grid from 2⁻¹² on, then by Brent's method: a first crossing between two grid points that crosses back is missed.
  static func reach(_ step: EntropyStep, error: Double, longest: Double) -> Double {
    func excess(_ s: Double) -> Double { abs(step.remainder(s)) - error * s * abs(step.derivative) }
    var low = 0x1p-12
    if excess(low) >= 0 { return low }
    while low < longest {
      let high = 2 * low
      if excess(high) >= 0 {
        return (try? LineSearch.root(in: low...high, tolerance: 1e-6 * low, excess)) ?? high
      }
      low = high
    }
    return longest
  }

  /// Median remainders against the step, for the plot: order two, and order one for what is not exact.
  func remainderTable(_ examination: Examination) throws -> PointTable {
    var table = PointTable(name: "remainder", columns: ["method", "step_size", "remainder"])
    let count = Int(specification.value("table_policies"))
    let steps = specification.values("table_steps")
    let methods: [Method] = [.ownLogits, .sharedSum, .sharedSingle, .withoutExpectation]
    for method in methods {
      let key = examination.key(designPoint: 600)
      let rows = try examination.map(count) { index -> [[Double]] in
        var stream = RandomStream(key.replicate(index))
        let distribution = NextTokenPopulation.named("flat-dirichlet").draw(&stream)
        return self.steps(method, distribution, &stream).map { step in
          steps.map { abs(step.remainder($0)) }
        }
      }
      let all = Array(rows.joined())
      for (index, s) in steps.enumerated() {
        let sorted = all.map { $0[index] }.sorted()
        table.rows.append([.text(method.rawValue), .number(s), .number(sorted[sorted.count / 2])])
      }
    }
    let p = Self.vanishingSecondOrder
    let distribution = NextTokenDistribution(normalised: [p, 1 - p])
    let vanishing = EntropyStep(
      distribution: distribution, direction: [1 - p, -(1 - p)],
      derivative: EntropyChange.firstOrder(distribution, action: 0, coefficient: 1))
    for s in steps {
      let value = abs(vanishing.remainder(s))
      guard value > vanishing.rounding(s) else { continue }
      table.rows.append([.text("own logits, second order vanishes"), .number(s), .number(value)])
    }
    return table
  }

  /// A finite step against the first order, and one token's ΔH where two share logits: small worlds with hand-checkable numbers.
  func addCounterexamples(_ evidence: inout Evidence) {
    // Odds 2/3 become 4 when the logit rises by log 6; the step moves it by 2(1 − p) η = 6η/5.
    let start = NextTokenDistribution(normalised: [0.4, 0.6])
    let eta = 5.0 / 6 * log(6)
    let first = EntropyChange.firstOrder(start, action: 0, coefficient: 1)
    let finite = FiniteEntropyChange.value(start, action: 0, coefficient: 1, step: eta)
    evidence.counterexamples.append(
      Counterexample(
        title: "a finite step lowers the entropy where the first order says it rises",
        worlds: [
          .record([
            .init(
              "policy",
              .record([
                .init("kind", .text("softmax")), .init("probabilities", .numbers([0.4, 0.6])),
                .init("fractions", .texts(["2/5", "3/5"])),
              ])), .init("rewards", .numbers([1, 0])), .init("drawn_token", .integer(0)),
            .init("coefficient", .integer(1)),
          ])
        ],
        values: [
          ExactValue("first_order_slope", first, exact: "(36/125) log(3/2)"),
          ExactValue("step", eta, exact: "(5/6) log 6"),
          ExactValue("probability_after", 0.8, exact: "4/5"),
          ExactValue("entropy_change", finite, exact: "H(4/5, 1/5) − H(2/5, 3/5)"),
        ],
        explanation:
          "The rarer token is reinforced, so the entropy first rises (slope \(short(first))); at η = \(short(eta)) the token has probability 4/5 and the entropy has fallen by \(short(-finite))."
      ))
    evidence.counterexamples.append(
      Counterexample(
        title: "the uniform policy: no first-order change, whatever the step",
        worlds: [OddsOfThree(exponent: 0).world()],
        values: [
          ExactValue("first_order_slope", 0, exact: "0"), ExactValue("step", log(3), exact: "log 3"),
          ExactValue("probability_after", 0.75, exact: "3/4"),
          ExactValue(
            "entropy_change",
            FiniteEntropyChange.value(
              OddsOfThree(exponent: 0).distribution, action: 0, coefficient: 1, step: log(3)),
            exact: "log 2 − (3/4) log 3"),
        ],
        explanation:
          "Λ = 0 for both tokens, so ΔH = 0 exactly; the step of size log 3 makes the odds three to one and costs entropy all the same."
      ))
    // One state, logits shared by both tokens of the response: the odds are those of the first token, the second token is the other one.
    let drawn = OddsOfThree(exponent: -1)
    let other = OddsOfThree(exponent: 1)
    evidence.counterexamples.append(
      Counterexample(
        title: "two tokens share logits: one token's ΔH has the opposite sign of the change",
        worlds: [drawn.world(), other.world()],
        values: [
          OddsOfThree.value("change_of_token_of_probability_1/4", drawn.entropyChange),
          OddsOfThree.value("change_of_token_of_probability_3/4", other.entropyChange),
          OddsOfThree.value("change_of_the_state", drawn.entropyChange + other.entropyChange),
        ],
        explanation:
          "Both tokens were drawn from the same logits (1/4, 3/4) and both move them: the state's entropy changes by the sum, and the likelier token's own ΔH has the wrong sign."
      ))
  }
}
