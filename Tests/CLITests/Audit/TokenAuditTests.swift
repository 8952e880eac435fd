import Foundation
import Interchange
import Testing

@testable import CLI

/// The repository's root, from this file's place in it.
private let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
  .deletingLastPathComponent().deletingLastPathComponent().path
private let shared = root + "/../shared/data/smollm2-arithmetic/rollouts.jsonl"

/// What `allot audit` says of logged tokens.
@Suite struct TokenAuditTests {
  private func audit(_ text: String, threshold: Double? = nil) throws -> TokenAudit? {
    var result: TokenAudit?
    try withTemporaryFile(text) { path in result = try audit(paths: [path]) }
    return result
  }

  private func audit(paths: [String]) throws -> TokenAudit? {
    let log = try AuditLog(paths: paths, rule: SuccessRule(), allowedDamage: 0, readsTokens: true)
    return try TokenAudit(log, paths: paths, rule: SuccessRule())
  }

  private func form(_ audit: TokenAudit, _ name: String, _ scope: TokenForm.Scope) throws -> TokenForm {
    try #require(audit.forms.first { $0.name == name && $0.scope == scope })
  }

  private func numbers(_ values: [Double]) -> String {
    "[" + values.map { "\($0)" }.joined(separator: ",") + "]"
  }

  /// Rollouts of several prompts, lengths from 1 to 6, some off-policy far enough to be clipped.
  private func rollouts() -> [(
    prompt: Int, reward: Int, logs: [Double], entropies: [Double], sums: [Double], old: [Double]
  )] {
    (0..<24).map { index in
      let length = 1 + index * 5 % 6
      let logs = (0..<length).map { -0.05 - Double((index * 7 + $0 * 11) % 23) / 9 }
      let entropies = (0..<length).map { 0.1 + Double((index * 13 + $0 * 5) % 19) / 8 }
      let sums = logs.map { exp(2 * $0) + (1 - exp($0)) * (1 - exp($0)) / 3 }
      let old = logs.enumerated().map { min($1 + Double((index + $0) % 7 - 3) / 8, 0) }
      return (index % 3, index % 4 == 0 || index % 3 == 2 ? 1 : 0, logs, entropies, sums, old)
    }
  }

  /// The tokens of one group, run through `allot modulate`'s own code with the advantages worked out here, have the same factors.
  @Test func theFactorsAreThoseOfModulate() throws {
    let all = rollouts()
    let text = all.map { rollout in
      #"{"prompt_id":"p\#(rollout.prompt)","reward":\#(rollout.reward),"logprobs":\#(numbers(rollout.logs)),"entropy":\#(numbers(rollout.entropies)),"sum_sq_probability":\#(numbers(rollout.sums)),"old_logprobs":\#(numbers(rollout.old))}"#
    }.joined(separator: "\n")
    let audit = try #require(try audit(text))
    let lines = all.map { rollout in
      let group = all.filter { $0.prompt == rollout.prompt }
      let (n, k) = (Double(group.count), Double(group.reduce(0) { $0 + $1.reward }))
      // Every rollout of prompt 2 succeeds: no advantage.
      let deviation = (k * (n - k)).squareRoot() / n
      let advantage = deviation > 0 ? (Double(rollout.reward) - k / n) / deviation : 0
      return (
        rollout.prompt,
        #"{"prompt_id":"p\#(rollout.prompt)","logprobs":\#(numbers(rollout.logs)),"entropy":\#(numbers(rollout.entropies)),"sum_sq_probability":\#(numbers(rollout.sums)),"old_logprobs":\#(numbers(rollout.old)),"advantage":\#(advantage)}"#
      )
    }
    for (name, scope) in [
      ("released-6", TokenForm.Scope.group), ("released-5", .group), ("released-6", .log),
      ("released-5", .log), ("published", .position),
    ] {
      var options = ["t", "--mode", name]
      if scope == .position {
        options += [
          "--entropy-source", "released", "--compensation-scope", "group", "--stabilisation-scope",
          "position",
        ]
      }
      let choice = try ModulateCommand.parse(options).choice
      var summary = ModulationSummary(choice, threshold: TokenForm.threshold)
      let batches =
        scope == .log ? [lines.map(\.1)] : (0..<3).map { prompt in lines.filter { $0.0 == prompt }.map(\.1) }
      for batch in batches {
        let reader = LineReader(bytes: Array(batch.joined(separator: "\n").utf8), name: "t")
        var stream = try ModulationStream(reader, choice, vocabulary: nil, microBatch: .max)
        let found = try #require(try stream.next { false })
        summary.add(found.table, found.result)
      }
      for (left, right) in zip(try form(audit, name, scope).tallies, summary.tallies) {
        let label = "\(name) \(scope) \(left.name)"
        #expect(
          left.distribution.count == right.distribution.count && left.touched == right.touched, "\(label)")
        // Advantages differ by roundings, and the published form's maxima are kept in single precision: 2⁻²⁴ relative, times γ(1 − λ)/4 = 5.
        let tolerance = scope == .position ? 6e-7 : 1e-12
        for (a, b) in zip(left.numbers, right.numbers) {
          #expect(
            abs((a.value ?? .nan) - (b.value ?? .nan)) <= tolerance + left.distribution.resolution
              * (a.name.hasPrefix("q") ? 1 : 0), "\(label) \(a.name)")
        }
        #expect(
          abs((left.distribution.mean ?? .nan) - (right.distribution.mean ?? .nan)) <= tolerance, "\(label)")
        #expect(abs((left.normShare ?? .nan) - (right.normShare ?? .nan)) <= 1e-12, "\(label)")
      }
    }
    let tokens = all.reduce(0) { $0 + $1.logs.count }
    #expect(audit.tokens == tokens && audit.rollouts == 24 && audit.rolloutsWithout == 0)
    #expect(audit.withoutAdvantage == all.filter { $0.prompt == 2 }.reduce(0) { $0 + $1.logs.count })
    #expect(audit.missing.map(\.field) == ["probabilities", "advantage", nil])
  }

  /// By hand: entropies at position 0 are 1 and 3, at position 1 only 2.
  @Test func entropyIsGatheredByPosition() throws {
    let audit = try #require(
      try audit(
        #"{"prompt_id":"a","reward":1,"entropy":[1,2],"logprobs":[-1,-1]}"# + "\n"
          + #"{"prompt_id":"a","reward":0,"entropy":[3],"logprobs":[-1]}"#))
    #expect(audit.positions.map(\.from) == [0, 1] && audit.positions.map(\.through) == [0, 1])
    #expect(audit.positions.map(\.entropies.count) == [2, 1])
    #expect(audit.positions[0].entropies.mean == 2 && audit.positions[1].entropies.quantile(0.5) == 2)
    #expect(audit.positions[0].entropies.minimum == 1 && audit.positions[0].entropies.maximum == 3)
  }

  @Test func everyPositionHasOneRange() {
    for position in Array(0..<5000) + [1 << 19, (1 << 20) - 1, 1 << 20, 1 << 40] {
      let place = EntropyByPosition.place(position)
      #expect(EntropyByPosition.start(place) <= position, "\(position)")
      if position < 1 << 20 { #expect(position < EntropyByPosition.start(place + 1), "\(position)") }
    }
    #expect(EntropyByPosition.place(31) == 31 && EntropyByPosition.place(32) == 32)
    #expect(EntropyByPosition.place(1 << 20) == EntropyByPosition.place(1 << 40))
  }

  @Test func missingArraysAreNamedWithWhatTheyWouldGive() throws {
    let bare = try #require(
      try audit(#"{"prompt_id":"a","reward":1,"entropy":[1]}"# + "\n" + #"{"prompt_id":"a","reward":0}"#))
    #expect(
      bare.missing.map(\.field) == ["probabilities", "advantage", nil, "old_logprobs", "logprobs", "entropy"])
    #expect(bare.missing.last?.reason == "1 of 2 rollouts have none and were left out")
    for form in bare.forms {
      #expect(form.tallies[0].distribution.count == 1 && form.tallies[1].distribution.count == 0)
      #expect(form.tallies.allSatisfy { $0.normShare == nil })
    }
    #expect(bare.text.contains("  stabilisation and score norms (logprobs): the rollouts have none\n"))
    let sums = try #require(try audit(#"{"prompt_id":"a","reward":1,"entropy":[1],"logprobs":[-1]}"#))
    #expect(sums.missing.map(\.field).suffix(2) == ["old_logprobs", "sum_sq_probability"])
  }

  @Test func aLogWithoutEntropiesHasNoTokens() throws {
    #expect(try audit(#"{"prompt_id":"a","reward":1,"logprobs":[-1]}"#) == nil)
    #expect(try audit("prompt_id,reward\na,1\n") == nil)
  }

  @Test func positionsBeyondTheKeptOnesAreCountedAndSaid() throws {
    let count = TokenGroup.positionCount + 6
    let zeros = numbers([Double](repeating: 0.5, count: count))
    let logs = numbers((0..<count).map { -Double($0 % 7) / 8 })
    let audit = try #require(
      try audit(
        (0..<2).map { #"{"prompt_id":"a","reward":\#($0),"entropy":\#(zeros),"logprobs":\#(logs)}"# }.joined(
          separator: "\n")))
    #expect(audit.beyond == 12 && audit.missing.last?.reason.contains("12 tokens lie beyond") == true)
    let published = try form(audit, "published", .position)
    #expect(published.tallies[0].distribution.count == 2 * count)
    #expect(published.tallies[1].distribution.count == 2 * TokenGroup.positionCount)
    #expect(try form(audit, "released-6", .group).tallies[1].distribution.count == 2 * count)
  }

  @Test func theLinesMayComeInAnyOrder() throws {
    let lines = rollouts().map { rollout in
      #"{"prompt_id":"p\#(rollout.prompt)","reward":\#(rollout.reward),"logprobs":\#(numbers(rollout.logs)),"entropy":\#(numbers(rollout.entropies))}"#
    }
    let forward = try #require(try audit(lines.joined(separator: "\n")))
    let backward = try #require(try audit(lines.reversed().joined(separator: "\n")))
    for (left, right) in zip(forward.forms, backward.forms) {
      for (a, b) in zip(left.tallies, right.tallies) {
        #expect(a.touched == b.touched && a.distribution.minimum == b.distribution.minimum)
        #expect(a.distribution.maximum == b.distribution.maximum)
      }
    }
  }

  @Test func theCommandPrintsTokensUnderAKeyOfTheirOwn() async throws {
    try await inWorkspace { space in
      let log = rollouts().map { rollout in
        #"{"prompt_id":"p\#(rollout.prompt)","reward":\#(rollout.reward),"logprobs":\#(numbers(rollout.logs)),"entropy":\#(numbers(rollout.entropies))}"#
      }.joined(separator: "\n")
      try space.write(log, to: "l.jsonl")
      let found = try await space.run("audit", "l.jsonl", "--json", "--threads", "1")
      let json = try JSONValue(parsing: found.output)
      #expect(json["tokens"]?["forms"]?.arrayValue?.count == 5)
      #expect(json["tokens"]?["forms"]?[0]?["factors"]?[2]?["factor"]?.stringValue == "factor")
      #expect(json["tokens"]?["not_computed"]?[0]?["field"]?.stringValue == "probabilities")
      // All that an audit said before stands as it was.
      let ignoring = try await space.run("audit", "l.jsonl", "--json", "--threads", "1", "--ignore-tokens")
      let plain = try #require(try JSONValue(parsing: ignoring.output).objectValue)
      #expect(plain.last?.0 == "tokens" && plain.last?.1 == .null)
      #expect(JSONValue.object(plain.dropLast()) == .object((json.objectValue ?? []).dropLast()))
      // Standard input cannot be read twice.
      let piped = try await space.run("audit", "-", "--json", "--threads", "1", input: log)
      let once = try JSONValue(parsing: piped.output)["tokens"]
      #expect(once?["forms"] == .array([]) && once?["tokens"]?.integerValue ?? 0 > 0)
      #expect(
        once?["not_computed"]?[0]?["reason"]?.stringValue
          == "they need a second reading, and '-' can be read once; give the log as a file")
      let text = try await space.run("audit", "l.jsonl", "--threads", "1", "--output", "out")
      #expect(text.output.contains("What advantage modulation would do to them\n"))
      let files = try space.files("out")
      for file in [
        "tables/audit-token_factors.csv", "tables/audit-token_histogram.csv",
        "tables/audit-token_entropy.csv",
        "tables/audit-token_missing.csv",
      ] { #expect(files.contains(file)) }
      let header = String(decoding: try space.read("out/tables/audit-token_factors.csv"), as: UTF8.self)
        .prefix { $0 != "\n" }
      #expect(
        header
          == "form,scope,factor,tokens,touched,touched_share,norm_share,normed_tokens,mean,smallest,q05,q25,q50,q75,q95,largest,quantile_error"
      )
    }
  }

  @Test func damagedArraysAreDamagedLines() async throws {
    try await inWorkspace { space in
      try space.write(#"{"prompt_id":"a","reward":1,"logprobs":[{"token":1}]}"#, to: "l.jsonl")
      let result = try await space.run("audit", "l.jsonl")
      #expect(result.status == 65)
      #expect(
        result.errors.contains("l.jsonl:1: field 'logprobs': an array holds something other than numbers"))
      #expect(try await space.run("audit", "l.jsonl", "--ignore-tokens", "--quiet").status == 0)
    }
  }

  /// Counts and shares from an independent program (Python 3, floats) that holds all tokens in memory.
  @Test(
    .enabled(
      if: FileManager.default.fileExists(atPath: shared), "the shared rollouts are not there: ../shared/data")
  )
  func theSharedRolloutsHaveTheReferenceValues() throws {
    let audit = try #require(try audit(paths: [shared]))
    #expect(audit.tokens == 27663 && audit.positive == 13792 && audit.withoutAdvantage == 1454)
    let expected: [(String, TokenForm.Scope, [(touched: Int, norm: Double, mean: Double, least: Double)])] = [
      (
        "released-6", .group,
        [
          (13703, 0.339541789887, 1.087328348274, 1), (362, 0.113687634517, 0.997223946459, 0.75101627978),
          (13865, 0.372039503788, 1.084288134032, 0.75101627978),
        ]
      ),
      (
        "released-5", .group,
        [
          (13718, 0.344891091396, 1.174656696549, 1), (492, 0.134636870838, 0.994329553254, 0.602677140717),
          (13952, 0.389598827630, 1.167978922342, 0.602677140717),
        ]
      ),
      (
        "released-6", .log,
        [
          (13792, 0.351929287759, 1.089338697261, 1), (1, 0.000149709690, 0.999990935105, 0.75101627978),
          (13793, 0.352078997448, 1.089329632343, 0.75101627978),
        ]
      ),
      (
        "released-5", .log,
        [
          (13792, 0.351929287759, 1.178677394521, 1), (4, 0.004950826883, 0.999980834739, 0.602677140717),
          (13796, 0.356880114641, 1.1786582252, 0.602677140717),
        ]
      ),
      (
        "published", .position,
        [
          (13703, 0.339541789887, 1.087328348447, 1), (2849, 0.482804521476, 0.966676112509, 0.60267714037),
          (15344, 0.618539313553, 1.051640268035, 0.60267714037),
        ]
      ),
    ]
    for (name, scope, rows) in expected {
      for (tally, row) in zip(try form(audit, name, scope).tallies, rows) {
        #expect(tally.touched == row.touched, "\(name) \(scope) \(tally.name)")
        // The reference has 12 decimals; the published form's maxima are in single precision.
        let tolerance = scope == .position ? 6e-7 : 2e-12
        #expect(abs((tally.normShare ?? .nan) - row.norm) <= 2e-12)
        #expect(abs((tally.distribution.mean ?? .nan) - row.mean) <= tolerance)
        #expect(abs(tally.distribution.minimum - row.least) <= tolerance)
      }
    }
    #expect(audit.positions.map(\.entropies.count) == [8192, 8187, 5519, 2281, 959, 884, 841, 800])
  }
}
