import Foundation
import Statistics
import Testing

@testable import Claims

/// The four claims on the sample of real tokens; skipped where the sample has no per-token fields.
@Suite struct ScoreNormSampleTests {
  private static let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: "Samples/smollm2-arithmetic/rollouts.jsonl")

  private static let text = (try? String(contentsOf: file, encoding: .utf8)) ?? ""

  static let hasTokens = text.contains("\"sum_sq_probability\"")

  /// The lines of the sample that carry tokens, read without the program's own reader.
  static func log() throws -> TokenLog {
    var prompts: [String] = []
    var responses: [TokenLog.Response] = []
    for line in text.split(separator: "\n") {
      let fields = try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
      func numbers(_ name: String) throws -> [Double] {
        try #require(fields[name] as? [NSNumber]).map(\.doubleValue)
      }
      let prompt = try #require(fields["prompt_id"] as? String)
      if !prompts.contains(prompt) { prompts.append(prompt) }
      responses.append(
        TokenLog.Response(
          prompt: try #require(prompts.firstIndex(of: prompt)),
          reward: try #require(fields["reward"] as? NSNumber).doubleValue,
          tokens: try #require(fields["token_ids"] as? [NSNumber]).map(\.intValue),
          logProbabilities: try numbers("logprobs"), entropies: try numbers("entropy"),
          sumsOfSquares: try numbers("sum_sq_probability"),
          scoreSquaredNorm: (fields["score_sqnorm"] as? NSNumber)?.doubleValue))
    }
    return TokenLog(name: "sample", promptNames: prompts, responses: responses, vocabulary: 49_152)
  }

  /// Theorems hold on real tokens within the rounding of the log; the readings that fail on small worlds fail here.
  @Test(.enabled(if: hasTokens, "the sample has no per-token fields"))
  func realTokensObeyTheTheoremsAndBreakTheRest() throws {
    let log = try Self.log()
    let norms = try ScoreNormLogTests.verdicts(ScoreNormAttenuates(), log)
    #expect(norms["lower bound, free of K"] == .exact(holds: true))
    #expect(norms["upper bound"] == .exact(holds: true))
    let entropy = try ScoreNormLogTests.verdicts(ScoreNormBoundedByEntropy(), log)
    #expect(entropy["expected, from above"] == .exact(holds: true))
    #expect(entropy["expected, from below, K fixed"] == .exact(holds: true))
    #expect(entropy["each token, from below, K fixed"] == .exact(holds: true))
    #expect(entropy["each token, from above"] == .exact(holds: false))
    let compensation = try #require(
      try CompensationRestoresGradient().examine(log, ScoreNormLogTests.examination))
    let shares = compensation.estimates.filter { $0.stat == "restored_share" }
    // The sample may have no token above 0.999; above 0.9 it has.
    #expect(shares.contains { $0.design.hasSuffix("π ≥ 0.9") })
    // ρ ≥ ½ at π ≥ 0.9 would need α ≥ (‖s_ref‖/(√2/10) − 1)/2 > 1 for ‖s_ref‖ > 0.43.
    for row in shares { #expect(row.estimate < 0.5, "\(row)") }
    // A share of a sample is never exact.
    for finding in compensation.findings {
      if case .exact = finding.basis { Issue.record("\(finding)") }
    }
  }
}
