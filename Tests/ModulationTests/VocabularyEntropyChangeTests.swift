import Foundation
import Modulation
import Statistics
import Testing

/// The exact entropy change in one pass against the careful two-pass form.
@Suite struct VocabularyEntropyChangeTests {
  private static func changes(_ rows: [[Double]], actions: [Int], coefficients: [Double])
    throws(ModulationError) -> [Double]
  {
    let flat = rows.flatMap { $0 }
    return try flat.withUnsafeBufferPointer { (buffer) throws(ModulationError) in
      try EntropyChange.firstOrder(
        probabilities: buffer, vocabulary: rows.first?.count ?? 1, actions: actions,
        coefficients: coefficients)
    }
  }

  /// The bound of the kernel on Σπ²Λ, and a few roundings of π_aΛ_a, whose terms are below log K + 1.
  @Test(arguments: [1, 2, 3, 50, 4097]) func onePassAgreesWithTwoWithinItsBound(vocabulary: Int) throws {
    var stream = RandomStream(StreamKey(seed: 7, claim: "vocabulary-change"))
    for spread in [0, 0.01, 1, 4, 30] {
      let logits = (0..<vocabulary).map { _ in spread * stream.normal() }
      let largest = logits.max() ?? 0
      let weights = logits.map { exp($0 - largest) }
      let sum = compensatedSum(weights)
      let row = weights.map { $0 / sum }
      let distribution = NextTokenDistribution(normalised: row)
      let action = stream.index(below: vocabulary)
      let found = try Self.changes([row], actions: [action], coefficients: [-1.5])[0]
      let expected = EntropyChange.firstOrder(distribution, action: action, coefficient: -1.5)
      let scale = log(Double(vocabulary)) + 1
      let bound =
        1.5 * scale
        * (EntropyChange.vocabularyError * distribution.sumOfSquares + 16 * 0x1p-53 * row[action]
          + 0x1p-53 * distribution.sumOfSquares * Double(vocabulary))
      #expect(abs(found - expected) <= bound, "K = \(vocabulary), spread \(spread): \(found), \(expected)")
    }
  }

  /// π = (¼, ¾), first token, ξ = 1: −(π_1Λ_1 − Σπ²Λ) with Λ_1 − Λ_2 = −log 3, and π_1Λ_1 − Σπ²Λ = π_2(π_1Λ_1 − π_2Λ_2).
  @Test func twoActionsByHand() throws {
    let entropy = 0.25 * log(4.0) + 0.75 * log(4.0 / 3)
    let weighted = (0.25 * (log(0.25) + entropy), 0.75 * (log(0.75) + entropy))
    let found = try Self.changes(
      [[0.25, 0.75], [0.25, 0.75]], actions: [0, 1], coefficients: [1, 2])
    #expect(abs(found[0] + 0.75 * (weighted.0 - weighted.1)) < 1e-15)
    #expect(abs(found[1] - 2 * 0.25 * (weighted.0 - weighted.1)) < 1e-15)
  }

  @Test func aVocabularyOfOneNeverChanges() throws {
    #expect(try Self.changes([[1]], actions: [0], coefficients: [5]) == [0])
    #expect(try Self.changes([], actions: [], coefficients: []) == [])
  }

  @Test func badRowsAreNamed() {
    #expect(
      throws: ModulationError.outOfRange(
        name: "probabilities", index: 3, value: -0.5, allowed: "lie in [0, 1]")
    ) { try Self.changes([[0.5, 0.5], [1.5, -0.5]], actions: [0, 0], coefficients: [1, 1]) }
    #expect(throws: ModulationError.unnormalised(sum: 1.25, tolerance: 1e-6)) {
      try Self.changes([[0.5, 0.75]], actions: [0], coefficients: [1])
    }
    #expect(throws: ModulationError.self) {
      try Self.changes([[.nan, 1]], actions: [0], coefficients: [1])
    }
  }
}
