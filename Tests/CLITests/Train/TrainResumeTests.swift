import Foundation
import Statistics
import Testing

/// A run that is killed, interrupted or damaged ends as an undisturbed one does, to the last byte.
@Suite struct TrainResumeTests {
  // RLOO; a method with all that a checkpoint can hold without a rule: allocation by history, statistics of an epoch, a reference model, several updates; and a rule with memory and stored responses.
  @Test(arguments: ["", TrainSpace.released, TrainSpace.ruled])
  func aRunThatIsKilledAgainAndAgainEndsAsAnUndisturbedOne(method: String) async throws {
    try await inWorkspace { space in
      let tiny = try TrainSpace(space, TrainSpace.configuration + method)
      let calm = try await tiny.train("calm", ["--allow-unvalidated"])
      try #require(calm.status == 0, "\(calm.errors)")
      let expected = try tiny.lasting("calm")
      for name in [
        "metrics.jsonl", "metrics.csv", "variance.csv", "warmup.jsonl", "evaluation.json",
        "rollouts/40.jsonl", "gram/35.jsonl",
      ] {
        try #require(!(expected[name] ?? Data()).isEmpty, "\(name)")
      }
      var stream = RandomStream(StreamKey(seed: 1, claim: "kills"))
      var kills = 0
      var words = [
        "train", "--config", "run.yaml", "--output", "killed", "--quiet", "--threads", "1",
        "--allow-unvalidated",
      ]
      for _ in 0..<12 {
        // From the first moment on, and within a step or the writing of a checkpoint as well as between two.
        let end = try tiny.end(
          words, output: "killed", events: tiny.progress("killed") + stream.index(below: 9),
          delay: UInt32(stream.index(below: 20_000)), signal: SIGKILL)
        if end.reason == .uncaughtSignal { kills += 1 } else { #expect(end.status == 0, "\(end.errors)") }
        let hasBegun = FileManager.default.fileExists(atPath: space.path("killed/config.yaml"))
        if hasBegun {
          words = ["train", "--resume", "--output", "killed", "--quiet", "--threads", "\(1 + kills % 3)"]
        } else {
          try? FileManager.default.removeItem(atPath: space.path("killed"))
        }
      }
      #expect(kills >= 5)
      let last = try await space.run(words: words)
      #expect(last.status == 0, "\(last.errors)")
      let found = try tiny.lasting("killed")
      #expect(found.keys.sorted() == expected.keys.sorted())
      for (name, data) in expected { #expect(found[name] == data, "\(name)") }
      // A finished run has nothing left to do, and says the same once more.
      let again = try await space.run(words: words)
      #expect(again.status == 0)
      #expect(try tiny.lasting("killed") == expected)
    }
  }

  @Test func anInterruptedRunLeavesACheckpointAndCode130() async throws {
    try await inWorkspace { space in
      let tiny = try TrainSpace(
        space,
        TrainSpace.configuration.replacing("checkpoint_interval: 3", with: "checkpoint_interval: 1000"))
      try #require(try await tiny.train("calm").status == 0)
      let end = try tiny.end(
        ["train", "--config", "run.yaml", "--output", "run", "--threads", "1"], output: "run", events: 10,
        delay: 0, signal: SIGINT)
      #expect(end.reason == .exit && end.status == 130)
      #expect(end.errors.contains("--resume"), "\(end.errors)")
      let steps = try #require(tiny.progress("run") - 3 > 0 ? tiny.progress("run") - 3 : nil)
      let digits = "\(steps)"
      #expect(
        try tiny.checkpoints("run").last
          == "step-" + String(repeating: "0", count: 8 - digits.count) + digits)
      #expect(try await tiny.resume("run").status == 0)
      #expect(try tiny.lasting("run") == tiny.lasting("calm"))
    }
  }

  @Test func aNewRunWritesNothingWhereAnotherProcessWorks() async throws {
    try await inWorkspace { space in
      let tiny = try TrainSpace(space)
      try FileManager.default.createDirectory(atPath: space.path("run"), withIntermediateDirectories: false)
      let descriptor = open(space.path("run"), O_RDONLY | O_DIRECTORY | O_CLOEXEC)
      try #require(descriptor >= 0 && flock(descriptor, LOCK_EX | LOCK_NB) == 0)
      let refused = try await tiny.train("run")
      #expect(refused.status != 0 && refused.errors.contains("another process is working there"))
      #expect(try space.files("run").isEmpty)
      close(descriptor)
      try space.write("", to: "file")
      let file = try await tiny.train("file")
      #expect(file.status == 73 && file.errors.contains("cannot create 'file': there is a file of that name"))
    }
  }

  /// The lock of a directory belongs to an open description, so that this process can hold it against the command.
  @Test func aRunThatAnotherProcessWorksOnIsLeftAlone() async throws {
    try await inWorkspace { space in
      let tiny = try TrainSpace(space)
      try #require(try await tiny.train("run").status == 0)
      let before = try tiny.lasting("run")
      let descriptor = open(space.path("run"), O_RDONLY | O_DIRECTORY | O_CLOEXEC)
      try #require(descriptor >= 0 && flock(descriptor, LOCK_EX | LOCK_NB) == 0)
      let refused = try await tiny.resume("run")
      #expect(refused.status != 0 && refused.errors.contains("another process is working there"))
      #expect(try tiny.lasting("run") == before)
      close(descriptor)
      #expect(try await tiny.resume("run").status == 0)
    }
  }

  enum Damage: CaseIterable {
    case cutWeights, changedCounter, changedWeights, missingState, missingWeights
  }

  @Test(arguments: Damage.allCases) func aDamagedCheckpointIsRefusedForTheOneBeforeIt(damage: Damage)
    async throws
  {
    try await inWorkspace { space in
      let tiny = try TrainSpace(space)
      try #require(try await tiny.train("run").status == 0)
      let expected = try tiny.lasting("run")
      let names = try tiny.checkpoints("run")
      try #require(names == ["step-00000039", "step-00000040"])
      let folder = "run/checkpoints/step-00000040/"
      let file: String
      switch damage {
      case .cutWeights:
        file = "state.safetensors"
        try space.write(Array(try space.read(folder + file).dropLast(100)), to: folder + file)
      case .changedWeights:
        file = "model.safetensors"
        var bytes = Array(try space.read(folder + file))
        bytes[bytes.count - 7] ^= 1
        try space.write(bytes, to: folder + file)
      case .changedCounter:
        file = "state.json"
        let text = String(decoding: try space.read(folder + file), as: UTF8.self)
        try #require(text.contains("\"rollouts\": 1440"))
        try space.write(text.replacing("\"rollouts\": 1440", with: "\"rollouts\": 1441"), to: folder + file)
      case .missingState:
        file = "state.json"
        try FileManager.default.removeItem(atPath: space.path(folder + file))
      case .missingWeights:
        file = "model.safetensors"
        try FileManager.default.removeItem(atPath: space.path(folder + file))
      }
      let result = try await tiny.resume("run")
      #expect(result.status == 0, "\(result.errors)")
      #expect(
        result.errors.contains("Warning: the checkpoint is refused and put aside: "), "\(result.errors)")
      #expect(result.errors.contains(folder + file), "\(result.errors)")
      #expect(try tiny.lasting("run") == expected)
      #expect(
        try tiny.checkpoints("run") == ["step-00000039", "step-00000040", "step-00000040.damaged"])
    }
  }

  @Test func withoutAGoodCheckpointNothingIsTouched() async throws {
    try await inWorkspace { space in
      let tiny = try TrainSpace(space)
      try #require(try await tiny.train("run").status == 0)
      let expected = try tiny.lasting("run")
      for name in try tiny.checkpoints("run") {
        try space.write("{}", to: "run/checkpoints/\(name)/state.json")
      }
      let result = try await tiny.resume("run")
      #expect(result.status == 65)
      #expect(result.errors.contains("no checkpoint of 'run' is good, and nothing was changed"))
      #expect(try tiny.lasting("run") == expected)
      #expect(try tiny.checkpoints("run").count == 2)
    }
  }

  @Test func otherSettingsThanTheCheckpointsAreRefusedAndNothingIsTouched() async throws {
    try await inWorkspace { space in
      let tiny = try TrainSpace(space)
      try #require(try await tiny.train("run").status == 0)
      let expected = try tiny.lasting("run")
      let names = try tiny.checkpoints("run")
      let settings = String(decoding: try space.read("run/config.yaml"), as: UTF8.self)
      try space.write(
        settings.replacing("weight_decay: 0.0", with: "weight_decay: 0.5"), to: "run/config.yaml")
      let result = try await tiny.resume("run")
      #expect(result.status == 65)
      #expect(result.errors.contains("belongs to a run with other settings"))
      try space.write(settings, to: "run/config.yaml")
      #expect(try tiny.lasting("run") == expected)
      #expect(try tiny.checkpoints("run") == names)
    }
  }

  /// The shell lowers the longest file that the process may write: writing fails then as on a full disk, with another error number.
  @Test func aFullDiskIsAnOutputErrorAndLeavesEarlierCheckpoints() async throws {
    try await inWorkspace { space in
      let tiny = try TrainSpace(space, TrainSpace.configuration.replacing("steps: 40", with: "steps: 150"))
      try #require(try await tiny.train("calm").status == 0)
      // Checkpoints fit, the metrics of all steps do not, in units of 512 bytes or of 1024: the run stops on the way.
      let weights = try space.read("calm/checkpoints/step-00000150/state.safetensors").count
      let blocks = weights / 512 + 2
      try #require(blocks * 1024 < (try space.read("calm/metrics.jsonl").count))
      let result = try shell(
        "trap '' XFSZ; ulimit -f \(blocks); exec '\(Workspace.executable)' train --config run.yaml --output run --quiet",
        in: space)
      #expect(result.status == 74, "\(result.errors)")
      #expect(result.errors.contains("Error: cannot write 'run/metrics."), "\(result.errors)")
      let names = try tiny.checkpoints("run")
      #expect(!names.isEmpty)
      #expect(!names.contains { $0.contains(".") }, "\(names)")
      let resumed = try await tiny.resume("run")
      #expect(resumed.status == 0)
      #expect(!resumed.errors.contains("refused"), "\(resumed.errors)")
      #expect(try tiny.lasting("run") == tiny.lasting("calm"))
    }
  }

  @Test func aCheckpointThatDoesNotFitIsNotLeftHalfWritten() async throws {
    try await inWorkspace { space in
      let tiny = try TrainSpace(space)
      try #require(try await tiny.train("calm").status == 0)
      let weights = try space.read("calm/checkpoints/step-00000040/model.safetensors").count
      let result = try shell(
        "trap '' XFSZ; ulimit -f \(weights / 1024 + 1); exec '\(Workspace.executable)' train --config run.yaml --output run --quiet",
        in: space)
      #expect(result.status == 74, "\(result.errors)")
      #expect(try tiny.checkpoints("run") == [])
    }
  }

  private func shell(_ script: String, in space: Workspace) throws -> (status: Int32, errors: String) {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/sh")
    process.arguments = ["-c", script]
    process.currentDirectoryURL = space.directory
    process.standardOutput = FileHandle.nullDevice
    let errors = Pipe()
    process.standardError = errors
    try process.run()
    let text = errors.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return (process.terminationStatus, String(decoding: text, as: UTF8.self))
  }
}
