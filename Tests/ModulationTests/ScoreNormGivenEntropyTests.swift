import Foundation
import Modulation
import Statistics
import Testing
import _TestSupport

/// The band of 1 − Σπ² at a given entropy, against random distributions and against the families that bound it.
@Suite struct ScoreNormGivenEntropyTests {
  /// What rounding of the entropy (K units of log K) moves a bound by: its slope in h is at most 2 on either curve, and 16 units for the root.
  static func slack(_ size: Int) -> Double {
    Double(size + 16) * 4 * RandomPolicies.unit * (1 + log(Double(size)))
  }

  /// Random points of the simplex, from all over it and from near its corners and edges.
  @Test func noDistributionLeavesTheBand() throws {
    for key in RandomPolicies.keys(3000, claim: "band-tests") {
      var stream = RandomStream(key)
      let size = 2 + stream.index(below: 9)
      let concentration = [0.05, 0.3, 1, 5][stream.index(below: 4)]
      let distribution = NextTokenDistribution(
        normalised: stream.dirichlet(concentration: [Double](repeating: concentration, count: size)))
      let value = ScoreNorm.expectedSquared(distribution)
      let entropy = distribution.entropy
      let largest = try ScoreNormGivenEntropy.largest(entropy: entropy, vocabulary: size)
      let smallest = try ScoreNormGivenEntropy.smallest(entropy: entropy, vocabulary: size)
      let slack = Self.slack(size)
      #expect(value <= largest + slack && value >= smallest - slack, "\(key), K = \(size), H = \(entropy)")
      #expect(largest <= ScoreNormGivenEntropy.collisionBound(entropy: entropy) + slack, "\(key)")
    }
  }

  /// k equal atoms and a smaller one, H = log k + H₂(r) − r log k: the value is the bound.
  ///
  /// For r = 10⁻³⁰⁰ … the entropy is accurate to a few units, and for k = 1 so is the bound in relative terms; for more atoms it is within a few units of 1.
  @Test func theUpperFamilyReachesTheUpperBound() throws {
    for whole in [1.0, 2, 3, 7, 100] {
      for fraction in [1e-300, 1e-100, 1e-20, 1e-12, 1e-6, 0.01, 0.3, 0.7, 0.99, 1] {
        let rest = fraction / (whole + 1)
        let atom = (1 - rest) / whole
        let entropy = log(whole) - (1 - rest) * log1p(-rest) - rest * log(rest) - rest * log(whole)
        let value = (1 - rest) * (whole == 1 ? rest : 1 - atom) + rest * (1 - rest)
        let bound = try ScoreNormGivenEntropy.largest(entropy: entropy)
        let tolerance = whole == 1 ? 64 * RandomPolicies.unit * value : 64 * RandomPolicies.unit
        #expect(abs(bound - value) <= tolerance, "k = \(whole), r = \(rest): \(bound), expected \(value)")
        let limited = try ScoreNormGivenEntropy.largest(entropy: entropy, vocabulary: Int(whole) + 1)
        #expect(abs(limited - value) <= tolerance, "k = \(whole), r = \(rest)")
      }
    }
  }

  /// One atom 1 − ε and K − 1 equal ones, H = H₂(ε) + ε log(K − 1): the value is the bound, with relative accuracy.
  @Test func theLowerFamilyReachesTheLowerBound() throws {
    for size in [2, 3, 10, 1000, 150_000] {
      let others = Double(size - 1)
      for fraction in [1e-250, 1e-100, 1e-20, 1e-12, 1e-6, 0.01, 0.3, 0.7] {
        let epsilon = fraction * others / Double(size)
        let entropy = -(1 - epsilon) * log1p(-epsilon) - epsilon * log(epsilon / others)
        let value = epsilon * (2 - epsilon - epsilon / others)
        let bound = try ScoreNormGivenEntropy.smallest(entropy: entropy, vocabulary: size)
        #expect(
          relativeError(bound, value) <= 64 * RandomPolicies.unit, "K = \(size), ε = \(epsilon): \(bound)")
      }
    }
  }

  /// A search that moves the distribution at fixed entropy cannot be beaten by the closed form, nor beat it: three tokens, all of them.
  ///
  /// With π₁ given, the entropy is monotone in the split of the rest, so each π₁ has one distribution of entropy h; a grid of 2000 of them brackets the extremes within the grid's curvature.
  @Test func threeTokensByExhaustion() throws {
    for entropy in [0.05, 0.3, 0.6, 0.69, 0.75, 0.9, 1.05] {
      var (least, most) = (Double.infinity, -Double.infinity)
      func entropyOf(_ first: Double, _ second: Double) -> Double {
        [first, second, 1 - first - second].reduce(0) { $0 - ($1 > 0 ? $1 * log($1) : 0) }
      }
      for place in 0...2000 {
        let first = Double(place) / 2000
        var (low, high) = (0.0, (1 - first) / 2)
        guard entropyOf(first, low) <= entropy, entropyOf(first, high) >= entropy else { continue }
        for _ in 0..<60 {
          let middle = (low + high) / 2
          if entropyOf(first, middle) < entropy { low = middle } else { high = middle }
        }
        let third = 1 - first - low
        let value = 1 - first * first - low * low - third * third
        (least, most) = (min(least, value), max(most, value))
      }
      let upper = try ScoreNormGivenEntropy.largest(entropy: entropy, vocabulary: 3)
      let lower = try ScoreNormGivenEntropy.smallest(entropy: entropy, vocabulary: 3)
      // The extremes lie at ends of the curve or at π₁ between two grid points 1/2000 apart: the value moves by at most 4/2000 between them.
      #expect(most <= upper + 1e-12 && most >= upper - 0.002, "h = \(entropy): \(most), \(upper)")
      #expect(least >= lower - 1e-12 && least <= lower + 0.002, "h = \(entropy): \(least), \(lower)")
    }
  }

  /// Where e^h is whole the uniform distribution over it meets 1 − e^{−h}.
  @Test func wholeNumbersMeetTheCollisionBound() throws {
    for size in [1, 2, 3, 5, 10, 1000, 151_936] {
      let entropy = log(Double(size))
      let bound = try ScoreNormGivenEntropy.largest(entropy: entropy)
      // The bound is continuous with slope below 2, and log K is off by half a unit.
      let tolerance = 8 * RandomPolicies.unit * (1 + entropy)
      #expect(abs(bound - (1 - 1 / Double(size))) <= tolerance, "K = \(size)")
      #expect(abs(bound - ScoreNormGivenEntropy.collisionBound(entropy: entropy)) <= tolerance, "K = \(size)")
      // h = log K with K tokens: only the uniform distribution is left.
      #expect(try ScoreNormGivenEntropy.largest(entropy: entropy, vocabulary: size) == 1 - 1 / Double(size))
      #expect(
        abs(try ScoreNormGivenEntropy.smallest(entropy: entropy, vocabulary: size) - bound) <= tolerance,
        "K = \(size)")
      #expect(
        try ScoreNormGivenEntropy.largest(entropy: entropy + 1, vocabulary: size) == 1 - 1 / Double(size))
    }
  }

  @Test func noEntropyNoNorm() throws {
    for vocabulary in [1, 2, 1000] {
      #expect(try ScoreNormGivenEntropy.largest(entropy: 0, vocabulary: vocabulary) == 0)
      #expect(try ScoreNormGivenEntropy.smallest(entropy: 0, vocabulary: vocabulary) == 0)
    }
    #expect(try ScoreNormGivenEntropy.largest(entropy: 0) == 0)
    #expect(try ScoreNormGivenEntropy.smallest(entropy: 0.3, vocabulary: 1) == 0)
    #expect(try ScoreNormGivenEntropy.largest(entropy: 0.3, vocabulary: 1) == 0)
    for tiny in [Double.leastNonzeroMagnitude, .leastNormalMagnitude / 64, 1e-300] {
      #expect(try ScoreNormGivenEntropy.largest(entropy: tiny) <= 2 * tiny)
      #expect(try ScoreNormGivenEntropy.smallest(entropy: tiny, vocabulary: 5) <= 2 * tiny)
    }
  }

  /// With two tokens the entropy fixes the distribution: both bounds are one.
  @Test func twoTokensLeaveNoBand() throws {
    for step in 1...200 {
      let entropy = log(2) * Double(step) / 200
      let largest = try ScoreNormGivenEntropy.largest(entropy: entropy, vocabulary: 2)
      let smallest = try ScoreNormGivenEntropy.smallest(entropy: entropy, vocabulary: 2)
      #expect(abs(largest - smallest) <= 64 * RandomPolicies.unit, "h = \(entropy)")
    }
  }

  @Test func bothBoundsGrowWithTheEntropy() throws {
    for vocabulary in [2, 3, 10, 1000] {
      var previous = (largest: 0.0, smallest: 0.0)
      for step in 1...500 {
        let entropy = log(Double(vocabulary)) * Double(step) / 500
        let largest = try ScoreNormGivenEntropy.largest(entropy: entropy, vocabulary: vocabulary)
        let smallest = try ScoreNormGivenEntropy.smallest(entropy: entropy, vocabulary: vocabulary)
        #expect(
          largest > previous.largest && smallest > previous.smallest, "K = \(vocabulary), h = \(entropy)")
        previous = (largest, smallest)
      }
    }
  }

  /// ε log(K − 1) ≤ h, so that the least value is at most 2h/log(K − 1): nothing is left as K grows.
  @Test func theLowerBoundVanishesAsTheVocabularyGrows() throws {
    var previous = Double.infinity
    for exponent in [1, 3, 6, 9, 12, 18] {
      let vocabulary = Int(pow(10, Double(exponent)))
      let value = try ScoreNormGivenEntropy.smallest(entropy: 1, vocabulary: vocabulary)
      #expect(value < previous && value <= 2 / log(Double(vocabulary - 1)), "K = 10^\(exponent): \(value)")
      previous = value
    }
    #expect(previous < 0.05)
  }
}
