import Foundation
import Statistics
import Testing
import _TestSupport

@testable import Allocation

@Suite struct PassRateMemoryTests {
  typealias Pair = PassRateMemory.Pair

  static let laws = [Pair(alpha: 1, beta: 1), Pair(alpha: 0.3, beta: 7), Pair(alpha: 40, beta: 2.5)]

  /// `B(α+k, β+n−k)/B(α, β)` by log-gammas, which lose digits in differences of numbers near 100: 10⁻¹¹.
  @Test(arguments: laws)
  func theLikelihoodIsThatOfLogGammas(_ law: Pair) {
    func logBeta(_ a: Double, _ b: Double) -> Double { lgamma(a) + lgamma(b) - lgamma(a + b) }
    for (k, n) in [(0, 1), (1, 1), (3, 8), (0, 16), (16, 16), (20, 64)] {
      let expected = logBeta(law.alpha + Double(k), law.beta + Double(n - k)) - logBeta(law.alpha, law.beta)
      #expect(abs(PassRateMemory.logLikelihood(successes: k, samples: n, law) - expected) < 1e-11)
    }
    #expect(PassRateMemory.logLikelihood(successes: 0, samples: 0, law) == 0)
  }

  @Test(arguments: laws, [1, 5, 16])
  func theProbabilitiesOfAllCountsAddToOne(_ law: Pair, samples n: Int) {
    var coefficient = 1.0
    var sum = 0.0
    for k in 0...n {
      sum += coefficient * exp(PassRateMemory.logLikelihood(successes: k, samples: n, law))
      coefficient *= Double(n - k) / Double(k + 1)
    }
    #expect(abs(sum - 1) < 1e-12)
  }

  /// For whole α and β the moments are rationals: E[p(1−p)] and E[p²(1−p)²] from `E pᵃ(1−p)ᵇ = (α)_a (β)_b/(α+β)_{a+b}`.
  @Test(arguments: [(1, 1), (2, 3), (7, 1), (20, 4)])
  func theMomentsAreThoseOfTheBetaLaw(alpha: Int, beta: Int) throws {
    func rising(_ x: Int, _ k: Int) -> Int { (0..<k).reduce(1) { $0 * (x + $1) } }
    let law = Pair(alpha: Double(alpha), beta: Double(beta))
    let size = alpha + beta
    #expect(
      isClose(law.meanVariance, Double(rising(alpha, 1) * rising(beta, 1)) / Double(rising(size, 2))))
    #expect(
      isClose(law.meanSquaredVariance, Double(rising(alpha, 2) * rising(beta, 2)) / Double(rising(size, 4))))
  }

  @Test func aRecordsCountsComeWithJeffreysPrior() {
    var record = PromptRecord(prompt: 0)
    record.discountedSuccesses = 2.25
    record.discountedSamples = 7
    #expect(Pair(record) == Pair(alpha: 2.75, beta: 5.25))
  }

  /// A pool of 400 prompts, visited `visits` times with groups of 8, whose logits wander by `drift` between.
  private func memory(drift: Double, visits: Int) -> PassRateMemory {
    var memory = PassRateMemory()
    var stream = RandomStream(StreamKey(seed: 9, claim: "memory", designPoint: UInt64(1000 * drift)))
    var logits = (0..<400).map { _ in 1.5 * stream.normal() }
    for _ in 0..<visits {
      memory.observe(
        logits.indices.map { i in
          let p = 1 / (1 + exp(-logits[i]))
          logits[i] += drift * stream.normal()
          return GroupOutcome(
            prompt: i, successes: stream.binomial(trials: 8, probability: p), samples: 8)
        })
    }
    return memory
  }

  /// Each outcome tells the discounts 1 and 0.8 apart by some hundredths of a nat, a thousand outcomes by many of their deviations.
  @Test func aStillPoolIsNotForgottenAndADriftingOneIs() {
    #expect(PassRateMemory().discount == 1)
    #expect(memory(drift: 0, visits: 20).discount == 1)
    #expect(memory(drift: 0.7, visits: 20).discount < 1)
    #expect(memory(drift: 3, visits: 20).discount <= 0.5)
  }

  /// The discount after every outcome is the one that a plain account of all predictions names, in a pool that is still at first and then drifts.
  @Test func theDiscountIsThatOfTheBestPredictions() {
    var memory = PassRateMemory()
    var stream = RandomStream(StreamKey(seed: 12, claim: "predictions"))
    var logits = (0..<60).map { _ in stream.normal() - 1 }
    let discounts = PassRateMemory.discounts
    var scores = discounts.map { _ in 0.0 }
    var counts = logits.map { _ in discounts.map { _ in Pair(alpha: 0, beta: 0) } }
    var chosen: Set<Double> = []
    for visit in 0..<40 {
      for i in logits.indices {
        if visit > 12 { logits[i] += 0.5 * stream.normal() }
        let k = stream.binomial(trials: 4, probability: 1 / (1 + exp(-logits[i])))
        for (place, discount) in discounts.enumerated() {
          let old = counts[i][place]
          let faded = Pair(alpha: discount * old.alpha, beta: discount * old.beta)
          let law = Pair(alpha: memory.prior.alpha + faded.alpha, beta: memory.prior.beta + faded.beta)
          if visit > 0 {
            scores[place] =
              0.999 * scores[place] + PassRateMemory.logLikelihood(successes: k, samples: 4, law)
          }
          counts[i][place] = Pair(alpha: faded.alpha + Double(k), beta: faded.beta + Double(4 - k))
        }
        memory.observe([GroupOutcome(prompt: i, successes: k, samples: 4)])
        let best = scores.indices.reduce(0) { scores[$1] > scores[$0] ? $1 : $0 }
        #expect(memory.discount == discounts[best])
        chosen.insert(memory.discount)
      }
    }
    #expect(chosen.count > 1)
  }

  /// The prior's mean and share of variance between prompts, each within seven standard errors.
  ///
  /// Outcomes fade by .999, so that a weighted mean has (1−.999)/(1+.999) of one outcome's variance; that variance is measured on the same outcomes, through the influence `(1−2μ) x − w` on Var p.
  @Test func thePriorIsThatOfTheBetaLawOfThePool() {
    var memory = PassRateMemory()
    var stream = RandomStream(StreamKey(seed: 10, claim: "prior"))
    var (rates, influences) = (Moments(), Moments())
    let (mean, size) = (0.4, 5.0)
    let variance = mean * (1 - mean) / (size + 1)
    for i in 0..<20_000 {
      let k = stream.binomial(trials: 8, probability: stream.beta(2, 3))
      memory.observe([GroupOutcome(prompt: i, successes: k, samples: 8)])
      let x = Double(k) / 8
      rates.add(x)
      influences.add((1 - 2 * mean) * x - x * (8 - Double(k)) / 7)
    }
    let faded = (0.001 / 1.999).squareRoot()
    let law = memory.prior
    let found = law.alpha / (law.alpha + law.beta)
    #expect(abs(found - mean) < 7 * faded * rates.variance.squareRoot())
    let spread = found * (1 - found) / (law.alpha + law.beta + 1)
    #expect(abs(spread - variance) < 7 * faded * influences.variance.squareRoot())
    // The tolerances themselves tell something: a seventh of the mean, and less than the whole variance.
    #expect(7 * faded * rates.variance.squareRoot() < 0.06)
    #expect(7 * faded * influences.variance.squareRoot() < 0.8 * variance)
  }

  @Test func whatWasStartedElsewhereOrNotDrawnSaysNothing() {
    var memory = PassRateMemory()
    memory.observe([
      GroupOutcome(prompt: 3, successes: 4, samples: 8, start: .afterSuccess(fraction: 0.5)),
      GroupOutcome(prompt: 4, successes: 0, samples: 0),
    ])
    #expect(memory == PassRateMemory())
    #expect(memory.posterior(1_000_000) == memory.prior)
  }

  @Test func countsFadeWhenAPromptIsMetAgain() {
    // One rollout at a time leaves the prior, which is fitted to groups, as it is: uniform.
    var memory = PassRateMemory()
    memory.observe([GroupOutcome(prompt: 2, successes: 1, samples: 1)])
    memory.observe([GroupOutcome(prompt: 2, successes: 0, samples: 1)])
    let discount = memory.discount
    // Seen at once and faded twice, seen last and faded once: what the next visit will start from.
    #expect(memory.posterior(2) == Pair(alpha: 1 + discount * discount, beta: 1 + discount))
    #expect(memory.posterior(1) == Pair(alpha: 1, beta: 1))
  }

  @Test func itSurvivesItsCoding() throws {
    let memory = self.memory(drift: 0.5, visits: 3)
    let data = try JSONEncoder().encode(memory)
    #expect(try JSONDecoder().decode(PassRateMemory.self, from: data) == memory)
  }
}
