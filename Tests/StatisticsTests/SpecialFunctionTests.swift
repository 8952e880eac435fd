import Foundation
import Statistics
import Testing
import _TestSupport

// Against values computed with mpmath 1.3 at 40 digits from the definitions (gamma function, regularised incomplete beta function, exact
// binomial sums, bisection for quantiles), rounded to 20 digits; they agree with Abramowitz and Stegun, tables 6, 26.
@Suite struct SpecialFunctionTests {
  @Test func logarithmsOfGammaAndBeta() throws {
    // GSL states a few ulp for its Lanczos and Stirling branches; near the zeros at 1 and 2 it has its own series.
    #expect(isClose(try SpecialFunctions.logGamma(0.5), 0.57236494292470008707))
    #expect(isClose(try SpecialFunctions.logGamma(1e-3), 6.9071788853838536617))
    #expect(isClose(try SpecialFunctions.logGamma(3.7), 1.4280723266653881292))
    #expect(isClose(try SpecialFunctions.logGamma(100.5), 361.43554046777762156))
    #expect(isClose(try SpecialFunctions.logGamma(-1.5), 0.86004701537648101451))
    #expect(isClose(try SpecialFunctions.logGamma(1e10), 220_258_509_288.81058147))
    #expect(isClose(try SpecialFunctions.logBeta(0.5, 0.5), 1.1447298858494001741))
    // The difference of log-gammas has six digits left here.
    #expect(isClose(try SpecialFunctions.logBeta(1e8, 2.5), -45.767019008157994396, ulps: 64))
  }

  @Test func argumentsOutsideTheDomainThrow() {
    for x in [0.0, -1, -2, .nan] {
      #expect(throws: StatisticsError.self) { try SpecialFunctions.logGamma(x) }
    }
    #expect(throws: StatisticsError.outOfDomain(name: "log B(a, b)", value: 0, allowed: "a > 0 and b > 0")) {
      try SpecialFunctions.logBeta(1, 0)
    }
    #expect(throws: StatisticsError.self) { try SpecialFunctions.incompleteBeta(-1, 1, 0.5) }
    #expect(throws: StatisticsError.self) { try SpecialFunctions.incompleteBeta(1, 1, 1.5) }
    #expect(throws: StatisticsError.self) { try SpecialFunctions.incompleteBeta(1, 1, .nan) }
  }

  static let incompleteBetaValues: [(Double, Double, Double, Double)] = [
    (2.0, 3.0, 0.25, 0.26171875), (0.5, 0.5, 0.1, 0.20483276469913345754),
    (10, 0.5, 0.9, 0.15164090963470996856),
    (50, 60, 0.4, 0.12470685834310036008), (200.5, 3, 0.95, 0.0021020406019783152649),
    (5, 1000, 1e-4, 7.7453648132598530536e-8), (1, 1, 0, 0), (3, 2, 1, 1),
  ]

  // GSL evaluates a continued fraction after a prefactor whose logarithm is up to a few hundred: 10⁻¹³.
  @Test(arguments: incompleteBetaValues) func incompleteBetaFunction(
    a: Double, b: Double, x: Double, expected: Double
  ) throws {
    #expect(relativeError(try SpecialFunctions.incompleteBeta(a, b, x), expected) < 1e-13)
  }

  static let logCoefficients: [(Int, Int, Double)] = [
    (60, 30, 39.311700726011262416), (1000, 500, 689.46726156785118008),
    (1_000_000_000, 2, 40.753384492332877002),
    (100_000, 49_321, 69299.514788192843047), (1_000_000_000_000_000, 7, 233.24627340330936152), (5, 0, 0),
    (5, 5, 0),
  ]

  @Test(arguments: logCoefficients) func logarithmsOfBinomialCoefficients(n: Int, k: Int, expected: Double) {
    #expect(isClose(SpecialFunctions.logBinomialCoefficient(n, k), expected))
    #expect(isClose(SpecialFunctions.logBinomialCoefficient(n, n - k), expected))
  }

  @Test func binomialCoefficientsFollowPascalsTriangle() {
    var row: [Int128] = [1]
    for n in 1...90 {
      row = (0...n).map { ($0 > 0 ? row[$0 - 1] : 0) + ($0 < n ? row[$0] : 0) }
      for k in 0...n {
        let value = SpecialFunctions.binomialCoefficient(n, k)
        if row[k] <= 1 << 53 {
          #expect(value == Double(row[k]))
        } else {
          // The exponential turns the rounding of a logarithm below 64 into 64 units.
          #expect(isClose(value, Double(row[k]), ulps: 128))
        }
      }
    }
    #expect(SpecialFunctions.binomialCoefficient(2000, 1000) == .infinity)
  }

  static let probabilities: [(Int, Int, Double, Double)] = [
    (3, 10, 0.3, 0.266827932), (0, 1000, 1e-3, 0.36769542477096403696),
    (17, 64, 0.125, 0.0011522044405114941096),
    (500_000, 1_000_000, 0.5, 0.00079788436133175008909), (1234, 100_000, 0.0123, 0.01135174485380689187),
    (2, 1_000_000_000, 1e-9, 0.1839397206776910326), (40, 40, 0.1, 1.0000000000000022204e-40),
  ]

  // The saddle-point form is good to the rounding of its exponent, which is small wherever the probability is not.
  @Test(arguments: probabilities) func binomialProbabilities(k: Int, n: Int, p: Double, expected: Double) {
    #expect(isClose(SpecialFunctions.binomialProbability(k, of: n, probability: p), expected, ulps: 32))
  }

  @Test func binomialProbabilitiesFarOutAndNearOne() {
    // The exponent is −663 and rounds to 663 units; 1 − p has lost ten digits of the failures' probability before the function sees it.
    #expect(
      relativeError(
        SpecialFunctions.binomialProbability(5, of: 1000, probability: 0.5), 7.6996966658670975379e-289)
        < 1e-12)
    #expect(
      relativeError(
        SpecialFunctions.binomialProbability(999_999, of: 1_000_000, probability: 0.999999),
        0.36787962511127020556)
        < 1e-13)
    #expect(SpecialFunctions.binomialProbability(0, of: 5, probability: 0) == 1)
    #expect(SpecialFunctions.binomialProbability(4, of: 5, probability: 1) == 0)
    #expect(SpecialFunctions.binomialProbability(0, of: 0, probability: 0.5) == 1)
  }

  @Test(arguments: [1, 7, 16, 40, 1000]) func binomialProbabilitiesAddUpToOne(n: Int) {
    for p in [1e-3, 0.2, 0.5, 0.9] {
      let sum = compensatedSum(
        (0...n).map { SpecialFunctions.binomialProbability($0, of: n, probability: p) })
      #expect(abs(sum - 1) < 32 * Double.ulpOfOne)
    }
  }

  static let tails: [(Int, Int, Double, Double, Double)] = [
    (0, 10, 0.1, 0.34867844009999997849, 0.65132155990000002151),
    (3, 10, 0.3, 0.64961071840000002962, 0.35038928159999997038),
    (450, 1000, 0.5, 0.00086526804248815880412, 0.9991347319575118412),
    (70, 100, 0.5, 0.99998391999235216683, 0.00001608000764783316577),
    (5, 1000, 0.05, 1.9449795094223926179e-16, 0.9999999999999998055),
  ]

  @Test(arguments: tails) func binomialTails(k: Int, n: Int, p: Double, lower: Double, upper: Double) {
    #expect(relativeError(SpecialFunctions.binomialCumulative(k, of: n, probability: p), lower) < 1e-12)
    #expect(relativeError(SpecialFunctions.binomialUpperTail(k + 1, of: n, probability: p), upper) < 1e-12)
  }

  @Test func normalTailsAndQuantiles() {
    #expect(isClose(SpecialFunctions.normalUpperTail(1), 0.15865525393145705141))
    #expect(isClose(SpecialFunctions.normalUpperTail(5), 2.8665157187919391167e-7))
    // exp(−50) alone costs fifty units.
    #expect(isClose(SpecialFunctions.normalUpperTail(10), 7.619853024160526066e-24, ulps: 128))
    #expect(isClose(SpecialFunctions.normalCumulative(-1), 0.15865525393145705141))
    let quantiles: [(Double, Double)] = [
      (0.025, 1.9599639845400542118), (1e-6, 4.7534243088228989573), (5e-10, 6.10941020486939713),
      (1e-12, 7.0344838253011319326), (1e-100, 21.273453560965324294),
    ]
    for (q, x) in quantiles {
      #expect(isClose(SpecialFunctions.normalUpperQuantile(q), x))
      #expect(isClose(SpecialFunctions.normalQuantile(q), -x))
    }
    #expect(
      SpecialFunctions.normalQuantile(0) == -.infinity && SpecialFunctions.normalQuantile(1) == .infinity)
    #expect(SpecialFunctions.normalQuantile(0.5) == 0)
  }

  @Test func studentTailsAndQuantiles() {
    let tails: [(Double, Double, Double)] = [
      (2, 7, 0.04280966428148803838), (-1.5, 3.5, 0.89109090649232738263), (6, 999, 1.3781345344522072468e-9),
      (40, 4, 1.1670081613006342976e-6),
    ]
    for (t, freedom, q) in tails {
      #expect(isClose(SpecialFunctions.studentUpperTail(t, degreesOfFreedom: freedom), q, ulps: 32))
      #expect(isClose(SpecialFunctions.studentCumulative(-t, degreesOfFreedom: freedom), q, ulps: 32))
    }
    let quantiles: [(Double, Double, Double)] = [
      (0.025, 10.0, 2.2281388519862747157), (0.05, 30, 1.6972608865939578196),
      (1e-6, 5, 24.771029720515944397),
      (1e-9, 999, 6.0537466577625623903), (5e-10, 1999, 6.1388135170828655132),
      (1e-12, 2, 707106.78118548687134), (1e-7, 1e6, 5.1993740208165766199),
    ]
    for (q, freedom, t) in quantiles {
      #expect(isClose(SpecialFunctions.studentUpperQuantile(q, degreesOfFreedom: freedom), t))
      #expect(isClose(SpecialFunctions.studentQuantile(q, degreesOfFreedom: freedom), -t))
    }
    // For one degree of freedom GSL takes the tangent of π(½ − q), whose argument has lost the last digits of q: ulp(½)/q = 10⁻¹⁰.
    #expect(
      relativeError(SpecialFunctions.studentUpperQuantile(1e-6, degreesOfFreedom: 1), 318309.88618274348839)
        < 1e-10)
  }
}
