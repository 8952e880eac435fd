import Foundation
import Modulation
import Policies
import Statistics

extension CompensationRestoresGradient {
  /// The simulated mean of 1[confident](ρ − margin) over the tokens of fixed states beside its sum over all tokens.
  func addMonteCarlo(_ evidence: inout Evidence, _ examination: Examination) throws {
    let threshold = specification.values("thresholds")[0]
    let margin = specification.margin
    for (index, rule) in [rules[1], Rule.released[1]].enumerated() {
      var stream = RandomStream(examination.key(designPoint: 300 + 10 * index))
      let states = (0..<Int(specification.value("check_states"))).map { _ in
        NextTokenDistribution(normalised: TokenStatePopulation.mostlyCertain.probabilities(&stream))
      }
      let ones = [Double](repeating: 1, count: states.count)
      let zeros = [Int](repeating: 0, count: states.count)
      @Sendable func value(_ actions: [Int]) throws -> [Double] {
        let tokens = try SampledTokens(
          states: states, actions: actions, advantages: ones, sequences: zeros, groups: zeros)
        let norms = tokens.squaredNorms.map { $0.squareRoot() }
        let references = try Self.references(
          tokens.batch, expectedNorms: tokens.expectedNorms, scope: rule.scope)
        let factors = try rule.factors(tokens.batch)
        return [
          Restored(
            tokens.batch, norms: norms, references: references, factors: factors, threshold: threshold,
            margin: margin
          ).lessMargin
        ]
      }
      // The factor depends on the states only, so that the expectation is a sum over each state's own tokens.
      let likeliest = states.map { state in
        state.probabilities.indices.max { state.probabilities[$0] < state.probabilities[$1] } ?? 0
      }
      let tokens = try SampledTokens(
        states: states, actions: likeliest, advantages: ones, sequences: zeros, groups: zeros)
      let factors = try rule.factors(tokens.batch)
      let references = try Self.references(
        tokens.batch, expectedNorms: tokens.expectedNorms, scope: rule.scope)
      var exact = 0.0
      for (place, state) in states.enumerated() {
        for (action, p) in state.probabilities.enumerated() where p >= threshold {
          let norm = ScoreNorm.squared(state, action: action).squareRoot()
          if let share = Self.restoredShare(factor: factors[place], norm: norm, reference: references[place])
          {
            exact += p * (share - margin) / Double(states.count)
          }
        }
      }
      let mean = try SequentialMeans.run(
        examination, designPoint: 301 + 10 * index,
        variables: [.init(range: -margin...(1 - margin), boundary: 0)],
        maximumCount: specification.count("replicates", for: examination.preset), stopBelow: 0
      ) { stream in try value(states.map { SampledTokens.draw($0, &stream) }) }
      evidence.estimates += MonteCarloCheck.rows(
        design: "\(states.count) fixed states of mostly-certain, π ≥ \(short(threshold))", method: rule.name,
        stat: "restored_less_half", mean: mean[0], exact: exact)
    }
  }

  /// No compensation must not restore half of the gap.
  func addControl(_ evidence: inout Evidence, _ examination: Examination) throws {
    let rule = Rule.published(0, .group)
    let threshold = specification.values("thresholds")[0]
    let margin = specification.margin
    let sizes = sizes
    let mean = try SequentialMeans.run(
      examination, designPoint: 900, variables: [.init(range: -margin...(1 - margin), boundary: 0)],
      maximumCount: specification.count("batches", for: examination.preset)
    ) { stream in
      let tokens = try SampledTokens(.mostlyCertain, sizes, stream: &stream)
      return [
        Restored(
          tokens.batch, norms: tokens.squaredNorms.map { $0.squareRoot() },
          references: try Self.references(
            tokens.batch, expectedNorms: tokens.expectedNorms, scope: rule.scope),
          factors: try rule.factors(tokens.batch), threshold: threshold, margin: margin
        ).lessMargin
      ]
    }
    evidence.control = mean[0].findingGreater(
      estimator: "α = 0", population: "mostly-certain π ≥ \(short(threshold))")
  }
}
