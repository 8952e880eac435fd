import Foundation
import Modulation
import Testing

/// What is refused, and with which error.
@Suite struct BadInputTests {
  private func batch(
    logProbabilities: [Double] = [-1, -2], entropies: [Double] = [1, 0.5], advantages: [Double] = [1, 1],
    ratios: [Double]? = nil, sequences: [Int] = [0, 1], positions: [Int]? = nil, groups: [Int]? = nil,
    states: [Int]? = nil, isValid: [Bool]? = nil, vocabulary: Int? = nil
  ) throws -> TokenBatch {
    try TokenBatch(
      logProbabilities: logProbabilities, entropies: entropies, advantages: advantages, ratios: ratios,
      sequences: sequences, positions: positions, groups: groups, states: states, isValid: isValid,
      vocabulary: vocabulary)
  }

  private func expectOutOfRange(
    _ name: String, _ index: Int, _ value: Double, _ allowed: String, _ body: () throws -> Void,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    do {
      try body()
      Issue.record("nothing was thrown", sourceLocation: sourceLocation)
    } catch ModulationError.outOfRange(let gotName, let gotIndex, let gotValue, let gotAllowed) {
      // NaN differs from itself, so the error's own equality cannot be asked.
      #expect(
        gotName == name && gotIndex == index && gotAllowed == allowed
          && (gotValue == value || (gotValue.isNaN && value.isNaN)),
        "\(gotName)[\(gotIndex)] = \(gotValue): \(gotAllowed)", sourceLocation: sourceLocation)
    } catch {
      Issue.record("threw \(error)", sourceLocation: sourceLocation)
    }
  }

  /// The tolerance is 10⁻⁶: sums just inside are normalised, just outside refused, on both sides.
  @Test(arguments: [0.9e-6, -0.9e-6, 1.1e-6, -1.1e-6, 0.5, -0.5])
  func probabilitiesThatDoNotSumToOne(excess: Double) throws {
    let probabilities = [0.5, 0.25 + excess / 2, 0.25 + excess / 2]
    let sum = probabilities.reduce(0, +)
    if abs(excess) < 1e-6 {
      let distribution = try NextTokenDistribution(probabilities: probabilities)
      #expect(distribution.probabilities == probabilities.map { $0 / sum })
    } else {
      #expect(throws: ModulationError.unnormalised(sum: sum, tolerance: 1e-6)) {
        _ = try NextTokenDistribution(probabilities: probabilities)
      }
    }
  }

  @Test func probabilitiesOutsideTheUnitInterval() {
    let allowed = "lie in [0, 1]"
    for value in [-1e-300, -0.1, 1.1, 1 + 1.1e-6, .infinity, -.infinity, .nan] {
      expectOutOfRange("probabilities", 1, value, allowed) {
        _ = try NextTokenDistribution(probabilities: [0.5, value, 0.5])
      }
    }
    #expect(throws: ModulationError.wrongCount(name: "probabilities", count: 0, expected: 1)) {
      _ = try NextTokenDistribution(probabilities: [])
    }
  }

  @Test func logProbabilitiesAboveZeroOrNoNumbers() throws {
    for value in [1.1e-6, 0.5, .infinity, -.infinity, .nan] {
      expectOutOfRange("logProbabilities", 1, value, "be finite and at most 0") {
        _ = try batch(logProbabilities: [-1, value])
      }
    }
    #expect(try batch(logProbabilities: [-1, 0.9e-6]).logProbabilities == [-1, 0])
  }

  @Test func entropiesBelowZeroOrAboveLogK() throws {
    for value in [-1.1e-6, -1, .infinity, .nan] {
      expectOutOfRange("entropies", 0, value, "be finite and not negative") {
        _ = try batch(entropies: [value, 1])
      }
    }
    #expect(try batch(entropies: [-0.9e-6, 1]).entropies == [0, 1])
    let largest = log(4.0)
    let allowed = "lie in [0, log K], \(largest) for K = 4"
    // The slack is 10⁻⁶ of log K and 10⁻⁶: 2.386e-6 for K = 4.
    #expect(try batch(entropies: [largest + 2.3e-6, 1], vocabulary: 4).entropies[0] == largest + 2.3e-6)
    for value in [largest + 2.5e-6, 2, .nan, -1] {
      expectOutOfRange("entropies", 0, value, allowed) {
        _ = try batch(entropies: [value, 1], vocabulary: 4)
      }
    }
  }

  @Test func advantagesAndRatiosThatAreNoNumbers() {
    for value in [Double.nan, .infinity, -.infinity] {
      expectOutOfRange("advantages", 1, value, "be finite") { _ = try batch(advantages: [0, value]) }
    }
    for value in [0, -1, Double.nan, .infinity] {
      expectOutOfRange("ratios", 1, value, "be finite and positive") { _ = try batch(ratios: [1, value]) }
    }
  }

  /// Masked tokens are checked like others: a mask does not excuse a column that is no number.
  @Test func maskedTokensAreChecked() {
    expectOutOfRange("advantages", 1, .nan, "be finite") {
      _ = try batch(advantages: [0, .nan], isValid: [true, false])
    }
  }

  @Test func wrongCounts() {
    func expectCount(_ name: String, _ count: Int, _ body: () throws -> TokenBatch) {
      #expect(throws: ModulationError.wrongCount(name: name, count: count, expected: 2)) { _ = try body() }
    }
    expectCount("entropies", 1) { try batch(entropies: [1]) }
    expectCount("advantages", 3) { try batch(advantages: [1, 1, 1]) }
    expectCount("ratios", 0) { try batch(ratios: []) }
    expectCount("sequences", 1) { try batch(sequences: [0]) }
    expectCount("positions", 1) { try batch(positions: [0]) }
    expectCount("groups", 3) { try batch(groups: [0, 0, 0]) }
    expectCount("states", 1) { try batch(states: [0]) }
    expectCount("isValid", 1) { try batch(isValid: [true]) }
  }

  @Test func labelsBeyondTheCount() {
    for label in [-1, 2, 1000] {
      expectOutOfRange("sequences", 1, Double(label), "lie in 0..<2") {
        _ = try batch(sequences: [0, label])
      }
      expectOutOfRange("groups", 0, Double(label), "lie in 0..<2") { _ = try batch(groups: [label, 0]) }
      expectOutOfRange("states", 1, Double(label), "lie in 0..<2") { _ = try batch(states: [0, label]) }
    }
  }

  @Test func scopesWithoutTheirLabels() throws {
    let batch = try batch()
    let cases: [(ModulationScope, String)] = [
      (.state, "state"), (.position, "position"), (.group, "group"),
    ]
    for (scope, name) in cases {
      let error = ModulationError.missing(name: name, neededBy: "the scope '\(scope.rawValue)'")
      #expect(throws: error) { _ = try batch.parts(scope) }
      #expect(throws: error) { _ = try GradientCompensation(strength: 1).factors(batch, scope: scope) }
      #expect(throws: error) { _ = try GradientCompensationAsReleased.mode6.factors(batch, scope: scope) }
      #expect(throws: error) {
        _ = try UpdateStabilisationAsReleased.mode6.factors(batch, entropyChanges: [0, 0], scope: scope)
      }
    }
    #expect(try batch.parts(.microBatch) == nil)
    #expect(try batch.parts(.sequence) == [0, 1])
  }

  @Test func rangesTheWrongWayRound() {
    #expect(throws: ModulationError.invertedRange(lowest: 2, highest: 1)) {
      _ = try EntropyRange(lowest: 2, highest: 1)
    }
    for (lowest, highest) in [(Double.nan, 1.0), (0.0, .nan)] {
      #expect(throws: ModulationError.self) { _ = try EntropyRange(lowest: lowest, highest: highest) }
    }
  }

  @Test func exactChangesThatAreMissingOrWrong() throws {
    let batch = try batch()
    let rule = AdvantageModulation(
      compensation: nil,
      stabilisation: .published(UpdateStabilisation(floor: 0.5, steepness: 10, centre: 0.5)))
    #expect(throws: ModulationError.missing(name: "probabilities", neededBy: "the exact entropy change")) {
      _ = try rule.factors(batch)
    }
    #expect(throws: ModulationError.wrongCount(name: "exactEntropyChanges", count: 3, expected: 2)) {
      _ = try rule.factors(batch, exactEntropyChanges: [0, 0, 0])
    }
    for value in [Double.nan, .infinity, -.infinity] {
      expectOutOfRange("entropyChanges", 1, value, "be finite") {
        _ = try rule.factors(batch, exactEntropyChanges: [1, value])
      }
    }
    // Without a stabilisation nothing needs them.
    let without = AdvantageModulation(compensation: nil, stabilisation: nil)
    #expect(try without.factors(batch).product == [1, 1])
  }

  @Test func errorsReadAsSentences() {
    #expect(
      ModulationError.missing(name: "group", neededBy: "the scope 'group'").description
        == "the scope 'group' needs 'group', which the tokens do not have")
    #expect(
      ModulationError.outOfRange(name: "ratios", index: 3, value: -1, allowed: "be positive").description
        == "ratios[3] is -1.0: it must be positive")
    #expect(
      ModulationError.wrongCount(name: "states", count: 1, expected: 2).description
        == "states has 1 entries, expected 2")
  }
}
