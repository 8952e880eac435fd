import Statistics
import Testing
import _TestSupport

@testable import Allocation

/// The systematic draw integrated exactly over its start: between two neighbouring fractional parts of the running sums the selection does not change.
@Suite struct GradientProportionalSelectionTests {
  static let sizes: [[Double]] = [
    [1, 1, 1, 1, 1, 1, 1, 1], [0.21, 0.02, 0.25, 0.11, 0.0, 0.2, 0.24, 0.07], [100, 1, 1, 1, 1, 1, 1, 1],
    [1e-9, 1e-3, 1, 5, 0.1, 0.3, 0.2], [0, 0, 0, 0, 1],
  ]

  /// Every selection with the length of starts that lead to it.
  private func selections(_ inclusion: [Double], count: Int) -> [(length: Double, places: [Int])] {
    var level = 0.0
    var breaks = [0.0, 1.0]
    for share in inclusion {
      level += share
      breaks.append(level - level.rounded(.down))
    }
    breaks.sort()
    return zip(breaks, breaks.dropFirst()).compactMap { a, b in
      // Breaks that differ by rounding alone are one.
      b - a > 1e-12
        ? (
          b - a, GradientProportionalSelection.places(inclusion: inclusion, count: count, start: (a + b) / 2)
        )
        : nil
    }
  }

  @Test(arguments: sizes, [1, 3, 4])
  func everyPromptIsTakenWithItsProbabilityAndTheNumberIsFixed(_ sizes: [Double], count: Int) {
    let inclusion = GradientProportionalSelection.inclusion(sizes: sizes, count: count, floor: 0.25)
    var taken = sizes.map { _ in 0.0 }
    for selection in selections(inclusion, count: count) {
      #expect(selection.places.count == count && Set(selection.places).count == count)
      for i in selection.places { taken[i] += selection.length }
    }
    // Lengths are differences of numbers up to 8, breaks closer than 10⁻¹² are left out.
    for (a, b) in zip(taken, inclusion) { #expect(abs(a - b) < 1e-11) }
  }

  @Test(arguments: sizes, [1, 3])
  func inverseProbabilitiesEstimateEveryMeanWithoutBias(_ sizes: [Double], count: Int) {
    let values = sizes.indices.map { Double(($0 * 37 + 11) % 23) - 7 }
    let inclusion = GradientProportionalSelection.inclusion(sizes: sizes, count: count, floor: 0.25)
    let even = Double(count) / Double(sizes.count)
    let mean = selections(inclusion, count: count).reduce(0) { sum, selection in
      sum + selection.length * selection.places.reduce(0) { $0 + even / inclusion[$1] * values[$1] }
        / Double(count)
    }
    #expect(abs(mean - values.reduce(0, +) / Double(values.count)) < 1e-10)
    guard Set(inclusion).count > 1 else { return }
    // Control: without the weights it is another mean.
    let plain = selections(inclusion, count: count).reduce(0) { sum, selection in
      sum + selection.length * selection.places.reduce(0) { $0 + values[$1] } / Double(count)
    }
    #expect(abs(plain - mean) > 1e-3)
  }

  @Test(arguments: sizes)
  func probabilitiesKeepTheirSumFloorAndCap(_ sizes: [Double]) {
    for count in 1...sizes.count {
      let even = Double(count) / Double(sizes.count)
      let inclusion = GradientProportionalSelection.inclusion(sizes: sizes, count: count, floor: 0.25)
      #expect(abs(inclusion.reduce(0, +) - Double(count)) < 1e-12)
      #expect(inclusion.allSatisfy { $0 >= 0.25 * even - 1e-15 && $0 <= 1 })
      // Between the limits they are in proportion.
      let free = inclusion.indices.filter { inclusion[$0] > 0.25 * even + 1e-12 && inclusion[$0] < 1 - 1e-12 }
      for (i, j) in zip(free, free.dropFirst()) where sizes[j] > 0 && sizes[i] > 0 {
        #expect(relativeError(inclusion[i] / inclusion[j], sizes[i] / sizes[j]) < 1e-12)
      }
    }
  }

  @Test func equalOrUnknownSizesAreUniform() {
    for sizes in [[3.0, 3, 3, 3], [0, 0, 0, 0], [.infinity, 1, 1, 1]] {
      let inclusion = GradientProportionalSelection.inclusion(sizes: sizes, count: 2, floor: 0.25)
      #expect(inclusion == [0.5, 0.5, 0.5, 0.5])
    }
  }

  /// The ends of [0, 1), at which rounding might lose or add a prompt.
  @Test(arguments: [0, 0x1p-53, 0.5, 1 - 0x1p-53])
  func theNumberIsKeptAtTheEndsOfTheStart(start: Double) {
    for count in 1...9 {
      let sizes = (0..<10).map { 0.1 + Double($0 * 7 % 10) }
      let inclusion = GradientProportionalSelection.inclusion(sizes: sizes, count: count, floor: 0.1)
      // Above 2 a start of 2⁻⁵³ is below the rounding of the running sum.
      guard start != 0x1p-53 || count == 1 else { continue }
      let places = GradientProportionalSelection.places(inclusion: inclusion, count: count, start: start)
      #expect(places.count == count)
    }
  }

  @Test func theSelectorTakesWhatItsRecordsSayAndWeighsIt() {
    var selector = GradientProportionalSelection(remembers: false)
    var stream = RandomStream(StreamKey(seed: 3, claim: "selector"))
    let records = [1, 500, 999, 500, 3, 997, 250, 30].enumerated().map { place, k in
      PromptRecord(prompt: place, statistics: PromptStatistics(successes: k, samples: 1000))
    }
    var served = records.map { _ in 0 }
    var sum = 0.0
    for _ in 0..<4000 {
      let places = selector.select(records, count: 2, stream: &stream)
      #expect(places.count == 2 && selector.weights(places).count == 2)
      for (i, w) in zip(places, selector.weights(places)) {
        served[i] += 1
        sum += w / 2
      }
    }
    // Prompts at the floor of a quarter of 2/8 are taken a sixteenth of the time; the two at one half more often.
    expectProportion(successes: served[0], trials: 4000, equals: 1.0 / 16, detectable: 0.06)
    #expect(served[1] > 4 * served[0] && served[3] > 4 * served[2])
    // A weight is at most the inverse of the floor, 4; their mean is 1 in expectation: sd of a draw below 1.5, six of 1.5/√4000 are .15.
    #expect(abs(sum / 4000 - 1) < 0.15)
    #expect(selector.select([], count: 2, stream: &stream).isEmpty)
    #expect(selector.select(records, count: 20, stream: &stream).count == 8)
  }

  /// The weights show π, which is in proportion to `√E[p²(1−p)^{2+t}]`; for whole α and β a ratio of rising factorials.
  @Test(arguments: [0, 1, 2, 5])
  func foresightPrefersTheHarderOfTwoWithEqualGradient(foresight: Int) throws {
    func rising(_ x: Double, _ k: Int) -> Double { (0..<k).reduce(1) { $0 * (x + Double($1)) } }
    let laws = [(3.0, 7.0), (5, 5), (7, 3), (4, 6)]
    let records = laws.enumerated().map { place, law in
      var record = PromptRecord(prompt: place)
      // Jeffreys' half is added to either count.
      record.discountedSuccesses = law.0 - 0.5
      record.discountedSamples = law.0 + law.1 - 1
      return record
    }
    var selector = GradientProportionalSelection(floor: 1e-6, foresight: foresight, remembers: false)
    var stream = RandomStream(StreamKey(seed: 4, claim: "foresight"))
    var shares: [Int: Double] = [:]
    for _ in 0..<1000 {
      let places = selector.select(records, count: 1, stream: &stream)
      let place = try #require(places.first)
      shares[place] = 0.25 / (try #require(selector.weights(places).first))
    }
    let lengths = laws.map { a, b -> Double in
      (rising(a, 2) * rising(b, 2 + foresight) / rising(a + b, 4 + foresight)).squareRoot()
    }
    let whole = lengths.reduce(0, +)
    // Every share is at least 3 %: a thousand draws miss one with probability below 10⁻¹³.
    #expect(shares.count == 4)
    for (place, share) in shares { #expect(relativeError(share, lengths[place] / whole) < 1e-12) }
    #expect(foresight == 0 || lengths[0] > lengths[2])
  }

  /// The doc comment's optimum of `Σ (g² + σ²/n)/π` under `Σπ = m` and `Σπn = B`, with πn for the second unknown, against a search over both simplices.
  @Test func gradientsAndNoiseOverProbabilityMinimiseTheVariance() {
    let (g, s) = ([0.2, 0.05, 0.12], [2.0, 0.4, 3.0])
    let (m, budget) = (1.0, 12.0)
    func variance(_ pi: [Double], _ spent: [Double]) -> Double {
      var sum = 0.0
      for i in 0..<3 { sum += g[i] * g[i] / pi[i] + s[i] * s[i] / spent[i] }
      return sum
    }
    func shares(_ weights: [Double], _ total: Double) -> [Double] {
      weights.map { total * $0 / weights.reduce(0, +) }
    }
    let optimum = variance(shares(g, m), shares(s, budget))
    var best = Double.infinity
    let steps = 40
    for a in 1..<steps - 1 {
      for b in 1..<steps - a {
        let pi = [a, b, steps - a - b].map { m * Double($0) / Double(steps) }
        for c in 1..<steps - 1 {
          for d in 1..<steps - c {
            let spent = [c, d, steps - c - d].map { budget * Double($0) / Double(steps) }
            best = min(best, variance(pi, spent))
          }
        }
      }
    }
    // The grid is a fortieth wide, the function flat at its minimum.
    #expect(optimum <= best && best < 1.01 * optimum)
  }

  /// Of two prompts that are alike but for lengths 4 and 1, the dearer has half the size: π = (1/3, 2/3) where one is taken.
  @Test func whereTokensArePaidADearPromptIsTakenByTheInverseRootOfItsCost() {
    var records = [PromptRecord(prompt: 0), PromptRecord(prompt: 1)]
    records[0].meanLength = 4
    records[1].meanLength = 1
    var rule = GradientProportionalSelection(floor: 0.01, isWeighted: false, paysTokens: true)
    var plain = GradientProportionalSelection(floor: 0.01, isWeighted: false)
    var stream = RandomStream(StreamKey(seed: 3, claim: "paid-selection"))
    let draws = 30_000
    var taken = 0
    var free = 0
    for _ in 0..<draws {
      taken += rule.select(records, count: 1, stream: &stream) == [0] ? 1 : 0
      free += plain.select(records, count: 1, stream: &stream) == [0] ? 1 : 0
    }
    // Five standard errors of a share of 1/3 or 1/2.
    #expect(abs(Double(taken) / Double(draws) - 1.0 / 3) < 5 * (2.0 / 9 / Double(draws)).squareRoot())
    #expect(abs(Double(free) / Double(draws) - 0.5) < 5 * (0.25 / Double(draws)).squareRoot())
  }
}
