import Foundation
import Testing
import Training

@testable import Reporting

@Suite struct TrainingDirectoryTests {
  private func open(_ scratch: ScratchDirectory, _ lengths: [String: Int] = [:]) throws(ReportingError)
    -> TrainingDirectory
  {
    try TrainingDirectory(path: scratch.path, columns: ["reward", "kl"], lengths: lengths)
  }

  private func record(_ step: Int, _ reward: Double?) -> StepRecord {
    StepRecord(step: step, metrics: [.init(name: "reward", value: reward), .init(name: "kl", value: nil)])
  }

  @Test func filesAreCutBackToTheLengthsOfACheckpoint() throws {
    let scratch = try ScratchDirectory()
    var directory = try open(scratch)
    try directory.append(record(1, 0.5))
    let lengths = try directory.lengths()
    try directory.append(record(2, 0.25))
    directory = try open(scratch, lengths)
    try directory.append(record(2, nil))
    #expect(try scratch.read("metrics.csv") == "step,reward,kl\n1,0.5,\n2,,\n")
    #expect(
      try scratch.read("metrics.jsonl")
        == "{\"step\":1,\"data\":{\"reward\":0.5}}\n{\"step\":2,\"data\":{}}\n")
  }

  @Test func aFileThatIsShorterThanItsCheckpointSaysIsDamaged() throws {
    let scratch = try ScratchDirectory()
    let directory = try open(scratch)
    try directory.append(record(1, 0.5))
    let lengths = try directory.lengths()
    try scratch.write("step\n", to: "metrics.csv")
    let error = #expect(throws: ReportingError.self) { try open(scratch, lengths) }
    #expect("\(String(describing: error))".contains("metrics.csv"))
  }

  @Test func whatAKilledProcessLeavesIsRemoved() throws {
    let scratch = try ScratchDirectory()
    let directory = try open(scratch)
    for name in [
      "rollouts/10.jsonl", "rollouts/20.jsonl", "rollouts/5.jsonl.partial-17", "gram/9.jsonl",
      "gram/11.jsonl",
      "evaluation.json.partial-3", "checkpoints/step-00000010.partial/state.json",
      "checkpoints/step-00000010.replaced/state.json", "checkpoints/step-00000010/state.json",
    ] { try scratch.write("x", to: name) }
    directory.removeLeftovers(after: 10)
    let left = try FileManager.default.subpathsOfDirectory(atPath: scratch.path).filter {
      $0.contains("0") || $0.contains("9") || $0.contains("partial")
    }
    #expect(
      left.sorted() == [
        "checkpoints/step-00000010", "checkpoints/step-00000010/state.json", "gram/9.jsonl",
        "rollouts/10.jsonl",
      ])
    #expect(TrainingDirectory.checkpointNames(scratch.path) == ["step-00000010"])
  }
}
