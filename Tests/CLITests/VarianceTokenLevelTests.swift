import Estimators
import Foundation
import Interchange
import Policies
import Statistics
import Testing

@testable import Claims

/// `allot variance` for estimators that change advantages token by token.
@Suite struct VarianceTokenLevelTests {
  private func variance(_ fields: String, replicates: Int = 0) async throws -> JSONValue {
    var value = JSONValue.null
    try await inWorkspace { space in
      let result = try await space.run(
        words: ["variance", "-", "--replicates", String(replicates)], input: "{\(fields)}")
      #expect(result.status == 0, "\(result.errors)")
      value = try JSONValue(parsing: result.output)
    }
    return value
  }

  private func trace(_ fields: String) async throws -> Double {
    try #require(try await variance(fields)["trace_variance"]?.doubleValue)
  }

  /// π = (¼, ¾), G = 2: a mixed pair (probability 3/8) has A = ±1.
  ///
  /// With w = πΛ the exact changes are (w_1 − w_2)·¾ and −(w_1 − w_2)·¼, so that x = 1 and ⅓ whatever the entropy, and ĝ is
  /// ½(¾ f(1) + ¼ f(⅓))(1, −1) on mixed pairs, 0 on others.
  @Test func thePublishedFactorsOfAPairByHand() async throws {
    func decay(_ x: Double) -> Double { 0.6 + 0.4 / (1 + exp(50 * (x - 0.9))) }
    let length = (0.75 * decay(1) + 0.25 * decay(1.0 / 3)) / 2
    let expected = 2 * length * length * (3.0 / 8) * (5.0 / 8)
    let found = try await trace(
      #""probabilities":[0.25,0.75],"rewards":[1,0],"estimator":"dynamo","group":2"#)
    // The changes pass through logarithms and a ratio: some tens of roundings.
    #expect(abs(found / expected - 1) < 1e-13, "\(found), expected \(expected)")
  }

  /// One token: its released entropy change is 0 and all entropies coincide, so that nothing is modulated.
  @Test(arguments: ["released-5", "released-6"])
  func theReleasedFactorsOfOneTokenAreOne(mode: String) async throws {
    let world = #""probabilities":[0.125,0.25,0.625],"rewards":[1,1,0],"group":4"#
    let plain = try await trace(world + #","estimator":"grpo""#)
    let modulated = try await trace(world + #","estimator":"dynamo","mode":"\#(mode)""#)
    // f(0) is below 1 by 0.4/(1 + e^45) at most, far less than rounding.
    #expect(abs(modulated / plain - 1) < 1e-13)
  }

  @Test func withoutStrengthAndDepthNothingIsModulated() async throws {
    let world =
      #""policy":{"kind":"sequence","vocabulary":2,"length":2,"states":{"":[0.3,0.7],"0":[0.2,0.8],"1":[0.6,0.4]},"values":"probabilities"},"rewards":{"0,1":1,"1,0":1},"group":3"#
    let plain = try await trace(world + #","estimator":"rloo""#)
    let modulated = try await trace(
      world + #","estimator":"dynamo","advantage":"rloo","alpha":0,"floor":1"#)
    #expect(abs(modulated / plain - 1) < 1e-13)
    let full = try await trace(world + #","estimator":"dynamo","advantage":"rloo""#)
    #expect(abs(full / plain - 1) > 1e-3)
  }

  /// In a pair the other response is all there is to make a baseline of, however it is weighted: leave-one-out.
  @Test func theStateBaselineOfAPairIsLeaveOneOut() async throws {
    let world = #""probabilities":[0.25,0.75],"rewards":[1,0],"group":2"#
    let plain = try await trace(world + #","estimator":"rloo""#)
    let own = try await trace(world + #","estimator":"score-weighted-state-baseline","shrinkage":0.3"#)
    #expect(abs(own / plain - 1) < 1e-14)
  }

  /// 20,000 pairs: the interval of level 0.95 misses by chance; six standard errors do so with probability 2·10⁻⁹.
  @Test func theSimulationTakesTheSameRule() async throws {
    let result = try await variance(
      #""probabilities":[0.2,0.3,0.5],"rewards":[1,0,1],"estimator":"dynamo","group":4"#,
      replicates: 20_000)
    let exact = try #require(result["trace_variance"]?.doubleValue)
    let simulated = try #require(result["simulated"]?["trace_variance"])
    let distance = abs(try #require(simulated["est"]?.doubleValue) - exact)
    #expect(distance < 6 * (try #require(simulated["mcse"]?.doubleValue)))
  }

  @Test(arguments: [
    (#""estimator":"dynamo""#, "field 'group': is missing; factors are made within a group"),
    (
      #""estimator":"dynamo","group":2,"mode":"released""#,
      "field 'mode': must be one of published, released-5, released-6"
    ),
    (
      #""estimator":"dynamo","group":2,"mode":"released-6","alpha":1"#,
      "field 'alpha': does not belong to the mode released-6"
    ),
    (
      #""estimator":"dynamo","group":2,"floor":1.5"#, "field 'floor': must be a number in [0.0, 1.0]"
    ),
    (
      #""estimator":"rloo","group":2,"mode":"published""#,
      "field 'mode': belongs to dynamo and score-weighted-state-baseline only"
    ),
    (
      #""estimator":"score-weighted-state-baseline","group":2,"shrinkage":0"#,
      "field 'shrinkage': must be a number in [1e-09, 1000000000.0]"
    ),
    (
      #""estimator":"dynamo","group":4096"#,
      "field 'group': 4096 rollouts of 3 outcomes are too many to enumerate"
    ),
  ])
  func wrongFieldsAreNamed(fields: String, message: String) async throws {
    try await inWorkspace { space in
      let size =
        fields.contains("4096")
        ? #""probabilities":[0.2,0.3,0.5],"rewards":[1,0,1]"#
        : #""probabilities":[0.25,0.75],"rewards":[1,0]"#
      let result = try await space.run("variance", "-", input: "{\(size),\(fields)}")
      #expect(result.status == 65 && result.errors == "Error: -: \(message)\n", "\(result.errors)")
    }
  }

  /// The fields inside the braces of a printed world.
  private func fields(_ world: StructuredValue) -> String {
    String(world.canonicalJSON.dropFirst().dropLast())
  }

  /// Worlds as the claims print them, against the claims' own oracle: the command reads factors back into another implementation.
  ///
  /// Sums of some hundred terms; γ/4 times the rounding of a ratio in the sigmoid.
  @Test func printedWorldsHaveTheMomentsOfTheirRules() async throws {
    var stream = RandomStream(StreamKey(seed: 9, claim: "printed-worlds"))
    var expressed = 0
    for shape in TokenWorlds.Shape.allCases where shape != .sharedTokens {
      let worlds = TokenWorlds(shape: shape)
      let size = worlds.vocabulary
      let logits = (0..<worlds.blocks * size).map { _ in stream.normal() }
      let rows = (0..<worlds.blocks).map {
        StableSoftmax.probabilities(Array(logits[$0 * size..<($0 + 1) * size]))
      }
      let rewards = (0..<worlds.outcomes).map { Double($0 % 2) }
      let prompt = try #require(worlds.prompt(rows: rows, rewards: rewards))
      for rule in ModulatedRule.studied(ModulationUnbiased.registered) {
        // Without modulation the command takes a value baseline per response; the fixed range has no name there.
        guard rule.fields != nil, rule.isModulated || rule.modulation != .none else { continue }
        let printed = TokenWorlds.record(prompt, rows: rows, rule: rule, group: 3)
        let result = try await variance(fields(printed))
        let exact = TokenGroupOracle.moments(prompt, group: 3, rule: rule.tokens(prompt))
        let found = try #require(result["trace_variance"]?.doubleValue)
        #expect(abs(found / exact.covarianceTrace - 1) < 1e-11, "\(rule.name) on \(shape.rawValue)")
        let mean = try #require(result["mean"]?.arrayValue).compactMap(\.doubleValue)
        #expect(mean.count == exact.mean.count)
        for (a, b) in zip(mean, exact.mean) { #expect(abs(a - b) < 1e-13, "\(rule.name)") }
        expressed += 1
      }
    }
    // Three advantages with five factors, and ours.
    #expect(expressed == 4 * 16)
  }

  /// The counterexamples as the register prints them, through the command: the numbers beside them come out.
  @Test func printedCounterexamplesHaveThePrintedNumbers() async throws {
    var evidence = Evidence(control: Finding(basis: .exact(holds: false)))
    ModulationUnbiased().addCounterexamples(&evidence)
    let count = evidence.counterexamples.count
    ModulationReducesVariance().addCounterexamples(&evidence)
    // The four and three of the paper's factors, and a further one for each refuted rival.
    #expect(count > 4 && evidence.counterexamples.count > count + 3)
    var checked = 0
    for example in evidence.counterexamples {
      let values = Dictionary(uniqueKeysWithValues: example.values.map { ($0.name, $0.value) })
      for (index, world) in example.worlds.enumerated() where world.canonicalJSON.contains("policy") {
        let result = try await variance(fields(world))
        let mean = try #require(result["mean"]?.arrayValue).compactMap(\.doubleValue)
        let trace = try #require(result["trace_variance"]?.doubleValue)
        // Fractions against sums of a few terms.
        func check(_ name: String, _ found: Double) throws {
          #expect(abs(found - (try #require(values[name]))) < 1e-13, "\(example.title): \(name)")
          checked += 1
        }
        let isNamed = world.canonicalJSON.contains("dynamo") || world.canonicalJSON.contains("state-baseline")
        if !isNamed, example.explanation.contains(ModulatedRule.isNotInTheFormat) {
          // The rule has no name in the format: it is said so, and the world is printed with the advantage alone.
          // The numbers of a rival are its own.
          if values["variance"] != nil, !example.title.contains("(rival)") { try check("variance", trace) }
        } else if values["mean_first"] != nil {
          for (state, name) in ["first", "after_0", "after_1"].enumerated() {
            try check("mean_\(name)", mean[2 * state])
          }
        } else if values["mean_0"] != nil {
          for place in mean.indices { try check("mean_\(place)", mean[place]) }
        } else if values["leave_one_out_variance"] != nil {
          try check(index == 0 ? "leave_one_out_variance" : "state_baseline_variance", trace)
        } else if values["modulated_variance"] != nil {
          try check("modulated_variance", trace)
        } else {
          Issue.record("\(example.title): nothing of it can be compared, and it does not say why")
        }
      }
    }
    // Three states, as many actions as the turn within a state has, two rules, two traces.
    #expect(checked >= 3 + 3 + 2 + 1 + 1)
  }
}
