import Claims
import Interchange
import Reporting
import Testing

@Suite struct ValidatedParametersTests {
  private func values(_ document: JSONValue, _ list: String) -> [String] {
    (document[list]?.arrayValue ?? []).compactMap { $0["value"]?.stringValue }
  }

  @Test func onlySettledClaimsBackParameters() throws {
    let document = ValidatedParameters.json([
      Fixture.outcome("neyman-optimal", condition: "n is large"),
      Fixture.outcome("sample-variance-unbiased"),
      Fixture.outcome(
        "proxy-allocation-optimal",
        findings: [
          Finding(estimator: "proportional", population: "diffuse", basis: .exact(holds: true)),
          Finding(estimator: "proportional", population: "u-shaped", basis: .exact(holds: false)),
          Finding(estimator: "root", basis: .exact(holds: true), condition: "equal score moments"),
          Finding(
            estimator: "score-aware", basis: .statistical(support: 0.5, refute: 0.5, sufficientCount: nil)),
        ]),
    ])
    #expect(values(document, "parameters") == ["unbiased-sample-variance", "neyman", "root"])
    #expect(values(document, "rejected") == ["proportional"])
    #expect(values(document, "unsettled").contains("score-aware"))
    let neyman = try #require(document["parameters"]?[1])
    #expect(neyman["condition"]?.stringValue == "n is large")
    #expect(neyman["claims"]?[0]?["verdict"]?.stringValue == "supported-when")
    #expect(
      neyman["claims"]?[0]?["spec_sha256"]?.stringValue == Fixture.specification("neyman-optimal").sha256)
    #expect(document["parameters"]?[2]?["condition"]?.stringValue == "equal score moments")
    #expect(
      document["rejected"]?[0]?["reason"]?.stringValue
        == "proxy-allocation-optimal for proportional is refuted")
  }

  @Test func aClaimWithoutPowerBacksNothing() {
    let document = ValidatedParameters.json([
      Fixture.outcome("neyman-optimal", controlHolds: true),
      Fixture.outcome(
        "proxy-allocation-optimal", findings: [Finding(estimator: "root", basis: .exact(holds: true))],
        controlHolds: true),
    ])
    #expect(values(document, "parameters") == [])
    #expect(values(document, "unsettled").count == ValidatedParameters.candidates.count)
  }

  @Test func nothingIsBackedWithoutClaims() {
    #expect(values(ValidatedParameters.json([]), "parameters") == [])
  }
}
