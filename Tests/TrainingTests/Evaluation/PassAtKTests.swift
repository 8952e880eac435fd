import Statistics
import Testing
import _TestSupport

@testable import Training

@Suite struct PassAtKTests {
  // All subsets of size k of n answers, the first c of them right.
  @Test func itIsTheShareOfSubsetsWithARightAnswer() {
    for n in 1...9 {
      for c in 0...n {
        for k in 1...n {
          var subsets = 0
          var passing = 0
          for subset in 0..<(1 << n) where subset.nonzeroBitCount == k {
            subsets += 1
            if subset & ((1 << c) - 1) != 0 { passing += 1 }
          }
          let expected = Double(passing) / Double(subsets)
          // 1 minus a product of at most nine rounded quotients.
          #expect(
            abs(PassAtK.estimate(samples: n, successes: c, k: k) - expected) <= 10 * 0x1p-53,
            "n = \(n), c = \(c), k = \(k)")
        }
      }
    }
  }

  @Test func theEndsAreExact() {
    for (n, k) in [(32, 1), (32, 32), (64, 32), (4096, 32), (1_000_000, 1000)] {
      #expect(PassAtK.estimate(samples: n, successes: 0, k: k) == 0)
      #expect(PassAtK.estimate(samples: n, successes: n, k: k) == 1)
      #expect(PassAtK.estimate(samples: n, successes: n - k + 1, k: k) == 1)
    }
    #expect(PassAtK.estimate(samples: 64, successes: 7, k: 1) == 7.0 / 64)
    // One right of n: it is in a subset of size k with probability k/n.
    #expect(isClose(PassAtK.estimate(samples: 64, successes: 1, k: 32), 0.5))
  }

  // Python 3.11, fractions: float(1 - Fraction(comb(57, 32), comb(64, 32))) = 0.9945818282856349.
  @Test func aLargerCaseAgreesWithExactFractions() {
    #expect(isClose(PassAtK.estimate(samples: 64, successes: 7, k: 32), 0.9945818282856349))
  }

  // The sum over the binomial distribution of c is 1 − (1 − p)^k exactly.
  @Test func itIsUnbiased() {
    let n = 40
    for p in [0.01, 0.2, 0.5, 0.93] {
      for k in [1, 2, 8, 32] {
        let mean = compensatedSum(
          (0...n).map {
            SpecialFunctions.binomialProbability($0, of: n, probability: p)
              * PassAtK.estimate(samples: n, successes: $0, k: k)
          })
        var failure = 1.0
        for _ in 0..<k { failure *= 1 - p }
        // Forty-one terms below one, each with a probability good to about 1e-15.
        #expect(abs(mean - (1 - failure)) < 1e-13, "p = \(p), k = \(k)")
      }
    }
  }
}

@Suite struct SplitResultTests {
  @Test func passIsTheMeanOverProblems() throws {
    let result = try SplitResult(split: "add", samples: [4, 2, 8], successes: [1, 2, 0])
    #expect(isClose(result.pass(at: 1), (0.25 + 1 + 0) / 3))
    // 1 − C(3,2)/C(4,2) = 1/2.
    #expect(isClose(result.pass(at: 2), (0.5 + 1 + 0) / 3))
    #expect(result.largestK == 2 && result.problems == 3)
  }

  @Test func theAverageWeighsSplitsNotProblems() throws {
    let splits = [
      SplitResult(split: "a", samples: 4, successes: [4, 4]),
      SplitResult(split: "b", samples: 4, successes: [0, 0, 0, 0, 0, 0]),
    ]
    #expect(splits.pass(at: 1) == 0.5)
  }

  // With half of the problems solved always and half never, a resampled mean is Binomial(n, 1/2)/n: the interval is between its quantiles.
  @Test func theIntervalIsThatOfTheResampledProblems() throws {
    let problems = 200
    let result = SplitResult(split: "a", samples: 8, successes: (0..<problems).map { $0 % 2 * 8 })
    let interval = result.interval(
      at: 1, level: 0.95, resamples: 4000, key: StreamKey(seed: 70, claim: "split"))
    // ±1.96 √(1/4/200) = ±0.0693; a quantile of 4000 resamples has a standard error of √(.025·.975/4000)/φ(1.96)·0.0354 = 0.0015; the lattice of 1/200 adds half a step.
    #expect(abs(interval.lower - (0.5 - 0.0693)) < 0.01 && abs(interval.upper - (0.5 + 0.0693)) < 0.01)
    let again = result.interval(
      at: 1, level: 0.95, resamples: 4000, key: StreamKey(seed: 70, claim: "split"))
    #expect(interval == again)
  }

  // Two equal splits halve the variance of the average.
  @Test func theAverageResamplesWithinEachSplit() throws {
    let one = SplitResult(split: "a", samples: 8, successes: (0..<200).map { $0 % 2 * 8 })
    let key = StreamKey(seed: 71, claim: "split-average")
    let single = one.interval(at: 1, level: 0.95, resamples: 4000, key: key)
    let pair = [one, one].interval(at: 1, level: 0.95, resamples: 4000, key: key)
    // √2 = 1.414 with 2 % of Monte Carlo error for either half-width and the lattice's 4 %.
    #expect(abs(single.halfWidth / pair.halfWidth - 2.0.squareRoot()) < 0.15)
  }

  @Test func pointsAndSingleProblems() throws {
    let key = StreamKey(seed: 72, claim: "split-edge")
    let solved = SplitResult(split: "a", samples: 8, successes: [8, 8, 8])
    #expect(
      solved.interval(at: 8, level: 0.95, resamples: 100, key: key) == Interval(lower: 1, upper: 1))
    let single = SplitResult(split: "a", samples: 8, successes: [3])
    #expect(
      single.interval(at: 1, level: 0.95, resamples: 100, key: key) == Interval(lower: 0, upper: 1))
  }

  @Test func impossibleCountsAreRefused() {
    for (samples, successes) in [([], []), ([4], [5]), ([4], [-1]), ([0], [0]), ([4, 4], [1])] {
      #expect(throws: TrainingError.self) {
        try SplitResult(split: "a", samples: samples, successes: successes)
      }
    }
  }
}
