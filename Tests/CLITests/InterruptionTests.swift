import Foundation
import Testing

@Suite struct InterruptionTests {
  @Test func anInterruptedRunLeavesNothing() async throws {
    try await inWorkspace { space in
      let result = try await space.run(
        words: [
          "verify", "--claim", "released-allocator-beats-uniform", "--preset", "thorough", "--output", "out",
        ], interruptAfter: 1)
      #expect(result.status == 130)
      #expect(result.output.isEmpty)
      #expect(result.errors.hasSuffix("Error: interrupted; nothing was written\n"), "\(result.errors)")
      // The examination had begun: the interruption did not meet a program that was still starting.
      #expect(result.errors.contains("released-allocator-beats-uniform"))
      #expect(try FileManager.default.contentsOfDirectory(atPath: space.directory.path) == [])
    }
  }

  @Test func anInterruptedRunLeavesTheEarlierRunAsItWas() async throws {
    try await inWorkspace { space in
      let first = try await space.run(
        "verify", "--claim", "bound-transfers-optimality", "--preset", "quick", "--quiet", "--output", "out")
      #expect(first.status == 0)
      let before = try space.read("out/verdicts.json")
      let result = try await space.run(
        words: [
          "verify", "--claim", "released-allocator-beats-uniform", "--preset", "thorough", "--output", "out",
        ], interruptAfter: 1)
      #expect(result.status == 130)
      #expect(try space.read("out/verdicts.json") == before)
      #expect(try FileManager.default.contentsOfDirectory(atPath: space.directory.path) == ["out"])
    }
  }
}
