import Foundation
import Modulation
import Statistics
import Testing
import _TestSupport

/// What holds for every batch: ranges of the factors, and the batch form against the form for one token.
@Suite struct FactorPropertyTests {
  static let keys = RandomPolicies.keys(200, claim: "factor-property-tests")

  /// The parts of a scope as lists of tokens, found by comparing labels token by token.
  static func company(_ batch: TokenBatch, _ scope: ModulationScope, of token: Int) -> [Int] {
    (0..<batch.count).filter { other in
      guard batch.counts(other) else { return false }
      switch scope {
      case .microBatch: return true
      case .sequence: return batch.sequences[other] == batch.sequences[token]
      case .group: return batch.groups?[other] == batch.groups?[token]
      case .state: return batch.states?[other] == batch.states?[token]
      case .position:
        return batch.groups?[other] == batch.groups?[token]
          && batch.positions?[other] == batch.positions?[token]
      }
    }
  }

  @Test func theBatchFormIsTheFormForOneToken() throws {
    let published = GradientCompensation(strength: 0.7, coincidence: .full)
    let released = GradientCompensationAsReleased.mode5
    let stabilisation = UpdateStabilisation(floor: 0.3, steepness: 8, centre: 0.6)
    for key in Self.keys.prefix(60) {
      var stream = RandomStream(key)
      let batch = try RandomPolicies.batch(&stream, responses: 8)
      let changes = EntropyChangeAsReleased.changes(batch)
      for scope in ModulationScope.allCases {
        let first = try published.factors(batch, scope: scope)
        let second = try released.factors(batch, scope: scope)
        let third = try stabilisation.factors(batch, entropyChanges: changes, scope: scope)
        let fourth = try UpdateStabilisationAsReleased(stabilisation).factors(
          batch, entropyChanges: changes, scope: scope)
        for token in 0..<batch.count {
          var expected = [1.0, 1, 1, 1]
          if batch.counts(token) {
            let company = Self.company(batch, scope, of: token)
            let entropies = company.map { batch.entropies[$0] }
            let range = try EntropyRange(lowest: entropies.min() ?? 0, highest: entropies.max() ?? 0)
            let largest = company.map { changes[$0].magnitude }.max() ?? 0
            let (entropy, advantage) = (batch.entropies[token], batch.advantages[token])
            expected = [
              published.factor(entropy: entropy, advantage: advantage, range: range),
              released.factor(entropy: entropy, advantage: advantage, range: range),
              stabilisation.factor(magnitude: changes[token].magnitude, largest: largest),
              UpdateStabilisationAsReleased(stabilisation).factor(
                magnitude: changes[token].magnitude, largest: largest),
            ]
          }
          #expect(
            [first[token], second[token], third[token], fourth[token]] == expected,
            "\(key), \(scope), \(token)")
        }
      }
    }
  }

  /// β_comp in [1, 1 + α], 1 without a positive advantage; β_stab in [f(1), f(0)]; the product of both.
  @Test func factorsStayInTheirRanges() throws {
    for key in Self.keys {
      var stream = RandomStream(key)
      let batch = try RandomPolicies.batch(&stream, responses: 20)
      let strength = 2 * stream.uniform()
      let decay = UpdateStabilisation(
        floor: stream.uniform(), steepness: 60 * stream.uniform(), centre: stream.uniform())
      for scope in ModulationScope.allCases {
        let rule = AdvantageModulation(
          compensation: .published(GradientCompensation(strength: strength)), compensationScope: scope,
          stabilisation: .published(decay), stabilisationScope: scope, entropySource: .asReleased)
        let factors = try rule.factors(batch)
        for token in 0..<batch.count {
          let (compensation, stabilisation) = (factors.compensation[token], factors.stabilisation[token])
          #expect(compensation >= 1 && compensation <= 1 + strength, "\(key), \(scope), \(token)")
          #expect(batch.advantages[token] > 0 || compensation == 1, "\(key), \(scope), \(token)")
          let isInRange = stabilisation >= decay.decay(1) && stabilisation <= decay.decay(0)
          #expect(batch.counts(token) ? isInRange : stabilisation == 1, "\(key), \(scope), \(token)")
          #expect(factors.product[token] == compensation * stabilisation)
        }
      }
    }
  }

  @Test func theDecayFalls() {
    for key in Self.keys {
      var stream = RandomStream(key)
      let decay = UpdateStabilisation(
        floor: stream.uniform(), steepness: 100 * stream.uniform(), centre: 2 * stream.uniform() - 0.5)
      let values = (0...50).map { decay.decay(Double($0) / 50) }
      #expect(zip(values, values.dropFirst()).allSatisfy { $0 >= $1 }, "\(key)")
      #expect(values.allSatisfy { $0 >= decay.floor && $0 <= 1 + RandomPolicies.unit }, "\(key)")
    }
  }

  /// Entropies and changes that differ by less than a reciprocal can hold: no factor is NaN, and the ends keep their values.
  @Test func tinyRangesKeepTheirEnds() throws {
    let tiny = Double.leastNonzeroMagnitude
    let batch = try TokenBatch(
      logProbabilities: [-1, -1], entropies: [0, tiny], advantages: [1, 1], sequences: [0, 0])
    #expect(try GradientCompensation(strength: 0.5).factors(batch, scope: .sequence) == [1.5, 1])
    let rule = UpdateStabilisation(floor: 0.5, steepness: 3, centre: 0.5)
    #expect(
      try rule.factors(batch, entropyChanges: [0, -tiny], scope: .sequence) == [rule.decay(0), rule.decay(1)])
  }

  /// Factors do not depend on the order in which the tokens stand.
  @Test func orderDoesNotMatter() throws {
    for key in Self.keys.prefix(50) {
      var stream = RandomStream(key)
      let batch = try RandomPolicies.batch(&stream, responses: 10)
      let order = (0..<batch.count).shuffled(using: &stream)
      let shuffled = try TokenBatch(
        logProbabilities: order.map { batch.logProbabilities[$0] },
        entropies: order.map { batch.entropies[$0] },
        advantages: order.map { batch.advantages[$0] },
        ratios: batch.ratios.map { list in order.map { list[$0] } },
        sequences: order.map { batch.sequences[$0] },
        positions: batch.positions.map { list in order.map { list[$0] } },
        groups: batch.groups.map { list in order.map { list[$0] } },
        states: batch.states.map { list in order.map { list[$0] } },
        isValid: batch.isValid.map { list in order.map { list[$0] } })
      for scope in ModulationScope.allCases {
        let rule = GradientCompensation(strength: 0.4)
        let plain = try rule.factors(batch, scope: scope)
        #expect(try rule.factors(shuffled, scope: scope) == order.map { plain[$0] }, "\(key), \(scope)")
      }
    }
  }
}
