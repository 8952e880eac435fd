import Foundation
import Statistics
import Testing

/// A training run of about a second: 14 thousand weights, one-digit addition.
struct TrainSpace {
  let space: Workspace

  static let configuration = """
    model: tiny
    tiers: [addition-1]
    pool_size: 40
    seed: 5
    prompts_per_step: 6
    rollouts_per_prompt: 6
    maximum_tokens: 4
    steps: 40
    warm_up_steps: 150
    warm_up_batch: 16
    warm_up_learning_rate: 0.01
    warm_up_target: 1
    evaluation_interval: 10
    evaluation_problems: 8
    evaluation_samples: 4
    final_problems: 8
    final_samples: 32
    diagnostics_interval: 7
    diagnostics_prompts: 4
    diagnostics_samples: 8
    checkpoint_interval: 3
    dump_interval: 5

    """

  /// Lines that make of it the released method with a penalty and two updates a step.
  static let released = """
    method: dynamo-as-released
    kl_coefficient: 0.05
    history_decay: 0.9
    mini_batches: 2
    passes_per_step: 2

    """

  /// A rule that remembers: prompts that come again, controllers, stored responses.
  static let ruled = """
    method: prefix-controller
    passes_per_step: 2

    """

  static let shape = """
    {"model_type": "llama", "architectures": ["LlamaForCausalLM"], "vocab_size": 27, "hidden_size": 32, "intermediate_size": 64,
     "num_hidden_layers": 1, "num_attention_heads": 2, "num_key_value_heads": 1, "head_dim": 16, "max_position_embeddings": 24,
     "hidden_act": "silu", "rms_norm_eps": 1e-5, "rope_theta": 10000, "tie_word_embeddings": true}
    """

  /// Writes `run.yaml` and the shape of the model into the workspace; `change` edits the settings.
  init(_ space: Workspace, _ settings: String = configuration) throws {
    self.space = space
    try FileManager.default.createDirectory(atPath: space.path("tiny"), withIntermediateDirectories: true)
    try space.write(Self.shape, to: "tiny/config.json")
    try space.write(settings, to: "run.yaml")
  }

  /// A new run, undisturbed.
  func train(_ output: String, _ words: [String] = []) async throws -> Workspace.Result {
    try await space.run(
      words: ["train", "--config", "run.yaml", "--output", output, "--quiet", "--threads", "2"] + words)
  }

  /// Goes on with a run.
  func resume(_ output: String, threads: Int = 2) async throws -> Workspace.Result {
    try await space.run(words: [
      "train", "--resume", "--output", output, "--quiet", "--threads", "\(threads)",
    ])
  }

  /// The files of a run that must not depend on what happened to it: all but times, checkpoints, and events, which carry times.
  func lasting(_ output: String) throws -> [String: Data] {
    var files: [String: Data] = [:]
    for name in try space.files(output)
    where !name.hasPrefix("checkpoints/") && name != "timings.jsonl" && !name.hasPrefix("events") {
      files[name] = try space.read(output + "/" + name)
    }
    return files
  }

  /// The names of the checkpoints, oldest first.
  func checkpoints(_ output: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: space.path(output + "/checkpoints")).sorted()
  }

  /// Events of the run so far: probes of the warm-up and steps.
  func progress(_ output: String) -> Int {
    ["warmup.jsonl", "metrics.jsonl"].reduce(0) { total, name in
      let data = FileManager.default.contents(atPath: space.path(output + "/" + name)) ?? Data()
      return total + data.count { $0 == 0x0A }
    }
  }

  /// Starts `words`, waits until `output` has so many events and `delay` microseconds more, and sends `signal`; returns what ended the process.
  func end(
    _ words: [String], output: String, events: Int, delay: UInt32, signal number: Int32
  ) throws -> (reason: Process.TerminationReason, status: Int32, errors: String) {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: Workspace.executable)
    process.arguments = words
    process.currentDirectoryURL = space.directory
    process.standardOutput = FileHandle.nullDevice
    let errors = space.directory.deletingLastPathComponent().appendingPathComponent(UUID().uuidString)
    try Data().write(to: errors)
    defer { try? FileManager.default.removeItem(at: errors) }
    process.standardError = try FileHandle(forWritingTo: errors)
    try process.run()
    while process.isRunning, progress(output) < events { usleep(200) }
    usleep(delay)
    if process.isRunning { kill(process.processIdentifier, number) }
    process.waitUntilExit()
    return (
      process.terminationReason, process.terminationStatus, try String(contentsOf: errors, encoding: .utf8)
    )
  }
}
