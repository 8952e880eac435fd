import Foundation
import Interchange
import Statistics
import Testing

@testable import CLI
@testable import Training

/// Runs with rollout rules on the command line.
@Suite struct RuledRunTests {
  /// Everything that was drawn stands in the dumps, and `allot audit` reads what of it is fresh.
  @Test func dumpsHoldEverythingDrawnAndAuditReadsWhatIsFresh() async throws {
    try await inWorkspace { space in
      let tiny = try TrainSpace(space, TrainSpace.configuration.replacing("steps: 40", with: "steps: 12"))
      for rule in ["ar3po-reuse-gradient", "prefix-sampling", "dapo-rule"] {
        let result = try await tiny.train(
          rule,
          ["--allow-unvalidated", "--method", rule, "--dump-interval", "1", "--diagnostics-interval", "0"])
        try #require(result.status == 0, "\(result.errors)")
        let names = try space.files(rule + "/rollouts").map { rule + "/rollouts/" + $0 }
        var fresh = 0
        var drawn = 0
        var untrained = 0
        var stale = 0
        for name in names {
          var numbers: Set<String> = []
          for line in try space.read(name).split(separator: 0x0A) {
            let row = try JSONValue(parsing: line, file: name)
            let isReplayed = try #require(row["replayed"]?.boolValue as Bool?)
            let prefix = try #require(row["prefix"]?.stringValue)
            let isTrained = try #require(row["trained"]?.boolValue as Bool?)
            #expect((row["weight"] == nil) == !isTrained)
            let number = "\(row["prompt_id"]?.stringValue ?? "") \(row["rollout"]?.integerValue ?? -1)"
            let (isNew, _) = numbers.insert(number)
            #expect(isNew, "\(name), \(number)")
            if !isReplayed { drawn += 1 }
            if !isTrained { untrained += 1 }
            if isReplayed || !prefix.isEmpty { stale += 1 } else { fresh += 1 }
          }
        }
        let metrics = try space.read(rule + "/metrics.jsonl").split(separator: 0x0A)
        let last = try JSONValue(parsing: try #require(metrics.last), file: "metrics.jsonl")["data"]
        #expect(last?["sampled/rollouts"]?.doubleValue == Double(drawn), "\(rule)")
        #expect(untrained > 0 || rule == "ar3po-reuse-gradient", "\(rule)")
        #expect(stale > 0 || rule == "dapo-rule", "\(rule)")
        let header = String(
          decoding: try space.read(rule + "/metrics.csv").prefix { $0 != 0x0A }, as: UTF8.self)
        for name in LogStage.ruledNames { #expect(header.contains(name)) }
        let audit = try await space.run(words: ["audit", "--json"] + names)
        #expect(audit.status == 0, "\(audit.errors)")
        let document = try JSONValue(parsing: Data(audit.output.utf8), file: "audit")
        #expect(document["rollouts"]?.integerValue == fresh, "\(rule)")
        #expect(document["skipped"]?.integerValue == 0, "\(rule)")
      }
    }
  }

  /// The state of another rule is no damage: the settings are others.
  @Test func aChangedRuleIsReportedAsOtherSettings() async throws {
    try await inWorkspace { space in
      let tiny = try TrainSpace(space, TrainSpace.configuration.replacing("steps: 40", with: "steps: 3"))
      try #require(
        try await tiny.train("run", ["--allow-unvalidated", "--rollout-rule", "greso"]).status == 0)
      let path = "run/config.yaml"
      let text = String(decoding: try space.read(path), as: UTF8.self)
      try #require(text.contains("rollout_rule: greso"))
      try space.write(text.replacing("rollout_rule: greso", with: "rollout_rule: pcl"), to: path)
      let result = try await tiny.resume("run")
      #expect(result.status == 65)
      #expect(result.errors.contains("other settings"), "\(result.errors)")
      #expect(!result.errors.contains("damaged"))
    }
  }

  @Test func anImpossibleRuleIsRefusedBeforeAnythingIsWritten() async throws {
    try await inWorkspace { space in
      let tiny = try TrainSpace(space)
      let result = try await tiny.train(
        "run", ["--allow-unvalidated", "--rollout-rule", "vip", "--rollouts-per-prompt", "1"])
      #expect(result.status == 65)
      #expect(result.errors.contains("rollouts_per_prompt is 1"), "\(result.errors)")
      #expect(!FileManager.default.fileExists(atPath: space.path("run")))
    }
  }

  /// The text of the default settings as it was before there were rollout rules and a spread or schedule of the warm-up, so that runs of then are still the same runs.
  ///
  /// The SHA-256 is that of the text of commit 92e1873, read off its list of keys.
  @Test func theDefaultSettingsHaveTheirOldText() {
    #expect(
      SHA256.hexadecimal(of: RunSettings.text(RunConfiguration()))
        == "c22204827ff233f00ea82c959a4b52790cc573c84a981ea05c1b17bcc62355a2")
    var other = RunConfiguration()
    other.warmUpSpread = 0.5
    #expect(RunSettings.text(other).contains("warm_up_spread: 0.5"))
  }

  /// Rules differ from RLOO in their rollouts alone; the methods without the prompt are held against GRPO.
  @Test func everyRuleIsHeldAgainstRLOO() throws {
    let methods = ["grpo", "rloo", "prerl", "prerl-nsr", "dsrl"] + Method.rivals.map(\.name)
    let rows = try ComparedRow.rows(methods: methods, crossed: [], aggregations: [])
    let twins = rows.filter { $0.table == "over-rloo" }.map(\.unit.method)
    #expect(twins == ["rloo"] + Method.rivals.map(\.name))
    #expect(rows.filter { $0.table == ComparedRow.own }.map(\.unit.method) == methods)
  }
}
