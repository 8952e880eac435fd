import Foundation
import Statistics
import Testing

@testable import Claims

/// The four claims on tokens of a log.
@Suite struct ScoreNormLogTests {
  static let examination = Examination(seed: 1, preset: .quick, threads: 1, claim: "log")

  /// Two prompts of four responses of two tokens each, in states (0.9, 0.1) and (0.5, 0.5), rounded as logs are.
  static func log(sums: (Double) -> Double = { $0 }, hasSums: Bool = true, vocabulary: Int? = nil) -> TokenLog
  {
    func rounded(_ value: Double, _ digits: Double) -> Double { (value * digits).rounded() / digits }
    let entropies = [-0.9 * Foundation.log(0.9) - 0.1 * Foundation.log(0.1), Foundation.log(2.0)]
    let responses = (0..<8).map { index in
      TokenLog.Response(
        prompt: index / 4, reward: index % 4 < 2 ? 1 : 0, tokens: [index == 1 ? 1 : 0, index % 2],
        logProbabilities: [
          rounded(Foundation.log(index == 1 ? 0.1 : 0.9), 1e6), rounded(Foundation.log(0.5), 1e6),
        ],
        entropies: entropies.map { rounded($0, 1e6) },
        sumsOfSquares: hasSums ? [rounded(sums(0.82), 1e8), 0.5] : nil, scoreSquaredNorm: Double(10 - index))
    }
    return TokenLog(
      name: "by-hand", promptNames: ["a", "b"], responses: responses, vocabulary: vocabulary)
  }

  static func verdicts(_ claim: any Claim, _ log: TokenLog) throws -> [String: Finding.Basis] {
    let evidence = try #require(try claim.examine(log, examination))
    #expect(!evidence.findings.isEmpty)
    return Dictionary(uniqueKeysWithValues: evidence.findings.map { ($0.estimator, $0.basis) })
  }

  @Test func boundsHoldOnARoundedLog() throws {
    let found = try Self.verdicts(ScoreNormAttenuates(), Self.log())
    #expect(found["lower bound, free of K"] == .exact(holds: true))
    #expect(found["upper bound"] == .exact(holds: true))
  }

  private static func contradicts(_ basis: Finding.Basis?) -> Bool {
    if case .notTestable(let reason)? = basis { return reason.hasPrefix("the log contradicts itself: ") }
    return false
  }

  /// A Σπ² that no distribution with this π can have is found, on either side; it speaks against the log, not against the theorem.
  @Test func impossibleSumsContradictThemselves() throws {
    let low = try Self.verdicts(ScoreNormAttenuates(), Self.log(sums: { $0 - 0.02 }))
    #expect(Self.contradicts(low["lower bound, free of K"]))
    #expect(low["upper bound"] == .exact(holds: true))
    let high = try Self.verdicts(ScoreNormAttenuates(), Self.log(sums: { $0 + 0.01 }))
    #expect(Self.contradicts(high["upper bound"]))
    #expect(high["lower bound, free of K"] == .exact(holds: true))
  }

  /// The states have two tokens: on both curves at K = 2.
  ///
  /// The rare token breaks the bound for each token.
  @Test func statesOfTwoTokensLieOnBothCurves() throws {
    let found = try Self.verdicts(ScoreNormBoundedByEntropy(), Self.log(vocabulary: 2))
    #expect(found["expected, from above"] == .exact(holds: true))
    #expect(found["expected, from below, K fixed"] == .exact(holds: true))
    #expect(found["each token, from below, K fixed"] == .exact(holds: true))
    #expect(found["each token, from above"] == .exact(holds: false))
    let off = try Self.verdicts(ScoreNormBoundedByEntropy(), Self.log(sums: { $0 - 0.001 }))
    #expect(Self.contradicts(off["expected, from above"]))
    guard case .notTestable(let reason)? = off["each token, from below, K fixed"] else {
      Issue.record("\(off)")
      return
    }
    #expect(reason.contains("vocabulary"))
  }

  /// By hand: α/4 of the gap, as in the world of two tokens; responses of a prompt are correct and wrong.
  @Test func theRestoredShareOfALogIsThatOfItsStates() throws {
    let evidence = try #require(try CompensationRestoresGradient().examine(Self.log(), Self.examination))
    let row = try #require(
      evidence.estimates.first {
        $0.stat == "restored_share" && $0.method == "α = 1, group" && $0.design.hasSuffix("0.9")
      })
    // log 0.9 and the entropies have six decimals: ‖s‖ is off by 10⁻⁶ · (1 + 2π)/(2‖s‖) = 10⁻⁵, the share by a few times that.
    #expect(abs(row.estimate - 0.25) < 1e-4)
    // Two prompts settle nothing about the prompts they come from.
    for finding in evidence.findings {
      guard case .notTestable(let reason) = finding.basis else {
        Issue.record("\(finding)")
        continue
      }
      #expect(reason.contains("fewer than 20 prompts") || reason.contains("no correct token"))
    }
  }

  @Test func theReleasedStabilisationIsComputedOnALog() throws {
    let evidence = try #require(try StabilisationBoundsUpdates().examine(Self.log(), Self.examination))
    let rows = evidence.estimates.filter { $0.stat == "largest_ratio" }
    #expect(rows.count == 4 && rows.allSatisfy { $0.estimate > 0.6 && $0.estimate <= 1 })
    #expect(evidence.findings.contains { $0.estimator == "exact ΔH" })
    // Whether a prompt's largest update falls is asked of two prompts: binomial tails, which two answers cannot settle.
    for finding in evidence.findings where finding.estimator != "exact ΔH" {
      guard case .statistical(let support, let refute, _) = finding.basis else {
        Issue.record("\(finding)")
        continue
      }
      #expect(min(support, refute) >= 0.01)
    }
  }

  @Test(arguments: 0..<4)
  func withoutSumsOfSquaresTheFieldIsNamed(index: Int) throws {
    let claims: [any Claim] = [
      ScoreNormAttenuates(), ScoreNormBoundedByEntropy(), CompensationRestoresGradient(),
      StabilisationBoundsUpdates(),
    ]
    let evidence = try #require(try claims[index].examine(Self.log(hasSums: false), Self.examination))
    for finding in evidence.findings {
      guard case .notTestable(let reason) = finding.basis else {
        Issue.record("\(finding)")
        continue
      }
      #expect(reason.contains("'sum_sq_probability'") || reason.contains("'probabilities'"))
    }
  }
}
