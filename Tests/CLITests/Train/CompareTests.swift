import Foundation
import Testing

@Suite struct CompareTests {
  private static let settings = """
    pool_size: 24
    tiers: [addition-1, comparison-2]
    prompts_per_step: 8
    rollouts_per_prompt: 4
    steps: 2
    maximum_tokens: 4
    warm_up_steps: 10
    warm_up_target: 0
    warm_up_batch: 8
    evaluation_interval: 1
    evaluation_problems: 4
    evaluation_samples: 2
    final_problems: 4
    final_samples: 32
    diagnostics_interval: 0
    dump_interval: 0
    """
  private static let arguments = [
    "compare", "--config", "c.yaml", "--methods", "grpo,allot", "--crossed", "grpo,dynamo,dynamo-as-released",
    "--seeds", "2",
  ]

  // The same command on one thread and on two, then once more over finished runs: the same files, and nothing is trained again.
  @Test func aComparisonIsTheSameForAnyThreadsAndGoesOnWhereItIs() async throws {
    try await inWorkspace { space in
      try space.write(Self.settings, to: "c.yaml")
      let two = try await space.run(words: Self.arguments + ["--output", "a", "--threads", "2"])
      #expect(two.status == 0, "\(two.errors)")
      #expect(two.output.contains("dynamo-trains-better: inconclusive"))
      let one = try await space.run(words: Self.arguments + ["--output", "b", "--threads", "1", "--quiet"])
      #expect(one.status == 0 && one.errors.isEmpty)
      for name in ["comparison", "comparison-runs", "comparison-curves", "comparison-verdict"] {
        #expect(try space.read("a/tables/\(name).csv") == space.read("b/tables/\(name).csv"), "\(name)")
      }
      // One run is lost: it alone is trained again, to the same numbers.
      let before = try space.read("b/tables/comparison.csv")
      let lost = space.directory.appendingPathComponent("b/runs/dynamo@rollout-mean/seed-20260219")
      try FileManager.default.removeItem(at: lost)
      let kept = try modified(space, "b/runs/grpo@token-mean/seed-20260219/metrics.jsonl")
      let again = try await space.run(words: Self.arguments + ["--output", "b", "--quiet"])
      #expect(again.status == 0)
      #expect(try space.read("b/tables/comparison.csv") == before)
      #expect(try modified(space, "b/runs/grpo@token-mean/seed-20260219/metrics.jsonl") == kept)
      // An evaluation is lost after its moment: the run is made again, not evaluated late.
      try FileManager.default.removeItem(
        at: space.directory.appendingPathComponent(
          "b/runs/grpo@token-mean/seed-20260220/evaluation-rollouts.json"))
      let late = try await space.run(words: Self.arguments + ["--output", "b", "--quiet"])
      #expect(late.status == 0 && late.errors.contains("the run begins again"))
      #expect(try space.read("b/tables/comparison.csv") == before)
      let other = try await space.run(words: Self.arguments + ["--output", "b", "--learning-rate", "0.5"])
      #expect(other.status == 73 && other.errors.contains("holds a run with other settings"))
    }
  }

  @Test func wrongCallsAreSaidAtOnce() async throws {
    try await inWorkspace { space in
      let result = try await space.run(words: [
        "compare", "--methods", "dynmo,grpo,grpo", "--crossed", "dynamo", "--seeds", "1", "--final-samples",
        "8",
        "--stpes", "3",
      ])
      #expect(result.status == 64)
      for part in [
        "there is no method 'dynmo'; did you mean 'dynamo'?", "names a method twice",
        "lacks the reference 'grpo'",
        "--seeds <n>", "pass@32 needs at least 32", "did you mean '--steps'?",
      ] { #expect(result.errors.contains(part), "\(part)") }
    }
  }

  private func modified(_ space: Workspace, _ path: String) throws -> Date {
    let file = space.directory.appendingPathComponent(path).path
    return try #require(FileManager.default.attributesOfItem(atPath: file)[.modificationDate] as? Date)
  }
}
