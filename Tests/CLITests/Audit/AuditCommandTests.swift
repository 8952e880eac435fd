import Foundation
import Interchange
import Testing

@testable import CLI

/// Writes `text` into a file that is removed afterwards, and calls `body` with its path.
func withTemporaryFile(_ text: String, _ body: (String) throws -> Void) throws {
  let path = NSTemporaryDirectory() + "audit-tests-" + UUID().uuidString
  try text.write(toFile: path, atomically: true, encoding: .utf8)
  defer { try? FileManager.default.removeItem(atPath: path) }
  try body(path)
}

@Suite struct AuditCommandTests {
  private func audit(_ text: String, _ options: String...) throws -> AuditResult {
    var result: AuditResult?
    try withTemporaryFile(text) { path in
      result = try AuditCommand.parse([path, "--threads", "1"] + options).audit()
    }
    return try #require(result)
  }

  private func failure(_ text: String, _ options: String...) -> CommandFailure? {
    do {
      try withTemporaryFile(text) { path in _ = try AuditCommand.parse([path] + options).audit() }
      return nil
    } catch { return error as? CommandFailure }
  }

  private let lines = (0..<12).map {
    #"{"prompt_id":"p\#($0 % 3)","rollout":\#($0 / 3),"reward":\#($0 / 6)}"#
  }

  @Test func aSmallLogHasTheCountsWorkedByHand() throws {
    let result = try audit(lines.joined(separator: "\n"))
    #expect(result.prompts == 3 && result.groups == 3 && result.rollouts == 12 && result.skipped == 0)
    // Each prompt has two successes of four: of its six pairs two are dead.
    #expect(abs(try #require(result.deadGroups.first).share - 1.0 / 3) <= 4 * Double.ulpOfOne)
    #expect(result.correlation.isEmpty)
    #expect(Set(result.allocation.map(\.variance.estimator)) == ["bernoulli"])
    #expect(result.allocation.filter { $0.method == .uniform }.allSatisfy { $0.relativeToUniform.value == 1 })
    #expect(result.promptTable.allSatisfy { $0.bernoulliVariance == 1.0 / 3 })
  }

  @Test func theJSONHasTheKeysOfTheContractInOrder() throws {
    let json = try audit(lines.joined(separator: "\n")).json
    let keys = try #require(json.objectValue).map(\.0)
    let contract = ["prompts", "rollouts", "skipped", "dead_groups", "allocation", "correlation"]
    #expect(keys.filter(contract.contains) == contract)
    let row = try #require(json["allocation"]?[0])
    #expect(
      try #require(row.objectValue).map(\.0).prefix(6) == [
        "variance", "estimator", "method", "min", "max", "relative_to_uniform",
      ])
    #expect(row["max"] == .null && row["relative_to_uniform"]?["est"]?.doubleValue == 1)
    #expect(try JSONValue(parsing: json.text(pretty: true)) == JSONValue(parsing: json.text(pretty: false)))
  }

  @Test func oneRolloutIsAnAuditWithoutRows() throws {
    let result = try audit(#"{"prompt_id":"a","reward":1}"#)
    #expect(result.rollouts == 1 && result.allocation.isEmpty && result.deadGroups.isEmpty)
    #expect(result.summary.hasPrefix("1 rollouts of 1 prompts"))
  }

  @Test func damagedLinesStopTheAuditBeyondTheAllowedShare() throws {
    let text = (lines + [#"{"prompt_id":"p0","rew"#]).joined(separator: "\n")
    let error = try #require(failure(text))
    #expect(error.code == .inputData)
    #expect(error.message.contains("1 of 13 lines are damaged") && error.message.contains(":13: "))
    #expect(error.message.contains("--max-bad"))
    #expect(try audit(text, "--max-bad", "0.1").skipped == 1)
  }

  @Test func badDataLeavesWithItsCode() throws {
    #expect(failure("")?.code == .inputData)
    #expect(failure("\n\n")?.message.hasSuffix("there are no rollouts") == true)
    #expect(
      failure("prompt_id,reward\na,0.5\n")?.message.contains(":2: field 'reward': the value 0.5") == true)
    #expect(failure(#"{"prompt_id":"a","reward":2}"#)?.code == .inputData)
    #expect(failure("PNG\u{0}\u{1}\n")?.code == .inputData)
    do {
      _ = try AuditCommand.parse(["no/such/file"]).audit()
      Issue.record("a missing file was read")
    } catch { #expect((error as? CommandFailure)?.code == .inputMissing) }
  }

  @Test func countsOrGramMatricesGivenTwiceAreDamagedLines() {
    let table = "prompt_id,screen_samples,screen_successes\na,4,2\na,4,2\n"
    #expect(failure(table)?.message.contains("counts of 'a' already") == true)
    let gram = #"{"prompt_id":"a","rewards":[1],"gram":[[1]]}"#
    #expect(failure(gram + "\n" + gram)?.message.contains("a Gram matrix of 'a' at step 0 already") == true)
  }

  @Test func aGramFileAloneIsALogOfItsRollouts() throws {
    let result = try audit(
      #"{"prompt_id":"a","rewards":[1,0,1,0],"gram":[[2,0,0,0],[0,2,0,0],[0,0,2,0],[0,0,0,2]]}"#)
    #expect(result.rollouts == 4)
    #expect(result.correlation.count == 24)
    #expect(result.promptTable[0].measured[0] == 4.0 / 3 * 0.75 * 1)
  }

  @Test func promptsOfDifferentStepsAreDifferentGroups() throws {
    let result = try audit("prompt_id,reward,step\na,1,0\na,0,1\nb,1,0\n")
    #expect(result.prompts == 2 && result.groups == 3)
  }

  @Test func aPromptWithoutRolloutsIsReportedAsInfinite() throws {
    // Even rollouts all fail, odd ones are mixed: the even half chooses 0 for the prompt that the odd half judges.
    var text = "prompt_id,rollout,reward\n"
    for index in 0..<8 { text += "a,\(index),\(index % 4 == 1 ? 1 : 0)\nb,\(index),\(index / 2 % 2)\n" }
    let result = try audit(text, "--min", "0")
    let row = try #require(result.allocation.first { $0.method == .proportional })
    #expect(row.isInfinite && row.relativeToUniform.value == nil)
    #expect(result.summary.contains("infinite"))
    #expect(
      result.json.text(pretty: false).contains(
        #""relative_to_uniform":{"est":null,"lower":null,"upper":null},"infinite":true"#))
  }

  @Test func theOutputDirectoryAppearsWholeAndReplacesAnEarlierAudit() async throws {
    let directory = NSTemporaryDirectory() + "audit-out-" + UUID().uuidString
    let log = NSTemporaryDirectory() + "audit-log-" + UUID().uuidString
    defer {
      try? FileManager.default.removeItem(atPath: directory)
      try? FileManager.default.removeItem(atPath: log)
    }
    try lines.joined(separator: "\n").write(toFile: log, atomically: true, encoding: .utf8)
    for _ in 0..<2 {
      try await AuditCommand.parse([log, "--output", directory, "--quiet", "--threads", "1"]).run()
      let found = try FileManager.default.contentsOfDirectory(atPath: directory)
      #expect(
        Set(found).isSuperset(of: ["audit.json", "datapackage.json", "report.html", "report.txt", "tables"]))
    }
    try Data().write(to: URL(fileURLWithPath: directory + "/thesis.tex"))
    do {
      try await AuditCommand.parse([log, "--output", directory, "--quiet"]).run()
      Issue.record("a file that is not ours was overwritten")
    } catch let error as CommandFailure { #expect(error.code == .cannotCreate) }
  }

  @Test func textOfALogIsNeverMarkup() {
    #expect(AuditReport.escaped("<b>&\"") == "&lt;b&gt;&amp;&quot;")
  }

  @Test func optionsOutsideTheirRangeAreRefusedTogether() async throws {
    do {
      try await AuditCommand.parse(["f", "--max-bad", "2", "--min", "20", "--max", "3", "--resamples", "10"])
        .run()
      Issue.record("the options were accepted")
    } catch let error as CommandFailure {
      #expect(error.code == .usage)
      #expect(
        error.message == """
          The value '2.0' is invalid for '--max-bad <share>': it must lie in 0...1.
                 The value '20' is invalid for '--min <n>': it must lie in 0...16, the budget per prompt.
                 The value '3' is invalid for '--max <n>': it must be at least 16, the budget per prompt.
                 The value '10' is invalid for '--resamples <n>': it must lie in 2000...1000000.
          """)
    }
  }
}
