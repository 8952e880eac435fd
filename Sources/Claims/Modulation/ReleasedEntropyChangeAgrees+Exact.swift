import Foundation
import Modulation
import Statistics

extension ReleasedEntropyChangeAgrees {
  /// What needs no sampling: one token gives 0, and the changes of an on-policy response add up to 0.
  func addExact(_ evidence: inout Evidence, _ examination: Examination) throws {
    let responses = Int(specification.value("responses"))
    let count = specification.count("single_batches", for: examination.preset)
    var single = true
    var moved = 0
    var largestSum = 0.0
    for (column, population) in NextTokenPopulation.all.enumerated() {
      let key = examination.key(designPoint: 800 + column)
      let rows = try examination.map(count) { index -> (isZero: Bool, moved: Int, sum: Double) in
        var stream = RandomStream(key.replicate(index))
        let one = MicroBatch(population, Setting(length: 1, responses: responses), &stream)
        let many = MicroBatch(
          population, Setting(length: specification.integers("lengths").last ?? 2, responses: responses),
          &stream)
        return (
          one.released.allSatisfy { $0 == 0 }, one.exact.count { $0 != 0 }, Self.largestSum(many)
        )
      }
      single = single && rows.allSatisfy(\.isZero)
      moved += rows.reduce(0) { $0 + $1.moved }
      largestSum = rows.reduce(largestSum) { max($0, $1.sum) }
    }
    // Zero everywhere while exact changes are not: it agrees with none of them.
    for measure in Measure.allCases {
      evidence.findings.append(
        Finding(
          estimator: measure.rawValue, population: "any population T=1",
          basis: .exact(holds: !(single && moved > 0))))
    }
    evidence.estimates.append(
      EstimateRow(
        design: "all populations, on-policy", method: "as released", stat: "largest_relative_sum",
        exact: largestSum))
  }

  /// The largest |Σ ΔH|/Σ|ΔH| of a response, which is 0 but for rounding.
  static func largestSum(_ batch: MicroBatch) -> Double {
    var sums: [Int: (signed: Double, size: Double)] = [:]
    for (index, sequence) in batch.sequences.enumerated() {
      let sum = sums[sequence] ?? (0, 0)
      sums[sequence] = (
        sum.signed + batch.released[index], sum.size + abs(batch.released[index])
      )
    }
    return sums.values.reduce(0) { $1.size > 0 ? max($0, abs($1.signed) / $1.size) : $0 }
  }

  /// Two tokens, two two-action states: the smallest response in which every exact change has one sign and the released ones cannot.
  func addCounterexamples(_ evidence: inout Evidence) {
    let largest = Int(specification.value("largest_exponent"))
    if let (first, second) = Self.smallestSignError(largestExponent: largest) {
      let released = Self.released([first, second])
      evidence.counterexamples.append(
        Counterexample(
          title: "two tokens, equal signs: one of the released ones is wrong",
          worlds: [first.world(), second.world()],
          values: [
            OddsOfThree.value("first_exact", first.entropyChange),
            OddsOfThree.value("second_exact", second.entropyChange),
            OddsOfThree.value("first_released", released[0]),
            OddsOfThree.value("second_released", released[1]),
          ],
          explanation:
            "A response of two tokens with ξ = 1: both lower the entropy of their states. The released changes add up to 0, so one of them is positive; and they have the same magnitude, so that they order nothing."
        ))
    }
    let token = OddsOfThree(exponent: 1)
    evidence.counterexamples.append(
      Counterexample(
        title: "two like tokens: the released changes are 0",
        worlds: [token.world(), token.world()],
        values: [
          OddsOfThree.value("exact_of_each", token.entropyChange),
          OddsOfThree.value("released_of_each", Self.released([token, token])[0]),
        ],
        explanation:
          "The mean over the response's own tokens equals π_aΛ_a of each; the expectation over the vocabulary is \(token.expectation) log 3, not \(token.weightedDeviation) log 3."
      ))
    let rare = OddsOfThree(exponent: -2)
    let uniform = OddsOfThree(exponent: 0)
    let mixed = Self.released([uniform, rare])
    evidence.counterexamples.append(
      Counterexample(
        title: "a token without any effect shares the released change of its neighbour",
        worlds: [uniform.world(), rare.world()],
        values: [
          OddsOfThree.value("first_exact", uniform.entropyChange),
          OddsOfThree.value("second_exact", rare.entropyChange),
          OddsOfThree.value("first_released", mixed[0]),
          OddsOfThree.value("second_released", mixed[1]),
        ],
        explanation:
          "The first token comes from a uniform state, whose entropy no small step changes; the release gives it the magnitude of the other token's."
      ))
  }

  /// The released changes of one on-policy response with ξ = 1, in units of log 3.
  static func released(_ tokens: [OddsOfThree]) -> [Rational] {
    let sum = tokens.reduce(Rational.zero) { $0 + $1.weightedDeviation }
    let mean = sum / Rational(Int128(tokens.count))
    return tokens.map { mean - $0.weightedDeviation }
  }

  /// The first pair of unlike states, by the sum of the sizes of their exponents, whose exact changes share a sign that one released change lacks.
  static func smallestSignError(largestExponent: Int) -> (OddsOfThree, OddsOfThree)? {
    for total in 1...2 * largestExponent {
      for size in 0...total where size <= largestExponent && total - size <= largestExponent {
        for (first, second) in [(size, total - size), (-size, -(total - size))] where first != second {
          let pair = (OddsOfThree(exponent: first), OddsOfThree(exponent: second))
          let exact = [pair.0.entropyChange, pair.1.entropyChange]
          let released = Self.released([pair.0, pair.1])
          let agreesInSign = exact[0] * exact[1] > .zero
          if agreesInSign, exact[0] * released[0] < .zero || exact[1] * released[1] < .zero { return pair }
        }
      }
    }
    return nil
  }

  /// The simulated sign agreement of responses of two tokens from one two-action state beside its enumeration.
  func addMonteCarlo(_ evidence: inout Evidence, _ examination: Examination) throws {
    let state = OddsOfThree(exponent: 2)
    let exact = Self.enumeratedSignAgreement(state)
    let distribution = state.distribution
    let mean = try SequentialMean.run(
      examination, designPoint: 850, range: 0...1, boundary: specification.margin,
      maximumCount: specification.count("replicates", for: examination.preset), stopBelow: 0
    ) { stream in
      let tokens = [distribution.drawToken(&stream), distribution.drawToken(&stream)]
      let batch = try? TokenBatch(
        logProbabilities: tokens.map { log(distribution.probabilities[$0]) },
        entropies: tokens.map { _ in distribution.entropy }, advantages: [1, 1], sequences: [0, 0])
      guard let batch else { return .nan }
      let released = EntropyChangeAsReleased.changes(batch)
      return zip(tokens, released).reduce(0) { sum, pair in
        let exact = EntropyChange.firstOrder(distribution, action: pair.0, coefficient: 1)
        return sum + (pair.1 == 0 ? 0.5 : ((exact > 0) == (pair.1 > 0) ? 1 : 0))
      } / 2
    }
    evidence.estimates += MonteCarloCheck.rows(
      design: "one state (9/10, 1/10) T=2", method: "as released", stat: "sign_agreement", mean: mean,
      exact: exact.value)
  }

  /// The sign agreement of a response of two tokens drawn from one two-action state: all four outcomes, as a fraction.
  ///
  /// Like tokens give two zeros, each one half; unlike tokens have opposite signs in both, and agree or disagree together.
  static func enumeratedSignAgreement(_ state: OddsOfThree) -> Rational {
    let other = OddsOfThree(exponent: -state.exponent)
    let like = state.probability * state.probability + state.missing * state.missing
    let released = Self.released([state, other])
    let half = Rational(1, 2)
    var agreement = Rational.zero
    for (token, change) in zip([state, other], released) {
      let product = token.entropyChange * change
      agreement += half * (product > .zero ? .one : (product < .zero ? .zero : half))
    }
    return like * half + Rational(2) * state.probability * state.missing * agreement
  }
}
