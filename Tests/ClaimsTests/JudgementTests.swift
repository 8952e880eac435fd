import Testing

@testable import Claims

/// Verdicts from findings, nothing examined.
@Suite struct JudgementTests {
  static func examined(_ findings: [Finding], control: Finding.Basis, condition: String? = nil)
    -> Judgement.Examined
  {
    var evidence = Evidence(control: Finding(basis: control))
    evidence.findings = findings
    evidence.condition = condition
    return Judgement.Examined(
      specification: SampleVarianceUnbiased.registered, registration: .exploratory, evidence: evidence,
      seconds: 0)
  }

  static func verdict(
    _ findings: [Finding], control: Finding.Basis = .exact(holds: false), condition: String? = nil
  )
    -> Verdict
  {
    Judgement.settle([examined(findings, control: control, condition: condition)])[0].verdict
  }

  @Test func theWeakestFindingDecides() {
    let holds = Finding(basis: .exact(holds: true))
    let fails = Finding(basis: .exact(holds: false))
    let open = Finding(basis: .statistical(support: 0.3, refute: 1, sufficientCount: 100))
    let mute = Finding(basis: .notTestable(reason: "no field"))
    #expect(Self.verdict([holds, holds]) == .supported)
    #expect(Self.verdict([holds, Finding(basis: .exact(holds: true), condition: "x > 0")]) == .supportedWhen)
    #expect(Self.verdict([holds], condition: "x > 0") == .supportedWhen)
    #expect(Self.verdict([holds, mute]) == .notTestable)
    #expect(Self.verdict([holds, open]) == .inconclusive)
    #expect(Self.verdict([holds, open, fails]) == .refuted)
  }

  /// What the statement does not speak of gets a verdict of its own and changes none.
  @Test func comparisonsDecideNothing() {
    let holds = Finding(basis: .exact(holds: true))
    let comparison = Finding(estimator: "rival", basis: .exact(holds: false), isComparison: true)
    let outcome = Judgement.settle([Self.examined([holds, comparison], control: .exact(holds: false))])[0]
    #expect(outcome.verdict == .supported)
    #expect(outcome.subVerdicts.map(\.verdict) == [.supported, .refuted])
  }

  @Test func withoutPowerNothingIsSettled() {
    let holds = Finding(basis: .exact(holds: true))
    let fails = Finding(basis: .exact(holds: false))
    #expect(Self.verdict([holds], control: .exact(holds: true)) == .inconclusive)
    #expect(
      Self.verdict([fails], control: .statistical(support: 1, refute: 0.01, sufficientCount: nil))
        == .inconclusive)
  }

  @Test func smallPValuesSettleAndLargeOnesDoNot() {
    #expect(
      Self.verdict([Finding(basis: .statistical(support: 1e-9, refute: 1, sufficientCount: nil))])
        == .supported)
    #expect(
      Self.verdict([Finding(basis: .statistical(support: 1, refute: 1e-9, sufficientCount: nil))]) == .refuted
    )
    // 1e-6 family error over two p-values: 6e-7 does not survive the factor of two.
    #expect(
      Self.verdict([Finding(basis: .statistical(support: 6e-7, refute: 1, sufficientCount: nil))])
        == .inconclusive)
  }

  @Test func theFamilyIsJudgedTogether() {
    let strong = Finding(basis: .statistical(support: 3e-7, refute: 1, sufficientCount: nil))
    let weak = Finding(basis: .statistical(support: 0.5, refute: 1, sufficientCount: nil))
    #expect(Self.verdict([strong]) == .supported)
    let crowd = Judgement.settle([
      Self.examined([strong], control: .exact(holds: false)),
      Self.examined([weak, weak], control: .exact(holds: false)),
    ])
    // Six p-values now: 6 · 3e-7 exceeds the family error.
    #expect(crowd[0].verdict == .inconclusive)
  }

  /// A log may lack fields or agree without moving a verdict; what breaks on it is broken.
  @Test func aLogRefutesAndDoesNotExcuse() throws {
    func outcome(_ logFinding: Finding, control: Bool = false) -> ClaimOutcome {
      var examined = Self.examined([Finding(basis: .exact(holds: true))], control: .exact(holds: control))
      var log = LogEvidence()
      log.findings = [logFinding]
      log.addNotTestable("exact change", field: "probabilities", because: "the sum runs over the vocabulary")
      examined.evidence.log = log
      return Judgement.settle([examined])[0]
    }
    let agrees = outcome(Finding(basis: .exact(holds: true), condition: "on 7 tokens"))
    #expect(agrees.verdict == .supported)
    #expect(agrees.logVerdicts.map(\.verdict) == [.supportedWhen, .notTestable])
    #expect(
      agrees.logVerdicts[1].condition
        == "the log has no field 'probabilities': the sum runs over the vocabulary")
    #expect(outcome(Finding(basis: .exact(holds: false))).verdict == .refuted)
    #expect(outcome(Finding(basis: .exact(holds: false)), control: true).verdict == .inconclusive)
  }

  @Test func pValuesFromALogBelongToTheFamily() {
    var first = Self.examined(
      [Finding(basis: .statistical(support: 4e-7, refute: 1, sufficientCount: nil))],
      control: .exact(holds: false))
    #expect(Judgement.settle([first])[0].verdict == .supported)
    var log = LogEvidence()
    log.findings = [Finding(basis: .statistical(support: 0.5, refute: 0.5, sufficientCount: nil))]
    first.evidence.log = log
    // Four p-values now: 4 · 4e-7 exceeds the family error of 1e-6.
    #expect(Judgement.settle([first])[0].verdict == .inconclusive)
  }

  @Test func anOpenFindingSaysWhatWouldSettleIt() {
    let open = Finding(basis: .statistical(support: 0.3, refute: 1, sufficientCount: 1234))
    let outcome = Judgement.settle([Self.examined([open], control: .exact(holds: false))])[0]
    #expect(outcome.subVerdicts[0].condition == "about 1234 replicates would settle it")
  }

  /// What is open is neither listed as holding nor as failing: it is counted, and so is not what could not be asked.
  @Test func aConditionTellsWhatIsOpenFromWhatFails() {
    func finding(_ estimator: String, _ basis: Finding.Basis) -> Finding {
      Finding(estimator: estimator, population: "w", basis: basis)
    }
    let open = Finding.Basis.statistical(support: 0.3, refute: 1, sufficientCount: nil)
    func condition(_ findings: [Finding]) -> String? {
      Judgement.settle([
        Self.examined(
          findings, control: .exact(holds: false),
          condition: "holding: {supported}; failing: {refuted}; open: {unsettled}")
      ])[0].condition
    }
    #expect(
      condition([
        finding("a", .exact(holds: true)), finding("b", open), finding("c", .exact(holds: false)),
        finding("d", open), finding("e", .notTestable(reason: "no field")),
      ]) == "holding: a on w; failing: c on w; open: 2")
    #expect(condition([finding("b", open)]) == "holding: none; failing: none; open: 1")
    #expect(condition([finding("a", .exact(holds: true))]) == "holding: a on w; failing: none; open: 0")
  }
}

@Suite struct SpecificationTests {
  @Test func theRegisterIsComplete() {
    // CLAIMS.md, in its order.
    #expect(
      allClaims.map(\.specification.id) == [
        "sample-variance-unbiased", "proxy-tracks-variance", "variance-bounded-by-proxy",
        "bound-transfers-optimality", "variance-falls-as-one-over-n", "normalised-variance-follows-proxy",
        "logged-variance-proxy-unbiased", "proxy-holds-for-graded-rewards", "uniform-suboptimal",
        "neyman-optimal", "proxy-allocation-optimal", "estimated-proxy-keeps-gain",
        "released-allocator-beats-uniform", "released-rows-aligned", "score-norm-attenuates",
        "score-norm-bounded-by-entropy", "compensation-restores-gradient", "modulation-unbiased",
        "modulation-reduces-variance", "entropy-change-exact", "released-entropy-change-agrees",
        "entropy-change-indicates-magnitude", "stabilisation-bounds-updates", "entropy-as-step-size",
        "variance-optimal-learns-faster",
      ])
  }

  @Test func everySpecificationIsFilledIn() {
    for claim in allClaims {
      let specification = claim.specification
      #expect(
        !specification.statement.isEmpty && !specification.formula.isEmpty && !specification.source.isEmpty)
      #expect(
        !specification.worlds.isEmpty && !specification.methods.isEmpty && !specification.performance.isEmpty)
      #expect(!specification.decisionRule.isEmpty && !specification.negativeControl.isEmpty)
      #expect(specification.sha256.count == 64)
    }
  }

  @Test func anyChangeOfANumberChangesTheHash() {
    var specification = SampleVarianceUnbiased.registered
    let before = specification.sha256
    specification.parameters["restarts"] = [17]
    #expect(specification.sha256 != before)
  }

  /// SHA-256 of "abc": FIPS 180-2, appendix B.1.
  @Test func canonicalJSONSortsKeys() {
    let value = StructuredValue.record([
      .init("b", .list([.integer(1), .number(0.5), .missing])), .init("a", .text("x\"\n\u{1}")),
      .init("c", .number(.nan)),
    ])
    #expect(value.canonicalJSON == #"{"a":"x\"\n\u0001","b":[1,0.5,null],"c":null}"#)
  }
}

@Suite struct ClaimLockTests {
  @Test func aLockSurvivesWritingAndReading() throws {
    let lock = ClaimLock(claims: allClaims, verdicts: ["neyman-optimal": .supported])
    #expect(try ClaimLock(text: lock.text) == lock)
    #expect(lock.registration(of: NeymanOptimal.registered) == .registered)
    var changed = NeymanOptimal.registered
    changed.margin = 1
    #expect(lock.registration(of: changed) == .changedSinceLock)
    changed.id = "something-else"
    #expect(lock.registration(of: changed) == .exploratory)
  }

  @Test func damagedLocksNameTheLine() {
    #expect(throws: ClaimLock.LockError.malformed(line: 2, text: "abc neyman-optimal -")) {
      try ClaimLock(text: "# comment\nabc neyman-optimal -\n")
    }
    let hash = String(repeating: "0", count: 64)
    #expect(throws: ClaimLock.LockError.duplicate(line: 2, id: "a")) {
      try ClaimLock(text: "\(hash) a -\n\(hash) a supported\n")
    }
    #expect(throws: ClaimLock.LockError.self) { try ClaimLock(text: "\(hash) a perhaps\n") }
  }
}
