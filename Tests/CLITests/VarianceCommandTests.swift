import Foundation
import Interchange
import Testing

@Suite struct VarianceCommandTests {
  private func variance(_ world: String, _ options: String...) async throws -> JSONValue {
    var value = JSONValue.null
    try await inWorkspace { space in
      let result = try await space.run(words: ["variance", "-"] + options, input: world)
      #expect(result.status == 0, "\(result.errors)")
      value = try JSONValue(parsing: result.output)
    }
    return value
  }

  @Test func theHandExamplePrintsEveryFieldWithSeventeenDigits() async throws {
    // p = 1/4, s = ±(3/4 or 1/4)(1, −1): E‖g‖² = ¼·(9/16)·(9/8) + ¾·(1/16)·(1/8) = 21/128, ‖E g‖² = 9/128.
    try await inWorkspace { space in
      let result = try await space.run(
        "variance", "-", "--replicates", "0",
        input: """
          {"policy": {"kind": "softmax", "probabilities": [0.25, 0.75]}, "rewards": [1, 0],
           "estimator": "reinforce", "baseline": "value"}
          """)
      #expect(result.status == 0 && result.errors.isEmpty)
      #expect(
        result.output == """
          {
            "p": 0.25,
            "bernoulli_variance": 0.1875,
            "v_success": 0,
            "v_failure": 0,
            "d_squared": 2,
            "mean_reward": 0.25,
            "reward_variance": 0.1875,
            "gradient": [
              0.1875,
              -0.1875
            ],
            "mean": [
              0.1875,
              -0.1875
            ],
            "trace_variance": 0.09375,
            "second_moment": 0.1640625,
            "optimal_baseline": 0.75,
            "simulated": null
          }

          """)
    }
  }

  /// Worlds of two actions or two uniform tokens, worked by hand with fractions whose denominators are powers of two, hence exact in binary.
  @Test(
    arguments: [
      (#""probabilities":[0.25,0.75],"rewards":[1,0],"estimator":"value-baseline""#, 3.0 / 32),
      (#""probabilities":[[0.25,0.75]],"rewards":[1,0],"estimator":"value-baseline""#, 3.0 / 32),
      (#""probabilities":[0.25,0.75],"rewards":{"0":1},"estimator":"value-baseline""#, 3.0 / 32),
      // Groups of two are mixed with probability 3/8; then Â = ±½ and g = ¼(1, −1).
      (#""probabilities":[0.25,0.75],"rewards":[1,0],"estimator":"dr-grpo","group":2"#, 15.0 / 512),
      (#""probabilities":[0.25,0.75],"rewards":[1,0],"estimator":"rloo","group":2"#, 15.0 / 128),
      (#""probabilities":[0.25,0.75],"rewards":[1,0],"estimator":"grpo","group":2"#, 15.0 / 128),
      // Off-policy, ratio ½ where it counts: no clipping, g = ⅜(1, −1) with probability ½.
      (
        #""probabilities":[0.25,0.75],"rewards":[1,0],"estimator":"ppo-clip","behaviour":{"kind":"softmax","probabilities":[0.5,0.5]}"#,
        9.0 / 128
      ),
      // Ratio 3/2 with a positive advantage: clipped, no gradient is left.
      (
        #""probabilities":[0.75,0.25],"rewards":[1,0],"estimator":"ppo-clip","behaviour":{"kind":"softmax","probabilities":[0.5,0.5]}"#,
        0
      ),
      // Two uniform tokens: every score has norm 1, one of four sequences succeeds.
      (
        #""policy":{"kind":"sequence","vocabulary":2,"length":2,"states":{"":[0,0],"0":[0,0],"1":[0,0]}},"rewards":{"0,1":1},"estimator":"reinforce""#,
        3.0 / 16
      ),
      (
        #""policy":{"kind":"sequence","vocabulary":2,"length":2,"states":{"":[0,0],"0":[0,0],"1":[0,0]}},"rewards":[0,1,0,0],"estimator":"reinforce","baseline":"value""#,
        1.0 / 8
      ),
      (
        #""logits":[[0,0],[0,0],[0,0]],"rewards":{"0,1":1},"estimator":"reinforce","baseline":"value""#,
        1.0 / 8
      ),
      // Shared logits: the score of "0,0" is (1, −1).
      (
        #""policy":{"kind":"sequence","vocabulary":2,"length":2,"parameters":"shared","states":{"":[0,0]}},"rewards":{"0,0":1},"estimator":"reinforce""#,
        3.0 / 8
      ),
    ] as [(String, Double)])
  func traceVarianceIsTheFractionWorkedByHand(_ fields: String, _ expected: Double) async throws {
    let json = try await variance("{\(fields)}", "--replicates", "0")
    let found = try #require(json["trace_variance"]?.doubleValue)
    // Means of exact terms: rounding only where a group's mean or a normalisation is divided.
    #expect(abs(found - expected) <= 8 * Double.ulpOfOne, "\(found)")
  }

  @Test func aClippedGradientIsNotTheTrueOne() async throws {
    let json = try await variance(
      #"{"probabilities":[0.75,0.25],"rewards":[1,0],"estimator":"ppo-clip","behaviour":{"probabilities":[0.5,0.5]}}"#,
      "--replicates", "0")
    #expect(json["mean"] == .array([.integer(0), .integer(0)]))
    #expect(json["gradient"]?[0]?.doubleValue == 0.1875)
  }

  @Test func theSimulationIsTheSameForEveryNumberOfThreads() async throws {
    let world = #"{"probabilities":[0.25,0.75],"rewards":[1,0],"estimator":"grpo","group":8}"#
    let one = try await variance(world, "--threads", "1", "--replicates", "5000")
    #expect(try await variance(world, "--threads", "2", "--replicates", "5000") == one)
    #expect(try await variance(world, "--threads", "8", "--replicates", "5000") == one)
    #expect(
      try await variance(world, "--threads", "1", "--replicates", "5000", "--seed", "1")["simulated"]
        != one["simulated"])
  }

  @Test func theSimulationAgreesWithTheExactValue() async throws {
    let json = try await variance(
      #"{"probabilities":[0.25,0.75],"rewards":[1,0],"estimator":"reinforce","baseline":"value"}"#,
      "--threads", "1")
    let simulated = try #require(json["simulated"]?["trace_variance"])
    let (value, error) = try (
      #require(simulated["est"]?.doubleValue), #require(simulated["mcse"]?.doubleValue)
    )
    // A fixed seed: the result is always the same; six standard errors leave room for a change of the stream.
    #expect(error > 0 && abs(value - 3.0 / 32) < 6 * error)
    #expect(simulated["n"]?.integerValue == 10_000)
  }
}
