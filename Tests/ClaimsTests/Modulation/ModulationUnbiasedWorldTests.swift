import Estimators
import Foundation
import Policies
import Statistics
import Testing
import _TestSupport

@testable import Claims

/// The small worlds of the claim on bias, redone by hand and against the oracle.
@Suite struct ModulationUnbiasedWorldTests {
  /// m_x = S_x ∇_x with S = 1 + c(1 − p): THEORY §6, by enumeration of groups of three.
  @Test func compensationStretchesEveryStateByItsOwnScale() throws {
    let alpha = 0.4
    let prompt = ModulatedRuleTests.world(.twoTokens, 21)
    let gradient = prompt.gradient
    let p = prompt.successProbability
    for advantage in [ModulatedRule.Advantage.value, .leaveOneOut] {
      let rule = ModulatedRule(advantage: advantage, modulation: .fixedCompensation(strength: alpha))
      let mean = TokenGroupOracle.moments(prompt, group: 3, rule: rule.tokens(prompt)).mean
      for token in prompt.tokens {
        let scale = 1 + alpha * (1 - token.entropy / log(3)) * (1 - p)
        let place = token.block * 3 + token.action
        // Sums of 165 terms of order one.
        #expect(abs(mean[place] - scale * gradient[place]) < 1e-14)
      }
    }
  }

  /// The rational route and the oracle are independent.
  @Test func rationalTwoStepsAgreeWithTheOracle() throws {
    let strength = Rational(1, 5)
    let rule = ModulatedRule(advantage: .value, modulation: .compensation(strength: 0.2))
    var worlds: [RationalTwoStep] = []
    _ = RationalTwoStep.first(maximumDenominator: 4) { world in
      worlds.append(world)
      return false
    }
    #expect(worlds.count == 14 * (1 + 8 + 26))
    for world in worlds {
      let prompt = try #require(
        TokenWorlds(shape: .twoTokensTwoActions).prompt(
          rows: world.rows.map { $0.map(\.value) }, rewards: world.rewards.map(Double.init)))
      let moments = TokenGroupOracle.moments(prompt, group: 1, rule: rule.tokens(prompt))
      let exact = world.moments(strength: strength)
      // Two entropies that are equal as fractions are equal as doubles, or the coincidence rule would differ: π and 1 − π sum in either order.
      for state in 0..<3 {
        #expect(abs(moments.mean[2 * state] - exact.mean[state].value) < 1e-14, "\(world)")
      }
      #expect(abs(moments.covarianceTrace - exact.trace.value) < 1e-14)
    }
  }

  /// The closed form of the diffuse worlds against enumeration, in a vocabulary of 16 where all 256 responses are written out.
  @Test func diffuseTwoStepsAgreeWithTheOracle() throws {
    let world = DiffuseTwoStep(first: 8, wide: 16, narrow: 4, wideSuccesses: 7, narrowSuccesses: 3)
    let (rows, rewards) = world.rows
    var next = rewards.makeIterator()
    let prompt = try TokenPrompt(
      SequencePolicy(vocabulary: 16, length: 2, parameters: .perPrefix, probabilities: rows)
    ) { _ in next.next() ?? 0 }
    for (strength, alpha) in [(Rational.zero, 0.0), (Rational(1, 5), 0.2), (Rational.one, 1)] {
      let rule = ModulatedRule(advantage: .value, modulation: .compensation(strength: alpha))
      let mean = TokenGroupOracle.moments(prompt, group: 1, rule: rule.tokens(prompt)).mean
      let gradient = prompt.gradient
      let products = world.products(strength: strength)
      func product(_ a: [Double], _ b: [Double]) -> Double { 8 * zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } }
      // Sums of 256 terms of order 10⁻².
      #expect(abs(product(mean, gradient) - products.product.value) < 1e-14)
      #expect(abs(product(gradient, gradient) - products.gradient.value) < 1e-14)
      #expect(abs(product(mean, mean) - products.mean.value) < 1e-14)
    }
  }

  @Test func counterexamplesCanBeRedoneByHand() throws {
    let evidence = try #require(ModulationUnbiasedTests.evidence)
    let exact = AllocationCounterexampleTests.exact
    func example(_ words: String) -> Counterexample? {
      evidence.counterexamples.first { $0.title.contains(words) }
    }
    // π = (1/8, 1/8, 1/4, 1/2): H = 7/4 bits of 2; c = (1/5)(1/8); p = 1/8; 1 + (1/40)(7/8).
    #expect(exact(example("not strictly"), "entropy_share") == "7/8")
    #expect(exact(example("not strictly"), "scale") == "327/320")
    // States (1/4, 3/4), (1/4, 3/4), (1/2, 1/2), success on 10 alone: p = 3/8. First state: 3/16 (0 − 1/2); after 1: 3/4 · 1/4.
    #expect(exact(example("direction turns: two"), "gradient_first") == "-3/32")
    #expect(exact(example("direction turns: two"), "gradient_after_1") == "3/16")
    // β = 6/5 on the first token only (entropy of ¼ below that of ½): S = 1 + (1/5)(5/8) = 9/8.
    #expect(exact(example("direction turns: two"), "mean_first") == "-27/256")
    #expect(exact(example("direction turns: two"), "mean_after_1") == "3/16")
    #expect(try #require(example("downhill")).values.contains { $0.name == "scale" && $0.value < 0 })
  }
}
