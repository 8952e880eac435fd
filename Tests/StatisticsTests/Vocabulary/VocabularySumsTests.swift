import CNumerics
import Foundation
import Testing

@testable import Statistics

/// The one-pass sums against the same sums written out, with Foundation's logarithm and compensated addition.
@Suite struct VocabularySumsTests {
  /// The slow form: every term from the C library (0.5 ulp and a bit), added without growing error.
  struct Reference {
    var sum = CompensatedSum()
    var squares = CompensatedSum()
    var entropy = CompensatedSum()
    var squaredLogarithms = CompensatedSum()

    init(_ probabilities: some Sequence<Double>) {
      for p in probabilities where p != 0 {
        sum.add(p)
        // The rounding error of p² is added too: at K = 1 it would be all the difference there is.
        squares.add(p * p)
        squares.add((-p * p).addingProduct(p, p))
        entropy.add(-p * log(p))
        squaredLogarithms.add(p * p * log(p))
      }
    }
  }

  static let variants = [numerics_lanes_baseline, numerics_lanes_v3, numerics_lanes_v4].filter {
    numerics_lanes_supported($0) == 1
  }

  /// Lengths around the vector (8), the step (24) and the block (1536), and a real vocabulary.
  static let lengths = [1, 2, 3, 7, 8, 9, 23, 24, 25, 63, 64, 65, 1535, 1536, 1537, 3079, 49_152]

  /// A softmax of normal logits: from flat to all mass on one entry, with zeros from underflow.
  static func softmax(_ count: Int, spread: Double, _ stream: inout RandomStream) -> [Double] {
    let logits = (0..<count).map { _ in spread * stream.normal() }
    let top = logits.max() ?? 0
    let weights = logits.map { exp($0 - top) }
    let total = compensatedSum(weights)
    return weights.map { $0 / total }
  }

  /// The stated bound, and for the reference its own: 4 roundings of a term, an ulp of the logarithm, the last sum's.
  static let tolerance = VocabularySums.relativeErrorBound + 8 * 0x1p-53

  static func expectAgreement(
    _ sums: VocabularySums, _ reference: Reference, _ what: String,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    for (name, value, expected) in [
      ("sum", sums.sum, reference.sum.value),
      ("squares", sums.sumOfSquares, reference.squares.value),
      ("entropy", sums.entropySum, reference.entropy.value),
      ("squared logarithms", sums.squaredLogarithmSum, reference.squaredLogarithms.value),
    ] {
      #expect(
        abs(value - expected) <= tolerance * abs(expected), "\(what), \(name): \(value), \(expected)",
        sourceLocation: sourceLocation)
    }
  }

  @Test(arguments: lengths)
  func sumsAgreeWithTheCompensatedReference(count: Int) {
    var stream = RandomStream(StreamKey(seed: 41, claim: "vocabulary", designPoint: UInt64(count)))
    for spread in [0, 0.1, 1, 5, 40, 400] {
      let probabilities = Self.softmax(count, spread: spread, &stream)
      let sums = VocabularySums(probabilities)
      Self.expectAgreement(sums, Reference(probabilities), "K = \(count), spread \(spread)")
      #expect(sums.count == count)
      #expect(!sums.hasNegativeEntry)
      #expect(sums.areNormalised(tolerance: 1e-12))
    }
  }

  /// Uniform over a power of two, everything is exact: S₂ = 1/K, E = log K, C = −log K / K.
  @Test(arguments: [0, 1, 3, 6, 10, 15])
  func uniformVocabulariesHaveTheirClosedForms(power: Int) {
    let count = 1 << power
    let sums = VocabularySums([Double](repeating: 1 / Double(count), count: count))
    let entropy = Double(power) * log(2)
    #expect(sums.sum == 1)
    #expect(sums.sumOfSquares == 1 / Double(count))
    #expect(abs(sums.entropySum - entropy) <= 2 * entropy.ulp)
    #expect(
      abs(sums.squaredLogarithmSum + entropy / Double(count)) <= 2 * entropy.ulp / Double(count))
  }

  @Test func certaintyHasNoEntropy() {
    for count in [1, 8, 100] {
      var probabilities = [Double](repeating: 0, count: count)
      probabilities[count / 2] = 1
      let sums = VocabularySums(probabilities)
      #expect(sums.sum == 1 && sums.sumOfSquares == 1)
      #expect(sums.entropySum == 0 && sums.entropySum.sign == .plus)
      #expect(sums.squaredLogarithmSum == 0)
    }
  }

  /// Close to certainty the entropy is small and made of logarithms near zero: it keeps its digits.
  @Test func smallEntropiesAreAccurate() {
    for exponent in 1...52 {
      let rest = scalbn(1.0, -exponent)
      let probabilities = [1 - rest, rest]
      Self.expectAgreement(VocabularySums(probabilities), Reference(probabilities), "1 - 2^-\(exponent)")
    }
  }

  /// One entry, no additions: what is left of the bound is 18 for the logarithm, 2 for the product, 2 for the scale, and Foundation's own 2.
  @Test func singleTermsKeepToTheirShareOfTheBound() {
    var stream = RandomStream(StreamKey(seed: 44, claim: "terms"))
    let uniform = (0..<20_000).map { _ in stream.uniformOpen() }
    let worst = (uniform + uniform.map { 1 - 0.05 * $0 } + uniform.map { exp2(-1000 * $0) }).map { p in
      let sums = VocabularySums([p])
      let expected = -p * log(p)
      let squared = p * p * log(p)
      // Below 2⁻⁵⁰⁰ the square is subnormal or zero.
      let errors = [
        abs(sums.entropySum - expected) / expected,
        p > 0x1p-500 ? abs(sums.squaredLogarithmSum - squared) / -squared : 0,
      ]
      return errors.max() ?? 0
    }
    let largest = worst.max() ?? 0
    #expect(largest <= 24 * 0x1p-53, "worst error \(largest / 0x1p-53) units")
  }

  @Test func everyVariantAndEveryAlignmentGivesTheSameBits() {
    var stream = RandomStream(StreamKey(seed: 42, claim: "variants"))
    for count in Self.lengths {
      let probabilities = Self.softmax(count, spread: 30, &stream) + [0x1p-1074, 0x1p-1030, 0]
      let expected = probabilities.withUnsafeBufferPointer {
        VocabularySums($0, lanes: numerics_lanes_baseline)
      }
      for offset in 0...8 {
        let shifted = [Double](repeating: 0.5, count: offset) + probabilities
        for lanes in Self.variants {
          let sums = shifted.withUnsafeBufferPointer {
            VocabularySums(UnsafeBufferPointer(rebasing: $0[offset...]), lanes: lanes)
          }
          #expect(sums == expected, "K = \(count), offset \(offset), variant \(lanes.rawValue)")
        }
      }
    }
  }

  /// Single precision is widened without loss: the sums are those of the widened numbers, to the bit.
  @Test func singlePrecisionGivesTheSumsOfTheWidenedNumbers() {
    var stream = RandomStream(StreamKey(seed: 43, claim: "single"))
    for count in Self.lengths {
      let single = Self.softmax(count, spread: 20, &stream).map(Float.init) + [.leastNonzeroMagnitude]
      let expected = VocabularySums(single.map(Double.init))
      #expect(VocabularySums(single) == expected)
      for lanes in Self.variants {
        #expect(single.withUnsafeBufferPointer { VocabularySums($0, lanes: lanes) } == expected)
      }
    }
  }

  /// A subnormal entry's logarithm is only near its own; the stated bound is absolute and tiny.
  @Test func subnormalEntriesStayWithinTheirBound() {
    let smallest = [Double.leastNonzeroMagnitude, 0x1p-1050, 0x1.8p-1023, 0x1p-1022]
    let sums = VocabularySums(smallest)
    let reference = Reference(smallest)
    #expect(sums.sum == reference.sum.value)
    #expect(abs(sums.entropySum - reference.entropy.value) <= 4 * 37 * 0x1p-1022)
  }

  @Test(arguments: [0, 5, 23, 24, 1000, 1023])
  func badEntriesAreSeenWhereverTheyStand(position: Int) {
    func sums(_ bad: Double) -> VocabularySums {
      var probabilities = [Double](repeating: 0x1p-10, count: 1024)
      probabilities[position] = bad
      let single = VocabularySums(probabilities.map(Float.init))
      let double = VocabularySums(probabilities)
      #expect(single.hasNegativeEntry == double.hasNegativeEntry)
      #expect(single.areNormalised(tolerance: 0.01) == double.areNormalised(tolerance: 0.01))
      return double
    }
    #expect(sums(0x1p-10).areNormalised(tolerance: 0))
    #expect(sums(-0x1p-10).hasNegativeEntry)
    #expect(!sums(-0x1p-10).areNormalised(tolerance: 0.01))
    #expect(sums(-Double.leastNonzeroMagnitude.ulp * 0x1p1000).hasNegativeEntry)
    #expect(!sums(-0.0).hasNegativeEntry)
    #expect(sums(-0.0).areNormalised(tolerance: 0.01))
    for bad in [Double.nan, -Double.nan, .infinity, -.infinity, 1.5] {
      #expect(!sums(bad).areNormalised(tolerance: 0.01), "\(bad)")
    }
    #expect(!sums(.nan).hasNegativeEntry && !sums(.nan).sum.isFinite)
    #expect(sums(-.infinity).hasNegativeEntry && !sums(.infinity).sum.isFinite)
  }

  @Test func theEmptyVocabularyHasZeroSums() {
    let sums = VocabularySums([Double]())
    #expect(sums.count == 0 && sums.sum == 0 && sums.entropySum == 0)
    #expect(!sums.areNormalised(tolerance: 0.5))
  }
}
