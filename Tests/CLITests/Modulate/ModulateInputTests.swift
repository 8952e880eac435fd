import Foundation
import Interchange
import Testing

@testable import CLI

/// What `allot modulate` makes of bad input, and of input that is merely unusual.
@Suite struct ModulateInputTests {
  private static let good =
    #"{"sequence":"a","position":0,"probability":0.5,"entropy":0.5,"advantage":1}"#

  /// A good token with some of its fields replaced or added; nil takes a field away.
  private static func token(_ fields: KeyValuePairs<String, String?>) -> String {
    var all: [(String, String)] = [
      ("sequence", "\"b\""), ("position", "0"), ("probability", "0.5"), ("entropy", "0.5"),
      ("advantage", "1"),
    ]
    for (name, value) in fields {
      all.removeAll { $0.0 == name }
      if let value { all.append((name, value)) }
    }
    return "{" + all.map { "\"\($0.0)\":\($0.1)" }.joined(separator: ",") + "}"
  }

  @Test(
    arguments: [
      (token(["probability": "0"]), "field 'probability': 0 must lie in (0, 1]"),
      (token(["probability": "1.5"]), "field 'probability': 1.5 must lie in (0, 1]"),
      (token(["probability": "NaN"]), "field 'probability': a value is neither"),
      (token(["probability": "\"x\""]), "field 'probability': it must be a number, or an array"),
      (token(["probability": nil]), "field 'probability': it and 'logprob' are missing"),
      (
        token(["probability": nil, "logprob": "0.5"]), "field 'logprob': 0.5 must be at most 0"
      ),
      (
        token(["logprob": "-1"]),
        "field 'probability': 0.5 is not the exponential of the log-probability -1 within 1e-06"
      ),
      (token(["entropy": "-0.5"]), "field 'entropy': -0.5 must not be negative"),
      (token(["entropy": "1e999"]), "field 'entropy': a number is beyond the range of double precision"),
      (
        token(["entropy": "44"]),
        "field 'entropy': 44 exceeds 43.66827237527655, the largest entropy of 2^63 tokens"
      ),
      (token(["entropy": nil]), "field 'entropy': it is missing"),
      (token(["advantage": nil]), "field 'advantage': it is missing"),
      (token(["advantage": "null"]), "field 'advantage': it is missing"),
      (token(["advantage": "NaN"]), "field 'advantage': a value is neither"),
      (token(["advantage": "[1]"]), "field 'advantage': it must be a number"),
      (token(["sequence": nil]), "field 'sequence': it is missing"),
      (token(["sequence": "1.5"]), "field 'sequence': it must be a string or an integer"),
      (token(["position": nil]), "field 'position': it is missing"),
      (token(["position": "-1"]), "field 'position': -1 must be an integer that is not negative"),
      (
        token(["sequence": "\"a\""]),
        "field 'position': the response 'a' has a token at 0 already; responses need names of their own, or a 'group'"
      ),
      (token(["ratio": "0"]), "field 'ratio': 0 must be positive"),
      (token(["ratio": "-1"]), "field 'ratio': -1 must be positive"),
      (
        token(["ratio": "1", "old_logprob": "-1"]),
        "field 'ratio': 1 is not exp(log π − log π_old) = 1.35914091422952"
      ),
      (token(["old_logprob": "0.5"]), "field 'old_logprob': 0.5 must be at most 0"),
      (
        token(["old_logprob": "-1e5"]),
        "field 'old_logprob': the ratio exp(-0.69314718055994529 − -100000) is beyond double precision"
      ),
      (token(["mask": "0.5"]), "field 'mask': 0.5 must be 0 or 1"),
      (token(["token": "-1"]), "field 'token': -1 must be an integer that is not negative"),
      (
        token(["sum_sq_probability": "0.2"]),
        "field 'sum_sq_probability': 0.20000000000000001 must lie in [π², π² + (1 − π)²]"
      ),
      (
        token(["sum_sq_probability": "1.5"]),
        "field 'sum_sq_probability': 1.5 must lie in [π², π² + (1 − π)²]"
      ),
      (
        token(["probabilities": "[0.5,0.4]"]),
        "field 'probabilities': the probabilities add up to 0.9: it must be 1 within 1e-06"
      ),
      (
        token(["probabilities": "[1.5,-0.5]"]),
        "field 'probabilities': the entry 0 is 1.5: it must lie in [0, 1]"
      ),
      (token(["probabilities": "[]"]), "field 'probabilities': it is empty"),
      (token(["probabilities": "0.5"]), "field 'probabilities': it must be an array of probabilities"),
      (
        token(["probabilities": "[0.5,\"x\"]"]),
        "field 'probabilities': an array holds something other than numbers"
      ),
      (
        token(["probabilities": "[0.75,0.25]", "entropy": nil]),
        "field 'probabilities': the drawn token has the probability 0.5, the nearest in the list is 0.75"
      ),
      (
        token(["probabilities": "[0.5,0.25,0.25]", "entropy": nil, "token": "2"]),
        "field 'probabilities': the drawn token has the probability 0.5, its own in the list is 0.25"
      ),
      (
        token(["probabilities": "[0.5,0.5]", "entropy": nil, "token": "2"]),
        "field 'token': 2 must be an integer in 0..<2"
      ),
      (
        token(["probabilities": "[0.5,0.5]"]),
        "field 'entropy': 0.5 is not the entropy 0.69314718055994529 of 'probabilities' within 0.0001"
      ),
      (
        token(["probabilities": "[0.5,0.5]", "entropy": nil, "sum_sq_probability": "0.6"]),
        "field 'sum_sq_probability': 0.59999999999999998 is not Σπ² = 0.5 of 'probabilities' within 1e-05"
      ),
      (
        token(["compensation": "1"]),
        "field 'compensation': the line has the field already that is to be added"
      ),
      (token(["entropy": "[0.5]"]), "field 'entropy': it must be a number"),
      (
        #"{"logprob":[-1,-2],"entropy":[1],"advantage":1}"#, "field 'entropy': it has 1 entries for 2 tokens"
      ),
      (
        #"{"logprob":[-1,-2],"entropy":1,"advantage":1}"#,
        "field 'entropy': it must be an array with 2 numbers, one for each token"
      ),
      (
        #"{"logprob":[-1,-2],"probabilities":[[0.5,0.5]],"advantage":1}"#,
        "field 'probabilities': it must be an array with 2 arrays of probabilities"
      ),
      (
        #"{"logprob":[-1],"probability":[0.5,0.5],"advantage":1}"#,
        "field 'probability': it and 'logprob' differ"
      ),
      (#"{"sequence":"a""#, "the text ends inside an array or an object"),
      ("[]", "the line is not a JSON object"),
      ("damage", ""),
    ])
  func aDamagedLineIsNamedByFileLineAndField(_ line: String, _ message: String) async throws {
    try await inWorkspace { space in
      try space.write(Self.good + "\n" + line + "\n", to: "t.jsonl")
      let result = try await space.run("modulate", "t.jsonl")
      #expect(result.status == 65 && result.output.isEmpty)
      #expect(result.errors.hasPrefix("Error: t.jsonl:2: " + message), "\(result.errors)")
    }
  }

  @Test(
    arguments: [
      (
        ["--mode", "published"],
        "t.jsonl:1: field 'probabilities': the exact entropy change (--entropy-source released does without) needs 'probabilities', which the tokens do not have"
      ),
      (
        ["--compensation-scope", "vocabulary"],
        "t.jsonl:1: field 'probabilities': the compensation's scope 'vocabulary' without --vocabulary needs 'probabilities', which the tokens do not have"
      ),
      (
        ["--compensation-scope", "group"],
        "t.jsonl:1: field 'group': the scope 'group' needs 'group', which the tokens do not have"
      ),
      (
        ["--stabilisation-scope", "state"],
        "t.jsonl:1: field 'state': the scope 'state' needs 'state', which the tokens do not have"
      ),
      (
        ["--vocabulary", "1"],
        "t.jsonl:1: field 'entropy': 0.5 exceeds log K = 0 for a vocabulary of 1"
      ),
    ])
  func whatAnOptionNeedsOfTheTokensIsNamed(_ options: [String], _ message: String) async throws {
    try await inWorkspace { space in
      try space.write(Self.good, to: "t.jsonl")
      let result = try await space.run(words: ["modulate", "t.jsonl"] + options)
      #expect(result.status == 65 && result.output.isEmpty)
      #expect(result.errors == "Error: \(message)\n")
    }
  }

  @Test func someTokensWithAGroupAndSomeWithoutAreNoPositions() async throws {
    try await inWorkspace { space in
      try space.write(Self.token(["group": "1"]) + "\n" + Self.good, to: "t.jsonl")
      let result = try await space.run("modulate", "t.jsonl", "--compensation-scope", "position")
      #expect(result.status == 65 && result.errors.hasPrefix("Error: t.jsonl:2: field 'group': "))
    }
  }

  /// By hand: one token has nothing to differ from: its released change is 0 and its compensation 1; x = 0 gives a stabilisation of f(0) = 1 in double precision.
  @Test func aResponseOfOneTokenHasTheReleasedChangeZero() async throws {
    let line = try await ModulateCommandTests.modulate(Self.good)[0]
    #expect(line["entropy_change_released"]?.doubleValue == 0)
    #expect(line["compensation"]?.doubleValue == 1 && line["stabilisation"]?.doubleValue == 1)
    #expect(line["modulated_advantage"]?.doubleValue == 1)
  }

  @Test func aResponseWithoutAnyTokenThatCountsIsLeftAlone() async throws {
    let lines = try await ModulateCommandTests.modulate(
      #"{"logprob":[-1,-2],"entropy":[1,2],"advantage":3,"mask":[0,0]}"# + "\n"
        + Self.token(["mask": "false", "probabilities": "[0.5,0.5]", "entropy": nil]))
    #expect(lines[0]["factor"] == .array([.integer(1), .integer(1)]))
    #expect(lines[0]["entropy_change_released"] == .array([.integer(0), .integer(0)]))
    #expect(lines[0]["modulated_advantage"] == .array([.integer(3), .integer(3)]))
    #expect(lines[1]["entropy_change_exact"]?.doubleValue == 0 && lines[1]["factor"]?.doubleValue == 1)
  }

  @Test func aVocabularyOfOneHasNoScoreAndNoChange() async throws {
    let only = Self.token(["probability": "1", "probabilities": "[1]", "entropy": nil])
    let line = try await ModulateCommandTests.modulate(only, ["--mode", "published"])[0]
    for field in [
      "entropy_change_exact", "entropy_change_released", "score_norm_sq", "score_norm_lower",
      "score_norm_upper",
    ] { #expect(line[field]?.doubleValue == 0, "\(field)") }
    #expect(line["factor"]?.doubleValue == 1)
    let vocabulary = try await ModulateCommandTests.modulate(
      Self.token(["probability": "1", "entropy": "0"]),
      ["--vocabulary", "1", "--compensation-scope", "vocabulary"])
    #expect(vocabulary[0]["factor"]?.doubleValue == 1 && vocabulary[0]["score_norm_lower"]?.doubleValue == 0)
  }

  @Test(arguments: ["", "\n \n\r\n"])
  func anInputWithoutTokensIsAnError(_ text: String) async throws {
    try await inWorkspace { space in
      for options in [[], ["--summary"], ["--output", "m"]] {
        let result = try await space.run(words: ["modulate", "-"] + options, input: text)
        #expect(result.status == 65 && result.output.isEmpty)
        #expect(result.errors == "Error: <stdin>: there are no tokens\n")
      }
      #expect(try space.files() == [])
    }
  }

  /// Entropy changes that overflow would hide every other token's: the largest of the scope would be infinite.
  @Test func entropyChangesBeyondDoublePrecisionAreRefused() async throws {
    try await inWorkspace { space in
      let lines = [
        #"{"logprob":[-0.5,-2],"entropy":[1,1],"advantage":1,"ratio":[1.25,1]}"#,
        #"{"logprob":[-0.5,-2],"entropy":[9,30],"advantage":1.7e308,"ratio":[1,1.2]}"#,
      ]
      try space.write(lines.joined(separator: "\n"), to: "t.jsonl")
      for options in [[], ["--summary"]] {
        let result = try await space.run(words: ["modulate", "t.jsonl"] + options)
        #expect(result.status == 65)
        #expect(
          result.errors
            == "Error: t.jsonl:2: field 'advantage': a token's entropy change is beyond double precision\n",
          "\(result.errors)")
      }
    }
  }

  @Test func otherNumbersBeyondDoublePrecisionAreNullAndCounted() async throws {
    try await inWorkspace { space in
      // A floor of 1 switches the stabilisation off; the modulated advantage 1.2 · 1.7e308 overflows.
      try space.write(
        #"{"logprob":[-0.5,-2],"entropy":[0.1,3],"advantage":1.7e308}"#, to: "t.jsonl")
      let result = try await space.run("modulate", "t.jsonl", "--mode", "released-6", "--floor", "1")
      #expect(result.status == 0, "\(result.errors)")
      #expect(result.output.contains(#""modulated_advantage":[null"#), "\(result.output)")
      #expect(result.errors.hasSuffix(" numbers are beyond double precision and null\n"), "\(result.errors)")
    }
  }
}
