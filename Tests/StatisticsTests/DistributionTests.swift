import Statistics
import Testing
import _TestSupport

// GSL's distributions on keyed streams: exact moments and probabilities, through the calibrated helpers.
@Suite struct DistributionTests {
  static let count = 20_000

  private func moments(_ name: String, _ draw: (inout RandomStream) -> Double) -> Moments {
    var stream = RandomStream(StreamKey(seed: 4, claim: name))
    var moments = Moments()
    for _ in 0..<Self.count { moments.add(draw(&stream)) }
    return moments
  }

  // Detectable differences are about fourteen standard errors: 2 · 6.1 for the two error rates, and some room.

  @Test func normalNumbersHaveTheirMomentsAndTail() {
    expectMean(moments("normal") { $0.normal() }, equals: 0, detectable: 0.1)
    expectMean(
      moments("normal square") { stream in
        let z = stream.normal()
        return z * z
      }, equals: 1, detectable: 0.15)
    let beyond = moments("normal tail") { $0.normal() > 2 ? 1 : 0 }
    expectProportion(
      successes: Int((beyond.mean * Double(Self.count)).rounded()), trials: Self.count,
      equals: SpecialFunctions.normalUpperTail(2), detectable: 0.015)
  }

  @Test(arguments: [0.1, 1, 7.5]) func gammaNumbersHaveTheirMoments(shape: Double) {
    // E x = aθ, E x² = a(a+1)θ², with standard deviations known in closed form.
    let scale = 2.0
    let mean = shape * scale
    expectMean(
      moments("gamma \(shape)") { $0.gamma(shape: shape, scale: scale) }, equals: mean,
      detectable: 0.1 * scale * shape.squareRoot())
    expectMean(
      moments("gamma square \(shape)") { stream in
        let x = stream.gamma(shape: shape, scale: scale)
        return x * x
      }, equals: shape * (shape + 1) * scale * scale,
      detectable: 0.12 * scale * scale * gammaSquareDeviation(shape))
  }

  private func gammaSquareDeviation(_ a: Double) -> Double {
    // Var(x²) = E x⁴ − (E x²)² = a(a+1)(4a+6).
    (a * (a + 1) * (4 * a + 6)).squareRoot()
  }

  @Test(arguments: [(0.5, 0.5), (2, 5), (0.05, 3)]) func betaNumbersHaveTheirMoments(a: Double, b: Double) {
    let mean = a / (a + b)
    let variance = mean * (1 - mean) / (a + b + 1)
    expectMean(
      moments("beta \(a) \(b)") { $0.beta(a, b) }, equals: mean,
      detectable: 0.1 * variance.squareRoot() + 0.005,
      range: nil)
    expectMean(
      moments("beta deviation \(a) \(b)") { stream in
        let x = stream.beta(a, b) - mean
        return x * x
      }, equals: variance, detectable: 0.25 * variance.squareRoot())
  }

  // Both of GSL's methods: inversion below np = 14, the rejection method BTPE above.
  @Test(arguments: [(8, 0.3), (200, 0.4), (64, 0.97)]) func binomialCountsHaveTheirProbabilities(
    trials: Int, p: Double
  ) {
    var stream = RandomStream(StreamKey(seed: 5, claim: "binomial \(trials)"))
    var counts = [Int](repeating: 0, count: trials + 1)
    for _ in 0..<Self.count { counts[stream.binomial(trials: trials, probability: p)] += 1 }
    let mode = Int(Double(trials + 1) * p)
    for k in [mode - 2, mode, mode + 1] {
      expectProportion(
        successes: counts[k], trials: Self.count,
        equals: SpecialFunctions.binomialProbability(k, of: trials, probability: p), detectable: 0.05)
    }
    var moments = Moments()
    for (k, count) in counts.enumerated() { for _ in 0..<count { moments.add(Double(k)) } }
    expectMean(
      moments, equals: Double(trials) * p, detectable: 0.1 * (Double(trials) * p * (1 - p)).squareRoot())
  }

  @Test func impossibleAndCertainTrialsAreNotRandom() {
    var stream = RandomStream(StreamKey(seed: 6, claim: "edge"))
    #expect(stream.binomial(trials: 50, probability: 0) == 0)
    #expect(stream.binomial(trials: 50, probability: 1) == 50)
    #expect(stream.binomial(trials: 0, probability: 0.5) == 0)
    #expect(stream.multinomial(trials: 9, probabilities: [0, 3, 0]) == [0, 9, 0])
    #expect(stream.multinomial(trials: 0, probabilities: [0.5, 0.5]) == [0, 0])
  }

  @Test func multinomialCountsHaveTheirMeansAndCovariance() {
    let weights = [1.0, 2, 3, 4]
    var stream = RandomStream(StreamKey(seed: 7, claim: "multinomial"))
    var first = Moments()
    var product = Moments()
    let n = 12
    for _ in 0..<Self.count {
      let counts = stream.multinomial(trials: n, probabilities: weights)
      #expect(counts.reduce(0, +) == n)
      first.add(Double(counts[1]))
      product.add((Double(counts[0]) - 1.2) * (Double(counts[3]) - 4.8))
    }
    expectMean(first, equals: 2.4, detectable: 0.15)
    // Cov(c₀, c₃) = −n p₀ p₃.
    expectMean(product, equals: -12 * 0.1 * 0.4, detectable: 0.2)
  }

  // Sums of such weights round, so the last conditional probability need not be one.
  @Test func multinomialCountsAddUpForWeightsThatDoNot() {
    var stream = RandomStream(StreamKey(seed: 8, claim: "rounding"))
    let harmonic = (1...50).map { 1 / Double($0) }
    let lists: [[Double]] = [
      [0.1, 0.2, 0.3, 0.4], [1e-300, 1, 1e-17, 1e-17], [Double](repeating: 1.0 / 3, count: 3), harmonic,
      [1e150, 1, 1e-150],
    ]
    for weights in lists {
      for _ in 0..<200 {
        let counts = stream.multinomial(trials: 1000, probabilities: weights)
        #expect(counts.reduce(0, +) == 1000 && counts.allSatisfy { $0 >= 0 })
      }
    }
  }

  @Test func dirichletPointsLieOnTheSimplexWithTheirMeans() {
    let concentration = [0.5, 1.5, 3]
    var stream = RandomStream(StreamKey(seed: 9, claim: "dirichlet"))
    var first = Moments()
    var deviation = Moments()
    for _ in 0..<Self.count {
      let point = stream.dirichlet(concentration: concentration)
      // Three roundings of a sum of three.
      #expect(abs(point.reduce(0, +) - 1) <= 4 * Double.ulpOfOne)
      first.add(point[0])
      deviation.add((point[1] - 0.3) * (point[1] - 0.3))
    }
    expectMean(first, equals: 0.1, detectable: 0.015)
    // Var = m(1 − m)/(A + 1) with A = 5.
    expectMean(deviation, equals: 0.3 * 0.7 / 6, detectable: 0.006)
  }

  @Test func tinyConcentrationsStillGiveDistributions() {
    var stream = RandomStream(StreamKey(seed: 10, claim: "sparse"))
    for _ in 0..<500 {
      let point = stream.dirichlet(concentration: [1e-4, 1e-4, 1e-4])
      #expect(point.allSatisfy { $0 >= 0 && $0 <= 1 })
      #expect(abs(point.reduce(0, +) - 1) <= 4 * Double.ulpOfOne)
    }
  }
}
