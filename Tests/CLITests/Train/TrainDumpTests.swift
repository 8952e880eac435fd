import Foundation
import Interchange
import Testing

/// What a run writes for other readers: `allot audit`, and whoever recomputes its metrics.
@Suite struct TrainDumpTests {
  private func objects(_ data: Data) throws -> [[String: Any]] {
    try data.split(separator: 0x0A).map {
      try #require(try JSONSerialization.jsonObject(with: $0) as? [String: Any])
    }
  }

  @Test func metricsAreThoseOfTheDumps() async throws {
    try await inWorkspace { space in
      let tiny = try TrainSpace(space)
      try #require(
        try await tiny.train("run", ["--allow-unvalidated", "--allocation", "root", "--dump-interval", "1"])
          .status == 0)
      let metrics = try objects(try space.read("run/metrics.jsonl"))
      #expect(metrics.count == 40)
      var total = 0
      for line in metrics {
        let step = try #require(line["step"] as? Int)
        let data = try #require(line["data"] as? [String: Double])
        let rows = try objects(try space.read("run/rollouts/\(step).jsonl"))
        let rewards = rows.compactMap { $0["score"] as? Double }
        let lengths = rows.compactMap { ($0["token_ids"] as? [Int])?.count }
        let entropies = rows.flatMap { $0["entropy"] as? [Double] ?? [] }
        #expect(rewards.count == 36 && lengths.count == 36)
        total += lengths.reduce(0, +)
        // 10⁻¹² relative: sums of a hundred terms in another order.
        func close(_ name: String, _ value: Double) {
          let logged = data[name] ?? .nan
          #expect(
            abs(logged - value) <= 1e-12 * max(1, abs(value)), "step \(step): \(name) \(logged), \(value)")
        }
        close("reward", rewards.reduce(0, +) / 36)
        close("response_length/mean", Double(lengths.reduce(0, +)) / 36)
        close("entropy", entropies.reduce(0, +) / Double(entropies.count))
        close("completions/clipped_ratio", Double(rows.count { $0["terminated"] as? Bool == false }) / 36)
        let groups = Dictionary(grouping: rows.indices) { rows[$0]["prompt_id"] as? String ?? "" }
        #expect(groups.count <= 6)
        let dead = groups.values.count { Set($0.map { rewards[$0] }).count == 1 }
        close("frac_reward_zero_std", Double(dead) / Double(groups.count))
        close("rollout_allocation/max", Double(groups.values.map(\.count).max() ?? 0))
        close("sampled/tokens", Double(total))
        for row in rows {
          #expect(row["acc"] as? Bool == ((row["score"] as? Double) == 1))
          let right = row["terminated"] as? Bool == true && row["output"] as? String == row["gts"] as? String
          #expect(row["correct"] as? Bool == right)
        }
      }
    }
  }

  @Test func theTableHasTheMetricsOfTheLines() async throws {
    try await inWorkspace { space in
      let tiny = try TrainSpace(space)
      try #require(try await tiny.train("run").status == 0)
      let lines = String(decoding: try space.read("run/metrics.csv"), as: UTF8.self).split(separator: "\n")
        .map { $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init) }
      #expect(lines.count == 41)
      let header = lines[0]
      #expect(Set(header).count == header.count)
      let objects = try space.read("run/metrics.jsonl").split(separator: 0x0A)
      #expect(objects.count == 40)
      for (line, text) in zip(lines.dropFirst(), objects) {
        #expect(line.count == header.count)
        // Foundation's reader of JSON rounds some numbers wrongly in the last place.
        let data = try #require(try JSONValue(parsing: text, file: "metrics.jsonl")["data"])
        #expect(Set((data.objectValue ?? []).map(\.0)).isSubset(of: Set(header)))
        for (name, cell) in zip(header, line).dropFirst() {
          #expect(Double(cell) == data[name]?.doubleValue, "\(name)")
        }
      }
    }
  }

  @Test func auditReadsTheDumpsOfARun() async throws {
    try await inWorkspace { space in
      let tiny = try TrainSpace(space, TrainSpace.configuration.replacing("steps: 40", with: "steps: 80"))
      try #require(try await tiny.train("run", ["--warm-up-steps", "600"]).status == 0)
      let rollouts = try space.files("run/rollouts").map { "run/rollouts/" + $0 }
      try #require(rollouts.count == 16)
      let counts = try await space.run(words: ["audit", "--json"] + rollouts)
      #expect(counts.status == 0, "\(counts.errors)")
      let gram = try space.files("run/gram").map { "run/gram/" + $0 }
      try #require(gram.count == 11)
      let scores = try await space.run(words: ["audit", "--json"] + gram)
      #expect(scores.status == 0, "\(scores.errors)")
      let document =
        try JSONSerialization.jsonObject(with: Data(scores.output.utf8)) as? [String: Any] ?? [:]
      let correlations = document["correlation"] as? [[String: Any]] ?? []
      let known = correlations.filter { $0["est"] as? Double != nil }
      #expect(known.contains { $0["estimator"] as? String == "rloo" && $0["basis"] as? String == "gram" })
      #expect(known.allSatisfy { abs($0["est"] as? Double ?? 2) <= 1 + 1e-12 })
      // Each measurement of each of the four prompts is a group of the audit.
      #expect(document["groups"] as? Int == 44)
    }
  }
}
