import Allocation
import Policies
import Statistics
import Testing

@testable import Claims

/// The machinery behind the verdicts of the allocation claims: controls, tests under a true null, seeds.
@Suite struct AllocationVerdictTests {
  /// Enough batches for the controls, few enough for a debug build.
  static func small(_ specification: ClaimSpecification) -> ClaimSpecification {
    var copy = specification.cutDown
    copy.parameters["batches"] = specification.parameters["batches"].map { _ in [96, 96, 96] }
    copy.parameters["restarts"] = [4]
    return copy
  }

  static let claims: [any Claim] = [
    UniformSuboptimal(specification: small(UniformSuboptimal.registered)),
    NeymanOptimal(specification: small(NeymanOptimal.registered)),
    ProxyAllocationOptimal(specification: small(ProxyAllocationOptimal.registered)),
    EstimatedProxyKeepsGain(specification: small(EstimatedProxyKeepsGain.registered)),
    ReleasedAllocatorBeatsUniform(specification: small(ReleasedAllocatorBeatsUniform.registered)),
    ReleasedRowsAligned(specification: small(ReleasedRowsAligned.registered)),
  ]

  static func outcome(_ claim: any Claim, seed: UInt64 = 3) throws -> ClaimOutcome {
    try Verification.run([claim], seed: seed, preset: .quick, threads: 2, lock: nil)[0]
  }

  @Test(arguments: claims.indices)
  func theNegativeControlIsRefuted(index: Int) throws {
    let outcome = try Self.outcome(Self.claims[index])
    #expect(outcome.controlVerdict == .refuted, "\(outcome.specification.id)")
    #expect(outcome.verdict != .notTestable)
    for row in outcome.evidence.estimates
    where row.stat == "z_against_exact" || row.stat == "z_against_reference" {
      #expect(abs(row.estimate) < 6, "\(row)")
    }
    // A table that lists populations leaves none out.
    for table in outcome.evidence.pointTables where table.columns.first == "population" {
      let expected =
        table.name == "regret" || table.name == "mispaired"
        ? PassRatePopulation.all.count : PromptPopulation.all.count
      #expect(Set(table.rows.map { $0[0] }).count >= expected, "\(table.name)")
    }
  }

  /// A control that holds must not pass for a refuted one: the claim is then left open.
  @Test func aTrueControlWouldShow() {
    let finding = Finding(basis: .exact(holds: true))
    var evidence = Evidence(control: finding)
    evidence.findings = [finding]
    let examined = Judgement.Examined(
      specification: NeymanOptimal.registered, registration: .exploratory, evidence: evidence, seconds: 0)
    #expect(Judgement.settle([examined])[0].verdict == .inconclusive)
  }

  @Test func anotherSeedGivesOtherNumbers() throws {
    let claim = Self.claims[0]
    let one = try Self.outcome(claim, seed: 3).evidence.estimates
    let other = try Self.outcome(claim, seed: 4).evidence.estimates
    #expect(one != other)
    #expect(try Self.outcome(claim, seed: 3).evidence.estimates == one)
  }

  @Test func manyMeansAreTheSameAsOne() throws {
    let examination = Examination(seed: 8, preset: .quick, threads: 3, claim: "means")
    let one = try SequentialMean.run(
      examination, designPoint: 4, range: 0...1, boundary: 0.4, maximumCount: 500, stopBelow: 0,
      firstBatch: 64
    ) { $0.uniform() }
    let many = try SequentialMeans.run(
      examination, designPoint: 4,
      variables: [.init(range: 0...1, boundary: 0.4), .init(range: -1...0, boundary: -0.4)],
      maximumCount: 500, stopBelow: 0
    ) { stream in
      let value = stream.uniform()
      return [value, -value]
    }
    #expect(many[0].estimate == one.estimate && many[0].interval == one.interval)
    #expect(many[0].greaterPValue == one.greaterPValue && many[0].lessPValue == one.lessPValue)
    #expect(many[1].estimate.value == -one.estimate.value && many[1].lessPValue < 1e-3)
  }

  /// Sampling goes on until every mean is settled, and stops then: at 64 + 128 replicates at the latest here.
  @Test func samplingStopsWhenAllAreSettled() throws {
    let examination = Examination(seed: 8, preset: .quick, threads: 1, claim: "stop")
    let means = try SequentialMeans.run(
      examination, designPoint: 0,
      variables: [.init(range: 0...1, boundary: 0.5), .init(range: 0...1, boundary: 0.1)],
      maximumCount: 10_000
    ) { _ in [1, 1] }
    #expect(means[0].estimate.count == 64 && means[0].greaterPValue < 1e-12)
    let never = try SequentialMeans.run(
      examination, designPoint: 0,
      variables: [.init(range: 0...1, boundary: 0.5), .init(range: 0...1, boundary: 0.5)],
      maximumCount: 300
    ) { _ in [1, 0.5] }
    #expect(never[0].estimate.count == 300)
  }

  /// A true null that real batches meet exactly: under σ² = P the rule n ∝ P has uniform's variance, so neither side may be settled.
  @Test func aRuleEqualToUniformIsNeverSettled() throws {
    for (index, population) in PassRatePopulation.all.enumerated() {
      let examination = Examination(seed: 21, preset: .quick, threads: 2, claim: "null")
      let means = try SequentialMeans.run(
        examination, designPoint: index, variables: [.init(range: 0.5...2, boundary: 1)], maximumCount: 200
      ) { stream in
        let proxies = Batch(population, count: 16, stream: &stream).proxies
        return [relativeVariance(proxies, weights: proxies)]
      }
      #expect(abs(means[0].estimate.value - 1) < 1e-12)
      #expect(means[0].greaterPValue > 0.99 && means[0].lessPValue > 0.99)
    }
  }

  /// A noisy true null: two exchangeable prompts' counts decide who gets more, and the difference of the two ways is 0 on average.
  ///
  /// Either p-value falls below 0.05 with probability at most 0.05; 29 or more of 200 has probability below 1e-6 even at the bound (binomial tail).
  @Test func aTrueNullOfAllocationsIsRarelyRejected() throws {
    var wrong = 0
    for run in 0..<200 {
      let examination = Examination(seed: UInt64(run), preset: .quick, threads: 1, claim: "exchangeable")
      let means = try SequentialMeans.run(
        examination, designPoint: 0, variables: [.init(range: -1...1, boundary: 0)], maximumCount: 128,
        stopBelow: 0.05
      ) { stream in
        let batch = Batch(PassRatePopulation.all[2], count: 2, stream: &stream)
        let counts = batch.counts(samples: 8, stream: &stream)
        let bounds = AllocationBounds(minimum: 2, maximum: 6)
        let one = try ProportionalAllocation.rollouts(counts, budget: 8, bounds: bounds)
        // The same counts in the other order: a third, independent coin decides which way is first.
        let two = [one[1], one[0]]
        let difference =
          (relativeVariance(batch.proxies, rollouts: one) - relativeVariance(batch.proxies, rollouts: two))
          / 4
        return [stream.uniform() < 0.5 ? difference : -difference]
      }
      if means[0].greaterPValue < 0.05 { wrong += 1 }
    }
    #expect(wrong < 29, "\(wrong) of 200")
  }

  @Test func askedToStopTheyStop() {
    for claim in Self.claims {
      #expect(throws: CancellationError.self) {
        try claim.examine(
          Examination(
            seed: 1, preset: .thorough, threads: 2, claim: claim.specification.id, isCancelled: { true }))
      }
    }
  }
}
