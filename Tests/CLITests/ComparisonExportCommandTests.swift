import Foundation
import Interchange
import Reporting
import Testing
import Training

@Suite struct ComparisonExportCommandTests {
  /// A comparison of eight seeds, written as `allot compare` leaves it.
  private func writeComparison(_ space: Workspace) throws {
    let shifts = [
      ("grpo", 0.0), ("dynamo", 0.05), ("dynamo-as-released", -0.05), ("untrained", -0.2),
    ]
    let runs = shifts.flatMap { method, shift in
      (0..<8).map { seed in
        // Differences need a spread of their own: a hundredth that changes its sign.
        let rate = 0.4 + shift + (shift == 0 ? 0 : seed % 2 == 0 ? 0.01 : -0.01)
        return ComparisonRun(
          method: method, seed: UInt64(seed), budget: .rollouts, aggregation: "prompt-equal",
          scores: [SplitScore(split: "add", passAt1: rate, passAt32: rate + 0.2)])
      }
    }
    let comparison = try Comparison(runs: runs, settings: .init(resamples: 100))
    let files = ComparisonFiles(
      comparison: comparison, runs: runs, curves: [],
      verdict: DynamoTrainsBetter.verdict(comparison, setting: "made-up runs"), setting: "made-up runs",
      tool: .current(version: "0.0.0"), configurationText: "")
    for file in files.files() {
      let folder = space.directory.appendingPathComponent("compared/" + file.path)
        .deletingLastPathComponent()
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      try space.write(file.bytes, to: "compared/" + file.path)
    }
  }

  @Test func theVerdictOfAComparisonEntersAnExport() async throws {
    try await inWorkspace { space in
      _ = try await space.run(
        "verify", "--claim", "bound-transfers-optimality", "--preset", "quick", "--quiet", "--output", "run")
      try writeComparison(space)
      let result = try await space.run("export", "run", "--comparison", "compared", "--output", "notebooks")
      #expect(result.status == 0, "\(result.errors)")
      let claims = try #require(
        try JSONValue(parsing: try space.read("notebooks/verdicts.json"))["claims"]?.arrayValue)
      #expect(
        claims.map { $0["id"]?.stringValue } == ["bound-transfers-optimality", "dynamo-trains-better"])
      #expect(claims[1]["verdict"]?.stringValue == "refuted")
      #expect(
        try space.read("notebooks/data/comparison.csv") == space.read("compared/tables/comparison.csv"))
      // The lock takes the verdict from there.
      let locked = try await space.run("claims", "lock", "--verdicts", "notebooks/verdicts.json")
      #expect(locked.output == "claims.lock: 26 specifications, 2 verdicts\n", "\(locked.errors)")
      let lock = String(decoding: try space.read("claims.lock"), as: UTF8.self)
      #expect(lock.hasSuffix("  dynamo-trains-better  refuted\n"))
    }
  }

  @Test func whatIsNoComparisonIsRefused() async throws {
    try await inWorkspace { space in
      _ = try await space.run(
        "verify", "--claim", "bound-transfers-optimality", "--preset", "quick", "--quiet", "--output", "run")
      let missing = try await space.run("export", "run", "--comparison", "run", "--output", "e")
      #expect(missing.status == 66)
      #expect(missing.errors == "Error: cannot open 'run/comparison.json': there is no such file\n")
      try writeComparison(space)
      try space.write("{\"schema\": \"allot-comparison/1\"}", to: "compared/comparison.json")
      let damaged = try await space.run("export", "run", "--comparison", "compared", "--output", "e")
      #expect(damaged.status == 65)
      #expect(
        damaged.errors == "Error: compared/comparison.json: field 'verdict' is not an object\n")
      #expect(!FileManager.default.fileExists(atPath: space.path("e")))
    }
  }

  @Test func theClaimThatTrainingExaminesIsShown() async throws {
    try await inWorkspace { space in
      let text = try await space.run("claims", "dynamo-trains-better")
      #expect(text.status == 0)
      #expect(text.output.hasPrefix("claim               dynamo-trains-better\n"))
      #expect(text.output.contains("examined by         `allot compare`, not by `allot verify`\n"))
      #expect(text.output.contains("decision rule       The mean paired difference D to grpo"))
      let json = try JSONValue(
        parsing: try await space.run("claims", "dynamo-trains-better", "--json").output)
      #expect(json["examined_by"]?.stringValue == "allot compare")
      #expect(json["spec_sha256"]?.stringValue == DynamoTrainsBetter.specificationHash)
      let verify = try await space.run("verify", "--claim", "dynamo-trains-better")
      #expect(verify.status == 64)
      #expect(verify.errors.contains("is examined by `allot compare`"), "\(verify.errors)")
    }
  }
}
