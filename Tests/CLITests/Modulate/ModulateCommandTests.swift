import Foundation
import Interchange
import Testing

/// What `allot modulate` computes.
@Suite struct ModulateCommandTests {
  /// Seven tokens of three responses to two prompts, one of them masked; a ratio beyond each side of the clip ranges.
  static let tokens = [
    #"{"sequence":"u","position":0,"group":"g1","state":"x","probability":0.5,"advantage":1,"ratio":1,"mask":1,"probabilities":[0.5,0.3,0.2]}"#,
    #"{"sequence":"u","position":1,"group":"g1","state":"y","probability":0.2,"advantage":1,"ratio":1.25,"mask":1,"probabilities":[0.7,0.1,0.2]}"#,
    #"{"sequence":"u","position":2,"group":"g1","state":"z","probability":0.1,"advantage":1,"ratio":1.29,"mask":1,"probabilities":[0.1,0.1,0.8]}"#,
    #"{"sequence":"v","position":0,"group":"g1","state":"x","probability":0.3,"advantage":-0.5,"ratio":0.9,"mask":1,"probabilities":[0.5,0.3,0.2]}"#,
    #"{"sequence":"v","position":1,"group":"g1","state":"w","probability":0.9,"advantage":-0.5,"ratio":1,"mask":0,"probabilities":[0.05,0.9,0.05]}"#,
    #"{"sequence":"w","position":0,"group":"g2","state":"q","probability":0.5,"advantage":0.75,"ratio":1,"mask":1,"probabilities":[0.25,0.25,0.5]}"#,
    #"{"sequence":"w","position":1,"group":"g2","state":"r","probability":0.4,"advantage":0.75,"ratio":0.7,"mask":1,"probabilities":[0.6,0.4,0]}"#,
  ]

  /// Runs the command and reads its lines.
  static func modulate(_ text: String, _ options: [String] = []) async throws -> [JSONValue] {
    var lines: [JSONValue] = []
    try await inWorkspace { space in
      try space.write(text, to: "t.jsonl")
      let result = try await space.run(words: ["modulate", "t.jsonl"] + options)
      #expect(result.status == 0 && result.errors.isEmpty, "\(result.errors)")
      lines = try result.output.split(separator: "\n").map { try JSONValue(parsing: String($0)) }
    }
    return lines
  }

  private func expect(
    _ lines: [JSONValue], _ field: String, _ values: [Double],
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    #expect(lines.count == values.count, sourceLocation: sourceLocation)
    for (line, value) in zip(lines, values) {
      // The reference has 15 digits; factors and changes are sums of a few terms of order one.
      let found = line[field]?.doubleValue ?? .nan
      #expect(abs(found - value) <= 2e-14, "\(field): \(found), \(value)", sourceLocation: sourceLocation)
    }
  }

  /// Compensation and stabilisation from an independent transcription of the formulas in Python 3 (floats, `math`), for scopes, constants and sources one by one.
  @Test(
    arguments: [
      (
        "--mode released-6",
        [1.00502522343041, 1.11874659154049, 1.1999999950086, 1, 1, 1, 1.18303930277973],
        [
          0.751016479748995, 0.999999997600603, 1, 1, 1, 0.999999999998867, 0.999999999999999,
        ]
      ),
      (
        "--mode released-5",
        [1.01005044686082, 1.23749318308097, 1.39999999001719, 1, 1, 1, 1.36607860555946],
        [
          0.602677146373519, 0.999999784013251, 1, 1, 1, 0.999999999898009, 0.999999999999894,
        ]
      ),
      (
        "--mode published --stabilisation-scope micro-batch",
        [1.00502522355583, 1.11874659450405, 1.2, 1, 1, 1, 1.18303930734784],
        [
          0.602677140369714, 1, 1, 0.999999999999358, 1, 0.998162825893697, 0.999999999238983,
        ]
      ),
      (
        "--mode published --compensation-scope sequence --stabilisation-scope group",
        [1, 1.11665239270658, 1.2, 1, 1, 1, 1.2],
        [
          0.602677140369714, 1, 1, 0.999999999999358, 1, 0.602677140369714, 0.999999479620765,
        ]
      ),
      (
        "--mode published --alpha 0.5 --floor 0.3 --steepness 5 --centre 0.5 --entropy-source released --compensation-scope position --stabilisation-scope position",
        [1, 1, 1, 1, 1, 1, 1],
        [
          0.35310072601487, 0.946899273985129, 0.946899273985129, 0.946899273985129, 1, 0.35310072601487,
          0.35310072601487,
        ]
      ),
      (
        "--mode published --compensation-scope state --coincidence full --stabilisation-scope sequence --clip-low 0.1 --clip-high 0.3",
        [1.2, 1.2, 1.2, 1, 1, 1.2, 1.2],
        [
          0.999999999999998, 0.996290668442968, 0.602677140369714, 0.602677140369714, 1, 0.602677140369714,
          0.999999479620765,
        ]
      ),
      (
        "--mode published --compensation-scope vocabulary --stabilisation-scope state",
        [
          1.01255388735677, 1.05403066016758, 1.08366562685642, 1, 1, 1.01072107392856, 1.07747967614213,
        ],
        [
          0.602677140369714, 1, 1, 0.999999999999358, 1, 0.602677140369714, 0.602677140369714,
        ]
      ),
      (
        "--compensation-scope vocabulary --stabilisation-scope sequence",
        [
          1.0125538872425, 1.05403065967577, 1.08366562609487, 1, 1, 1.01072107383098, 1.07747967543688,
        ],
        [
          0.751016479748995, 0.999999997600603, 1, 1, 1, 0.751016730697779, 0.999999798261733,
        ]
      ),
      ("--mode none", [1, 1, 1, 1, 1, 1, 1], [1, 1, 1, 1, 1, 1, 1]),
    ])
  func bothFactorsHaveTheValuesOfTheReference(
    _ options: String, _ compensation: [Double], _ stabilisation: [Double]
  ) async throws {
    let lines = try await Self.modulate(
      Self.tokens.joined(separator: "\n"), options.split(separator: " ").map(String.init))
    expect(lines, "compensation", compensation)
    expect(lines, "stabilisation", stabilisation)
    let factors = zip(compensation, stabilisation).map { $0 * $1 }
    expect(lines, "factor", factors)
    expect(lines, "modulated_advantage", zip(factors, [1, 1, 1, -0.5, -0.5, 0.75, 0.75]).map { $0 * $1 })
  }

  /// The same transcription.
  ///
  /// By hand: token v1 is masked and v0 is then the only one of its response, so both released changes are 0; u2's ratio lies beyond 1.28.
  @Test func entropyChangesAndNormsHaveTheValuesOfTheReference() async throws {
    let lines = try await Self.modulate(Self.tokens.joined(separator: "\n"))
    expect(
      lines, "entropy_change_exact",
      [
        -0.123006635434461, 0.415414750492839, 0, -0.043893998278318, 0, -0.0974738222662423,
        0.0613063243459544,
      ])
    expect(
      lines, "entropy_change_released",
      [-0.221461676272389, 0.135393890572597, 0, 0, 0, -0.10147440790723, 0.0710320855350607])
    expect(lines, "score_norm_sq", [0.38, 1.14, 1.46, 0.78, 0.015, 0.375, 0.72])
    // (1 − π)√(K/(K − 1)) and √2 (1 − π) with K = 3.
    let missing = [0.5, 0.8, 0.9, 0.7, 0.1, 0.5, 0.6]
    expect(lines, "score_norm_lower", missing.map { $0 * 1.5.squareRoot() })
    expect(lines, "score_norm_upper", missing.map { $0 * 2.0.squareRoot() })
    let unclipped = try await Self.modulate(
      Self.tokens.joined(separator: "\n"), ["--no-clip-as-released", "--clip-high", "0.3"])
    // ξ = 1.29: −1.29 (π_a Λ_a − Σ π² Λ).
    expect(
      unclipped, "entropy_change_exact",
      [
        -0.123006635434461, 0.415414750492839, 0.515036081043262, -0.043893998278318, 0,
        -0.0974738222662423, 0.0613063243459544,
      ])
  }

  @Test func theInputStaysAsItWasByteForByte() async throws {
    try await inWorkspace { space in
      let first =
        #"{ "sequence":"r" ,"position":0,"logprob":-1.50,"entropy":2e-1,"advantage":1,"note":{"a":[1,"é}"]} }"#
      let second = #"{"sequence":7,"position":1,"probability":0.25,"entropy":1,"advantage":-1}"#
      let result = try await space.run(
        "modulate", "-", "--mode", "none", input: first + "  \r\n\n" + second)
      #expect(result.status == 0, "\(result.errors)")
      let lines = result.output.split(separator: "\n").map(String.init)
      #expect(lines.count == 2)
      #expect(
        lines[0].hasPrefix(String(first.dropLast()) + #","compensation":1,"stabilisation":1,"factor":1,"#))
      #expect(
        lines[1].hasPrefix(
          String(second.dropLast())
            + #","compensation":1,"stabilisation":1,"factor":1,"modulated_advantage":-1,"entropy_change_exact":null,"#
        ))
      #expect(lines[1].contains(#""score_norm_sq":null,"score_norm_lower":0.75,"#))
    }
  }

  @Test func aRolloutWithArraysIsItsTokensOneByOne() async throws {
    let arrays = try await Self.modulate(
      #"{"prompt_id":"p","logprobs":[-0.1,-1.5,-2],"entropy":[0.3,1.2,0.9],"sum_sq_probability":[0.825,0.3,0.4],"advantage":0.5,"token_ids":[4,5,6],"ratio":[1,1.1,0.9]}"#
        + "\n" + #"{"logprob":[-1],"entropy":[0.5],"advantage":[-1],"position":[3]}"# + "\n"
        + #"{"logprob":[],"entropy":[],"advantage":[]}"#)
    let single = try await Self.modulate(
      [
        #"{"sequence":"a","position":0,"logprob":-0.1,"entropy":0.3,"sum_sq_probability":0.825,"advantage":0.5,"ratio":1}"#,
        #"{"sequence":"a","position":1,"logprob":-1.5,"entropy":1.2,"sum_sq_probability":0.3,"advantage":0.5,"ratio":1.1}"#,
        #"{"sequence":"a","position":2,"logprob":-2,"entropy":0.9,"sum_sq_probability":0.4,"advantage":0.5,"old_logprob":-1.8946394843421737}"#,
        #"{"sequence":"b","position":3,"logprob":-1,"entropy":0.5,"advantage":-1}"#,
      ].joined(separator: "\n"))
    #expect(arrays.count == 3 && single.count == 4)
    for field in [
      "compensation", "stabilisation", "factor", "modulated_advantage", "entropy_change_released",
      "score_norm_sq", "score_norm_lower", "score_norm_upper",
    ] {
      let values = arrays[0][field]?.arrayValue?.map { $0.doubleValue ?? .nan } ?? []
      #expect(values.count == 3)
      // exp(−2 + 1.894…) is .9 up to rounding.
      for (index, value) in values.enumerated() {
        #expect(abs(value - (single[index][field]?.doubleValue ?? .nan)) <= 1e-14, "\(field) \(index)")
      }
      if field != "score_norm_sq" { #expect(arrays[1][field]?[0] == single[3][field]) }
      #expect(arrays[2][field] == .array([]))
    }
    #expect(arrays[0]["entropy_change_exact"] == .null && arrays[1]["score_norm_sq"] == .null)
  }

  @Test func theOrderOfTheLinesOfAMicroBatchChangesNoToken() async throws {
    let order = [4, 0, 6, 2, 5, 1, 3]
    let forward = try await Self.modulate(Self.tokens.joined(separator: "\n"))
    let shuffled = try await Self.modulate(order.map { Self.tokens[$0] }.joined(separator: "\n"))
    for (place, index) in order.enumerated() {
      for field in ["compensation", "stabilisation", "entropy_change_exact", "score_norm_sq"] {
        // A response's mean is summed in another order: two roundings of numbers below one, through a slope of at most 50 · .4/4.
        let (a, b) = (shuffled[place][field]?.doubleValue ?? .nan, forward[index][field]?.doubleValue ?? .nan)
        #expect(abs(a - b) <= 1e-14, "\(field) \(index): \(a), \(b)")
      }
    }
  }

  @Test func aMicroBatchKnowsItsOwnLinesOnly() async throws {
    let responses = (0..<3).map {
      #"{"logprob":[-0.5,-1],"entropy":[\#(0.25 * Double($0 + 1)),1],"advantage":\#($0 + 1)}"#
    }
    let cut = try await Self.modulate(responses.joined(separator: "\n"), ["--micro-batch", "2"])
    let first = try await Self.modulate(responses[0...1].joined(separator: "\n"))
    let last = try await Self.modulate(responses[2])
    #expect(cut == first + last)
    let all = try await Self.modulate(responses.joined(separator: "\n"))
    #expect(
      all[1]["compensation"] == cut[1]["compensation"] && all[2]["compensation"] != cut[2]["compensation"])
  }

  @Test func aResponseThatIsCutByAMicroBatchIsWarnedAbout() async throws {
    try await inWorkspace { space in
      try space.write(Self.tokens.joined(separator: "\n"), to: "t.jsonl")
      let result = try await space.run("modulate", "t.jsonl", "--micro-batch", "2")
      #expect(result.status == 0)
      #expect(
        result.errors
          == "Warning: 3 responses have tokens in more than one micro-batch; their means and extremes are those of the parts\n"
      )
      let quiet = try await space.run("modulate", "t.jsonl", "--micro-batch", "2", "--quiet")
      #expect(quiet.errors == result.errors && quiet.output == result.output)
    }
  }

  @Test func theOutputFileIsWrittenWhole() async throws {
    try await inWorkspace { space in
      try space.write(Self.tokens.joined(separator: "\n"), to: "t.jsonl")
      let direct = try await space.run("modulate", "t.jsonl")
      let written = try await space.run("modulate", "t.jsonl", "--output", "m.jsonl")
      #expect(written.status == 0 && written.output.isEmpty)
      #expect(try space.read("m.jsonl") == Data(direct.output.utf8))
      try space.write(Self.tokens[0] + "\ndamage", to: "bad.jsonl")
      let bad = try await space.run("modulate", "bad.jsonl", "--output", "m.jsonl", "--micro-batch", "1")
      #expect(bad.status == 65)
      #expect(try space.read("m.jsonl") == Data(direct.output.utf8))
      #expect(try space.files() == ["bad.jsonl", "m.jsonl", "t.jsonl"])
      #expect(try await space.run("modulate", "t.jsonl", "--output", "no/m.jsonl").status == 73)
    }
  }
}
