import Foundation
import Testing

@testable import CLI
@testable import Training

/// Settings from file and flags.
@Suite struct TrainSettingsTests {
  @Test func whatIsWrongInAFileIsSaidAtOnceWithItsLine() async throws {
    try await inWorkspace { space in
      try space.write(
        "seed: 5\npromts_per_step: 8\nlearning_rate: -1\nmethod: gpro\nsteps: 1.5\nclip: maybe\n",
        to: "run.yaml")
      let result = try await space.run("train", "--config", "run.yaml", "--output", "run")
      #expect(result.status == 65)
      #expect(result.output.isEmpty)
      for part in [
        "run.yaml:2", "promts_per_step", "did you mean 'prompts_per_step'", "run.yaml:3", "learning_rate",
        "run.yaml:4", "'gpro'", "run.yaml:5", "steps", "run.yaml:6",
      ] { #expect(result.errors.contains(part), "\(part) in \(result.errors)") }
      #expect(try space.files() == ["run.yaml"])
    }
  }

  @Test func wrongFlagsAreSaidAtOnce() async throws {
    try await inWorkspace { space in
      let result = try await space.run(
        words: [
          "train", "--promts-per-step", "8", "--learning-rate", "-1", "--steps=many", "--threads", "0",
          "--seed",
        ])
      #expect(result.status == 64)
      #expect(
        result.errors == """
          Error: The value '0' is invalid for '--threads <n>': it must lie in 1...1024.
                 Unknown option '--promts-per-step'; did you mean '--prompts-per-step'?
                 '--learning-rate': learning_rate is -1, it must be a number in 0.0...10.0.
                 '--steps': steps is many, it must be an integer in 0...10000000.
                 Missing value for '--seed'.

          """)
      #expect(try space.files() == [])
    }
  }

  @Test func flagsWinOverTheFile() async throws {
    try await inWorkspace { space in
      let tiny = try TrainSpace(space)
      let result = try await tiny.train("run", ["--steps", "1", "--warm-up-steps=0", "--clip-low", "0.1"])
      #expect(result.status == 0, "\(result.errors)")
      var resolved = RunConfiguration()
      try RunSettings.read(space.path("run/config.yaml"), into: &resolved)
      #expect(resolved.steps == 1)
      #expect(resolved.warmUpSteps == 0)
      #expect(resolved.overrides == ["clip_low": "0.1"])
      #expect(resolved.promptsPerStep == 6)
    }
  }

  /// A value other than the default for every key.
  private static let other: [String: [String]] = [
    "seed": ["18446744073709551615"], "method": ["dynamo-as-released"], "model": ["007"],
    "tiers": ["addition-1", "sorting-3"], "task_file": ["a: b # c.jsonl"], "verifier": ["last-number"],
    "pool_size": ["77"], "steps": ["0"], "rollout_budget": ["1000000000"], "token_budget": ["999999999999"],
    "prompts_per_step": ["3"], "rollouts_per_prompt": ["5"], "temperature": ["0.7"], "top_k": ["4"],
    "top_p": ["0.95"], "maximum_tokens": ["9"], "learning_rate": ["1e-05"], "schedule": ["cosine"],
    "learning_rate_warmup": ["8"], "weight_decay": ["0.01"], "beta1": ["0.8"], "beta2": ["0.99"],
    "clip_gradient_norm": ["0.0"], "mini_batches": ["2"], "passes_per_step": ["3"], "advantage": ["opo"],
    "token_rule": ["clip-cov"], "aggregation": ["token-mean"], "clip": ["false"], "clip_low": ["0.1"],
    "clip_high": ["1e-3"], "dual_clip": ["3"], "clip_high_as_released": ["true"], "kl_coefficient": ["0.01"],
    "kl_estimator": ["k2"], "entropy_coefficient": ["0.001"], "allocation": ["root"],
    "minimum_rollouts": ["2"], "maximum_rollouts": ["20"], "history_refresh": ["epoch"],
    "history_decay": ["0.9"], "rows_misaligned": ["true"], "statistics_scrambled": ["true"],
    "dynamic_sampling": ["4"], "warm_up_steps": ["10"], "warm_up_batch": ["11"],
    "warm_up_learning_rate": ["0.001"], "warm_up_target": ["0.5"],
    "rollout_rule": ["greso"], "switch_step": ["5"], "warm_up_spread": ["0.25"],
    "warm_up_schedule": ["cosine"], "initial_checkpoint": ["~/x"],
    "evaluation_interval": ["1"], "evaluation_problems": ["2"], "evaluation_samples": ["3"],
    "final_problems": ["5"], "final_samples": ["6"], "diagnostics_interval": ["7"],
    "diagnostics_prompts": ["8"], "diagnostics_samples": ["9"], "checkpoint_interval": ["12"],
    "checkpoints_kept": ["13"], "dump_interval": ["14"],
  ]

  private func written(_ configuration: RunConfiguration) throws -> RunConfiguration {
    let path = FileManager.default.temporaryDirectory.path + "/settings-\(UUID().uuidString).yaml"
    defer { try? FileManager.default.removeItem(atPath: path) }
    try RunSettings.text(configuration).write(toFile: path, atomically: true, encoding: .utf8)
    var result = RunConfiguration()
    try RunSettings.read(path, into: &result)
    return result
  }

  @Test(arguments: RunKey.all.map(\.name)) func everyKeyComesBackFromTheFile(name: String) throws {
    let key = try #require(RunKey.named(name))
    let values = try #require(Self.other[name], "a value for the new key '\(name)'")
    var configuration = RunConfiguration()
    try key.set(&configuration, values)
    #expect(configuration != RunConfiguration())
    #expect(try written(configuration) == configuration)
  }

  @Test func allKeysTogetherComeBackFromTheFile() throws {
    var configuration = RunConfiguration()
    for key in RunKey.all { try key.set(&configuration, try #require(Self.other[key.name])) }
    #expect(try written(configuration) == configuration)
    #expect(try written(RunConfiguration()) == RunConfiguration())
  }

  @Test func aSeedKeepsAllOfItsDigitsInAFileWithoutQuotes() throws {
    let path = FileManager.default.temporaryDirectory.path + "/settings-\(UUID().uuidString).yaml"
    defer { try? FileManager.default.removeItem(atPath: path) }
    try "seed: 18446744073709551557\n".write(toFile: path, atomically: true, encoding: .utf8)
    var configuration = RunConfiguration()
    try RunSettings.read(path, into: &configuration)
    #expect(configuration.seed == 18_446_744_073_709_551_557)
  }

  @Test func aMethodThatNoClaimBacksIsRefusedUnlessAllowed() async throws {
    try await inWorkspace { space in
      let tiny = try TrainSpace(space)
      let words = ["--method", "dynamo", "--steps", "2", "--warm-up-steps", "0"]
      let refused = try await tiny.train("run", words)
      #expect(refused.status == 65)
      #expect(refused.errors.contains("the method 'dynamo' uses parameters that no settled claim backs"))
      for part in ["allocation_rule = ", "advantage_modulation = published", "--allow-unvalidated"] {
        #expect(refused.errors.contains(part), "\(part) in \(refused.errors)")
      }
      #expect(!FileManager.default.fileExists(atPath: space.path("run")))
      let allowed = try await tiny.train("run", words + ["--allow-unvalidated"])
      #expect(allowed.status == 0, "\(allowed.errors)")
      let run = try JSONSerialization.jsonObject(with: try space.read("run/run.json")) as? [String: Any]
      #expect(run?["allow_unvalidated"] as? Bool == true)
      let validation = run?["validation"] as? [String: Any]
      let parameters = validation?["parameters"] as? [[String: Any]] ?? []
      #expect(parameters.contains { $0["validated"] as? Bool == false && $0["reason"] as? String != nil })
    }
  }

  @Test func theStandardMethodNeedsNoLeave() async throws {
    try await inWorkspace { space in
      let tiny = try TrainSpace(space)
      #expect(try await tiny.train("run", ["--steps", "1", "--warm-up-steps", "0"]).status == 0)
      let run = try JSONSerialization.jsonObject(with: try space.read("run/run.json")) as? [String: Any]
      #expect(run?["allow_unvalidated"] as? Bool == false)
      #expect((run?["tool"] as? [String: Any])?["blas"] as? String != nil)
    }
  }

  @Test func resumingWithoutARunIsAnInputError() async throws {
    try await inWorkspace { space in
      let result = try await space.run("train", "--resume", "--output", "nothing")
      #expect(result.status == 66)
      #expect(
        result.errors
          == "Error: there is no run in 'nothing' to go on with: 'nothing/config.yaml' does not exist\n")
      let both = try await space.run("train", "--resume", "--output", "nothing", "--steps", "3")
      #expect(both.status == 66 || both.status == 64)
    }
  }

  @Test func anOutputThatIsNotEmptyIsRefused() async throws {
    try await inWorkspace { space in
      let tiny = try TrainSpace(space)
      let words = ["--steps", "1", "--warm-up-steps", "0"]
      try #require(try await tiny.train("run", words).status == 0)
      let before = try tiny.lasting("run")
      let again = try await tiny.train("run", words)
      #expect(again.status == 73)
      #expect(again.errors.contains("there is a run in 'run'; give --resume"))
      #expect(try tiny.lasting("run") == before)
      let foreign = try await tiny.train("tiny", words)
      #expect(foreign.status == 73)
      #expect(foreign.errors.contains("'tiny' is not empty"))
    }
  }

  @Test func unknownTiersAndContradictionsAreInputErrors() async throws {
    try await inWorkspace { space in
      let tiny = try TrainSpace(space)
      let tier = try await tiny.train("a", ["--tiers", "adition-1"])
      #expect(tier.status == 65)
      #expect(tier.errors.contains("did you mean addition-1?"), "\(tier.errors)")
      let step = try await tiny.train("b", ["--prompts-per-step", "41"])
      #expect(step.status == 65)
      #expect(step.errors.contains("prompts_per_step is 41"), "\(step.errors)")
      let missing = try await tiny.train("c", ["--model", "nowhere"])
      #expect(missing.status == 66)
      #expect(missing.errors.contains("nowhere"), "\(missing.errors)")
    }
  }
}
