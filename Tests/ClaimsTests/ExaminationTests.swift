import Statistics
import Testing

@testable import Claims

extension ClaimSpecification {
  /// The same specification with every count per preset cut down, so that a debug build examines it in moments.
  var cutDown: ClaimSpecification {
    let counts = [
      "pairs": 48, "long_pairs": 4, "points": 12, "replicates": 512, "batches": 6, "table_batches": 3,
      "seeds": 2, "long_replicates": 256, "states": 12, "directions": 4, "low_rank_states": 12, "ascents": 2,
      "policies": 2, "reach_tokens": 12, "single_batches": 2, "plot_batches": 1, "worlds": 6,
      "ratio_worlds": 3, "large_worlds": 1, "modulated_points": 6, "modulated_pairs": 12,
    ]
    let sizes: [String: [Double]] = [
      "restarts": [2], "long_groups": [8], "iterations": [40], "batch": [8], "largest_variance": [4],
      "prompts": [3], "copies": [2], "step_size": [0.5, 1], "fixed_step": [0.5], "largest_steps": [300],
      "search_iterations": [20], "large_batches": [6], "table_policies": [3],
      "epsilon": [0.25, 0.01, 1e-4, 1e-7], "modulated_group": [4, 4, 4, 2, 2, 2, 2, 0, 2, 2, 2],
    ]
    var copy = self
    for (name, values) in parameters {
      if values.count == 3, let count = counts[name] {
        copy.parameters[name] = values.map { min($0, Double(count)) }
      }
      // The envelope has one group size, the populations have eleven.
      if name == "modulated_group", values.count != sizes[name]?.count { continue }
      if let size = sizes[name], !(name == "prompts" && id == "released-rows-aligned") {
        copy.parameters[name] = size
      }
    }
    if id == "modulation-unbiased" || id == "modulation-reduces-variance" {
      // Groups of three are 165 multisets where four are 495; GRPO in groups of two is leave-one-out.
      copy.parameters["group"] = [3]
      for (name, count) in [("points", 4.0), ("pairs", 16), ("replicates", 512)]
      where parameters[name] != nil {
        copy.parameters[name] = [count, count, count]
      }
      for (name, values) in [
        ("group_sizes", [2.0, 3]), ("own_group_sizes", [3]), ("grid_worlds", [1]), ("restarts", [1]),
      ] where parameters[name] != nil { copy.parameters[name] = values }
    }
    return copy
  }
}

/// Every claim, examined with few replicates: the machinery, not the verdicts.
@Suite struct ExaminationTests {
  static let claims: [any Claim] = [
    SampleVarianceUnbiased(specification: SampleVarianceUnbiased.registered.cutDown),
    ProxyTracksVariance(specification: ProxyTracksVariance.registered.cutDown),
    VarianceBoundedByProxy(specification: VarianceBoundedByProxy.registered.cutDown),
    BoundTransfersOptimality(specification: BoundTransfersOptimality.registered.cutDown),
    VarianceFallsAsOneOverN(specification: VarianceFallsAsOneOverN.registered.cutDown),
    NormalisedVarianceFollowsProxy(specification: NormalisedVarianceFollowsProxy.registered.cutDown),
    LoggedVarianceProxyUnbiased(specification: LoggedVarianceProxyUnbiased.registered.cutDown),
    ProxyHoldsForGradedRewards(specification: ProxyHoldsForGradedRewards.registered.cutDown),
    UniformSuboptimal(specification: UniformSuboptimal.registered.cutDown),
    NeymanOptimal(specification: NeymanOptimal.registered.cutDown),
    ProxyAllocationOptimal(specification: ProxyAllocationOptimal.registered.cutDown),
    EstimatedProxyKeepsGain(specification: EstimatedProxyKeepsGain.registered.cutDown),
    ReleasedAllocatorBeatsUniform(specification: ReleasedAllocatorBeatsUniform.registered.cutDown),
    ReleasedRowsAligned(specification: ReleasedRowsAligned.registered.cutDown),
    ScoreNormAttenuates(specification: ScoreNormAttenuates.registered.cutDown),
    ScoreNormBoundedByEntropy(specification: ScoreNormBoundedByEntropy.registered.cutDown),
    CompensationRestoresGradient(specification: CompensationRestoresGradient.registered.cutDown),
    ModulationUnbiased(specification: ModulationUnbiased.registered.cutDown),
    ModulationReducesVariance(specification: ModulationReducesVariance.registered.cutDown),
    EntropyChangeExact(specification: EntropyChangeExact.registered.cutDown),
    ReleasedEntropyChangeAgrees(specification: ReleasedEntropyChangeAgrees.registered.cutDown),
    EntropyChangeIndicatesMagnitude(specification: EntropyChangeIndicatesMagnitude.registered.cutDown),
    StabilisationBoundsUpdates(specification: StabilisationBoundsUpdates.registered.cutDown),
    EntropyAsStepSize(specification: EntropyAsStepSize.registered.cutDown),
    VarianceOptimalLearnsFaster(specification: VarianceOptimalLearnsFaster.registered.cutDown),
  ]

  static func evidence(_ claim: any Claim, threads: Int) throws -> Evidence {
    try claim.examine(
      Examination(seed: 3, preset: .quick, threads: threads, claim: claim.specification.id))
  }

  @Test(arguments: ExaminationTests.claims.indices)
  func evidenceDoesNotDependOnThreads(index: Int) throws {
    let claim = Self.claims[index]
    let one = try Self.evidence(claim, threads: 1)
    for threads in [2, 8] {
      let more = try Self.evidence(claim, threads: threads)
      // Rows are compared through their text: a NaN that is the same in both is no difference.
      #expect("\(one.estimates)" == "\(more.estimates)")
      #expect(one.findings == more.findings && one.control == more.control)
      #expect("\(one.pointTables)" == "\(more.pointTables)" && one.counterexamples == more.counterexamples)
    }
    #expect(!one.findings.isEmpty && !one.estimates.isEmpty && !one.explanation.isEmpty)
    for row in one.estimates where row.stat == "z_against_exact" { #expect(abs(row.estimate) < 6, "\(row)") }
    for table in one.pointTables { #expect(table.rows.allSatisfy { $0.count == table.columns.count }) }
  }

  @Test func askedToStopAnExaminationStops() {
    let claim = ProxyTracksVariance()
    #expect(throws: CancellationError.self) {
      try claim.examine(
        Examination(
          seed: 1, preset: .thorough, threads: 2, claim: claim.specification.id, isCancelled: { true }))
    }
  }

  /// The tests behind verdicts under a true null: a fair coin against the boundary ½, looked at after every toss.
  ///
  /// The chance that the p-value ever falls below 0.05 is at most
  /// 0.05 on either side; with 400 runs, 39 or more of them has probability below 1e-4 even at the bound (binomial tail).
  @Test func aTrueNullIsRarelyRejected() throws {
    var wrong = 0
    for run in 0..<400 {
      let examination = Examination(seed: UInt64(run), preset: .quick, threads: 1, claim: "null")
      let mean = try SequentialMean.run(
        examination, designPoint: 0, range: 0...1, boundary: 0.5, maximumCount: 300, stopBelow: 0.05
      ) { $0.uniform() < 0.5 ? 1 : 0 }
      if mean.greaterPValue < 0.05 { wrong += 1 }
    }
    #expect(wrong < 39, "\(wrong) of 400")
  }
}
