import Foundation
import Statistics
import Testing

@testable import Claims

/// The entropy claims asked of the repository's sample of real rollouts, where it carries tokens.
@Suite struct RealTokensTests {
  static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  /// The full log, which lies beside the repository on machines that have it, and the repository's sample of it.
  static let paths = ["../shared/data", "Samples"].map {
    root.appending(path: "\($0)/smollm2-arithmetic/rollouts.jsonl")
  }

  static let log: TokenLog? = paths.lazy.compactMap(read).first
  /// Whether the full log is there; the sample is too small for some tests to be able to fail.
  static let hasFullLog = read(paths[0]) != nil

  /// A file as a log; nil where the file or its token fields are absent.
  static func read(_ path: URL) -> TokenLog? {
    guard let text = try? String(contentsOf: path, encoding: .utf8) else { return nil }
    var names: [String] = []
    var responses: [TokenLog.Response] = []
    for line in text.split(separator: "\n") {
      guard
        let record = try? JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any],
        let name = record["prompt_id"] as? String, let tokens = record["token_ids"] as? [Int],
        let logProbabilities = record["logprobs"] as? [Double],
        let entropies = record["entropy"] as? [Double],
        let squares = record["sum_sq_probability"] as? [Double], let reward = record["reward"] as? Double
      else { return nil }
      if names.last != name { names.append(name) }
      responses.append(
        TokenLog.Response(
          prompt: names.count - 1, reward: reward, tokens: tokens, logProbabilities: logProbabilities,
          entropies: entropies, sumsOfSquares: squares))
    }
    guard !responses.isEmpty else { return nil }
    return TokenLog(name: path.lastPathComponent, promptNames: names, responses: responses)
  }

  @Test(.enabled(if: log != nil, "no rollouts with tokens are there: Samples, ../shared/data"))
  func everyClaimAnswersOrNamesTheField() throws {
    let log = try #require(Self.log)
    for claim in LoggedStateTests.claims {
      let evidence = try #require(
        try claim.examine(
          log, Examination(seed: 1, preset: .quick, threads: 2, claim: claim.specification.id)))
      #expect(!evidence.findings.isEmpty && !evidence.explanation.isEmpty)
      for row in evidence.estimates { #expect(row.design.hasPrefix(LogEvidence.population), "\(row)") }
    }
  }

  /// E[π_aΛ_a] is Σπ²Λ of the token's own state, so that the π_aΛ_a less those expectations are differences of a martingale.
  ///
  /// Each lies in a known range, [−e^(−1−H), m(log m + H)] with m = √Σπ² shifted by its mean, and by Azuma and Hoeffding their sum exceeds
  /// √(½ log(2/δ) Σ range²) with probability at most δ = 10⁻⁹. Intervals that were off on one side would add up to far more.
  @Test(.enabled(if: hasFullLog, "the full set of rollouts is not there: ../shared/data"))
  func drawnTokensMeetTheIntervalsOnAverage() throws {
    let log = try #require(Self.log)
    let flattened = try log.flattened(advantages: LoggedStateTests.Halves())
    let states = try #require(LoggedStates(flattened))
    let labels = try #require(flattened.batch.states)
    let squares = try #require(flattened.sumsOfSquares)
    #expect(states.states.allSatisfy { $0.expectation.lower <= $0.expectation.upper })
    var aboveUpper = 0.0
    var aboveLower = 0.0
    var ranges = 0.0
    for index in labels.indices {
      let expectation = states.states[labels[index]].expectation
      aboveUpper += states.weightedDeviations[index] - expectation.upper
      aboveLower += states.weightedDeviations[index] - expectation.lower
      let entropy = flattened.batch.entropies[index]
      let most = squares[index].squareRoot()
      let range = exp(-1 - entropy) + max(most * (Foundation.log(most) + entropy), 0)
      ranges += range * range
    }
    let allowed = (0.5 * Foundation.log(2e9) * ranges).squareRoot()
    #expect(aboveUpper < allowed && aboveLower > -allowed, "\(aboveUpper), \(aboveLower), \(allowed)")
    // The test can fail: intervals moved by a fiftieth of a nat would.
    #expect(allowed < 0.02 * Double(labels.count))
  }
}
