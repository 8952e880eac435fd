import Foundation
import Testing

@Suite struct EvaluateCommandTests {
  private func splits(_ data: Data) throws -> NSArray {
    let document = try JSONSerialization.jsonObject(with: data) as? [String: Any]
    return try #require(document?["splits"] as? NSArray)
  }

  /// A run, its newest checkpoint and the model in it are one model, on the same problems and with the same random numbers.
  @Test func aRunIsEvaluatedAsItEvaluatedItself() async throws {
    try await inWorkspace { space in
      let tiny = try TrainSpace(space)
      try #require(try await tiny.train("run").status == 0)
      let own = try splits(try space.read("run/evaluation.json"))
      for (index, path) in ["run", "run/checkpoints/step-00000040", "run/"].enumerated() {
        let result = try await space.run(
          "evaluate", path, "--output", "e\(index).json", "--threads", "\(index + 1)")
        #expect(result.status == 0, "\(result.errors)")
        #expect(try splits(try space.read("e\(index).json")) == own)
        #expect(result.output.hasPrefix("split           pass@1"))
        #expect(result.output.contains("pass@32"))
        #expect(result.output.contains("\naverage "))
      }
      let printed = try await space.run("evaluate", "run", "--json")
      #expect(try splits(Data(printed.output.utf8)) == own)
      // The model taken out of its run knows neither seed nor tiers: they are given.
      try FileManager.default.copyItem(
        atPath: space.path("run/checkpoints/step-00000040"), toPath: space.path("model"))
      try FileManager.default.removeItem(atPath: space.path("model/state.json"))
      let outside = try await space.run(
        words: [
          "evaluate", "model", "--seed", "5", "--tiers", "addition-1", "--maximum-tokens", "4", "--problems",
          "8", "--samples", "32", "--json",
        ])
      #expect(outside.status == 0, "\(outside.errors)")
      #expect(try splits(Data(outside.output.utf8)) == own)
      let other = try await space.run(
        words: [
          "evaluate", "model", "--seed", "6", "--tiers", "addition-1", "--maximum-tokens", "4", "--problems",
          "8", "--samples", "32", "--json",
        ])
      #expect(try splits(Data(other.output.utf8)) != own)
    }
  }

  @Test func fewSamplesHaveNoPassAt32() async throws {
    try await inWorkspace { space in
      let tiny = try TrainSpace(space)
      try #require(try await tiny.train("run", ["--steps", "1"]).status == 0)
      let text = try await space.run("evaluate", "run", "--samples", "31")
      #expect(text.status == 0)
      #expect(text.output.hasSuffix("\npass@32 needs 32 samples of each problem; there are 31\n"))
      #expect(!text.output.contains("pass@32  ["))
      let json = try await space.run("evaluate", "run", "--samples", "31", "--json")
      #expect(json.output.contains("pass@1") && !json.output.contains("pass@32"))
      #expect(try await space.run("evaluate", "run", "--samples", "4", "--quiet").output.isEmpty)
    }
  }

  @Test func aTaskFileIsEvaluated() async throws {
    try await inWorkspace { space in
      let tiny = try TrainSpace(space)
      try #require(try await tiny.train("run", ["--steps", "1"]).status == 0)
      try space.write(
        """
        {"prompt": "1+2=", "answer": "3", "split": "train"}
        {"prompt": "2+2=", "answer": "4", "split": "mine"}
        {"prompt": "2+3=", "answer": "5", "split": "mine"}

        """, to: "tasks.jsonl")
      let result = try await space.run(
        "evaluate", "run", "--task-file", "tasks.jsonl", "--verifier", "exact", "--samples", "8")
      #expect(result.status == 0, "\(result.errors)")
      #expect(result.output.contains("\nmine "))
      try space.write(
        "{\"prompt\": \"é=\", \"answer\": \"3\", \"split\": \"mine\"}\n{\"prompt\": \"1=\", \"answer\": \"1\"}\n",
        to: "foreign.jsonl")
      let foreign = try await space.run("evaluate", "run", "--task-file", "foreign.jsonl")
      #expect(foreign.status == 65)
      #expect(foreign.errors.contains("the vocabulary has no character 'é'"), "\(foreign.errors)")
    }
  }

  @Test func whatIsMissingOrDamagedIsNamed() async throws {
    try await inWorkspace { space in
      let tiny = try TrainSpace(space)
      try #require(try await tiny.train("run", ["--steps", "3"]).status == 0)
      func evaluate(_ path: String) async throws -> (Int32, String) {
        let result = try await space.run("evaluate", path, "--samples", "2")
        #expect(result.output.isEmpty)
        return (result.status, result.errors)
      }
      #expect(
        try await evaluate("nowhere") == (66, "Error: cannot open 'nowhere': there is no such directory\n"))
      #expect(try await evaluate("run.yaml") == (66, "Error: cannot open 'run.yaml': it is no directory\n"))
      #expect(try await evaluate("run/rollouts").0 == 66)
      let noVocabulary = try await evaluate("tiny")
      #expect(noVocabulary.0 == 66 && noVocabulary.1.contains("'tiny/vocabulary.json'"), "\(noVocabulary)")
      let folder = "run/checkpoints/step-00000003/"
      let weights = Array(try space.read(folder + "model.safetensors"))
      try space.write(Array(weights.dropLast(1)), to: folder + "model.safetensors")
      let cut = try await evaluate("run")
      #expect(cut.0 == 65 && cut.1.contains(folder + "model.safetensors"), "\(cut)")
      // Without the note of a checkpoint it is a model, whose file is damaged all the same.
      try FileManager.default.removeItem(atPath: space.path(folder + "state.json"))
      let model = try await evaluate(folder)
      #expect(model.0 == 65 && model.1.contains("model.safetensors"), "\(model)")
      try space.write("{}", to: folder + "vocabulary.json")
      try space.write(weights, to: folder + "model.safetensors")
      let vocabulary = try await evaluate(folder)
      #expect(vocabulary.0 == 65 && vocabulary.1.contains("vocabulary.json"), "\(vocabulary)")
      for name in try tiny.checkpoints("run") {
        try FileManager.default.removeItem(atPath: space.path("run/checkpoints/" + name))
      }
      #expect(try await evaluate("run") == (66, "Error: the run in 'run' has no checkpoint yet\n"))
    }
  }

  @Test func wrongOptionsAreReportedTogether() async throws {
    try await inWorkspace { space in
      let result = try await space.run(
        "evaluate", "nowhere", "--samples", "0", "--top-p", "2", "--verifier", "exakt", "--threads", "0",
        "--temperature", "warm")
      #expect(result.status == 64)
      for part in ["--threads", "--samples", "--top-p", "'exakt'", "--temperature"] {
        #expect(result.errors.contains(part), "\(part) in \(result.errors)")
      }
    }
  }
}
