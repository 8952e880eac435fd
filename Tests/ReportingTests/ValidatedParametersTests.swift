import Claims
import Interchange
import Reporting
import Testing

@Suite struct ValidatedParametersTests {
  private func values(_ document: JSONValue, _ list: String) -> [String] {
    (document[list]?.arrayValue ?? []).compactMap { $0["value"]?.stringValue }
  }

  private static let worstCase = "worst case over σ² ≤ C·P"

  @Test func onlySettledClaimsBackParameters() throws {
    let document = ValidatedParameters.json([
      Fixture.outcome("neyman-optimal", condition: "n is large"),
      Fixture.outcome("sample-variance-unbiased"),
      Fixture.outcome("proxy-allocation-optimal", findings: [Finding(basis: .exact(holds: false))]),
      Fixture.outcome(
        "bound-transfers-optimality",
        findings: [
          Finding(estimator: "n ∝ √P", population: "actual variances", basis: .exact(holds: false)),
          Finding(
            estimator: "n ∝ √P", population: Self.worstCase, basis: .exact(holds: true), condition: "minimax"),
          Finding(estimator: "n ∝ P", population: Self.worstCase, basis: .exact(holds: false)),
        ]),
      Fixture.outcome(
        "estimated-proxy-keeps-gain",
        findings: [
          Finding(estimator: "P̂", population: "a", basis: .exact(holds: true)),
          Finding(estimator: "P̂", population: "b", basis: .exact(holds: false)),
          Finding(estimator: "√P̂", basis: .statistical(support: 0.5, refute: 0.5, sufficientCount: nil)),
        ]),
    ])
    #expect(values(document, "parameters") == ["unbiased-sample-variance", "neyman", "root", "minimax"])
    #expect(values(document, "rejected") == ["proportional", "estimated-proportional"])
    #expect(values(document, "unsettled").contains("estimated-root"))
    let neyman = try #require(document["parameters"]?[1])
    #expect(neyman["condition"]?.stringValue == "n is large")
    #expect(neyman["claims"]?[0]?["verdict"]?.stringValue == "supported-when")
    #expect(
      neyman["claims"]?[0]?["spec_sha256"]?.stringValue == Fixture.specification("neyman-optimal").sha256)
    #expect(document["parameters"]?[2]?["condition"]?.stringValue == "minimax")
    #expect(
      document["rejected"]?[1]?["reason"]?.stringValue == "estimated-proxy-keeps-gain for P̂ is refuted")
  }

  @Test func aClaimWithoutPowerBacksNothing() {
    let document = ValidatedParameters.json([
      Fixture.outcome("neyman-optimal", controlHolds: true),
      Fixture.outcome(
        "bound-transfers-optimality",
        findings: [Finding(estimator: "n ∝ √P", population: Self.worstCase, basis: .exact(holds: true))],
        controlHolds: true),
    ])
    #expect(values(document, "parameters") == [])
    #expect(values(document, "unsettled").count == ValidatedParameters.candidates.count)
  }

  /// A token rule stands or falls over leave-one-out; of two values with one scale everywhere the direction counts, of halves without zeros all forms.
  @Test func rivalsAreBackedByTheirOwnSubVerdicts() {
    let families = [
      "one token, two actions", "one token", "two tokens, two actions", "two tokens",
      "two tokens, shared logits",
    ]
    func both(_ method: String, strict: Bool, direction: Bool) -> [Finding] {
      families.flatMap { family in
        [("strict", strict), ("direction", direction)].map { form, holds in
          Finding(
            estimator: method, population: "\(family): \(form) (rival)", basis: .exact(holds: holds),
            isComparison: true)
        }
      }
    }
    let findings =
      both("rloo+fork-tokens", strict: false, direction: false)
      + both("rloo+kl-cov", strict: true, direction: true)
      + both("grpo+kl-cov", strict: false, direction: true)
      + both("w-reinforce", strict: false, direction: true)
      + both("psr", strict: true, direction: true)
      + both("psr-as-released", strict: false, direction: true)
    let document = ValidatedParameters.json([Fixture.outcome("modulation-unbiased", findings: findings)])
    #expect(values(document, "parameters") == ["kl-cov", "w-reinforce", "psr"])
    #expect(values(document, "rejected") == ["fork-tokens", "psr-as-released"])
    let known = Set(values(document, "unsettled"))
    #expect(known.isSuperset(of: ["entropy-advantages", "clip-cov", "nsr", "nsr-as-released"]))
  }

  @Test func everyCandidateNamesAClaimOfTheRegister() {
    let known = allClaims.map(\.specification.id)
    for candidate in ValidatedParameters.candidates {
      for backing in candidate.backing { #expect(known.contains(backing.claim), "\(backing.claim)") }
    }
  }

  @Test func nothingIsBackedWithoutClaims() {
    #expect(values(ValidatedParameters.json([]), "parameters") == [])
  }
}
