import Foundation
import Interchange
import Testing

/// `allot audit` on logs so short that little can be said, and on mixed line ends.
@Suite struct AuditInputTests {
  @Test(arguments: ["", "\n", "\r\n\r\n", "prompt_id,reward\n"])
  func aLogWithoutRolloutsIsAnError(_ text: String) async throws {
    try await inWorkspace { space in
      try space.write(text, to: "l")
      let result = try await space.run("audit", "l")
      #expect(result.status == 65 && result.output.isEmpty)
      #expect(result.errors == "Error: l: there are no rollouts\n")
    }
  }

  @Test(
    arguments: [
      (#"{"prompt_id":"a","reward":1}"#, 1, 1),
      ("{\"prompt_id\":\"a\",\"reward\":1}\r\n{\"prompt_id\":\"a\",\"reward\":0}\n", 1, 2),
      ("{\"prompt_id\":\"a\",\"reward\":1}\n\r\n{\"prompt_id\":\"b\",\"reward\":0}", 2, 2),
      ("\u{FEFF}prompt_id,reward\r\na,1\nb,0\r\n\r\nb,1", 2, 3),
    ])
  func shortLogsAndMixedLineEndsAreCounted(_ text: String, _ prompts: Int, _ rollouts: Int) async throws {
    try await inWorkspace { space in
      try space.write(text, to: "l")
      let result = try await space.run("audit", "l", "--json", "--threads", "1")
      #expect(result.status == 0, "\(result.errors)")
      let json = try JSONValue(parsing: result.output)
      #expect(json["prompts"]?.integerValue == prompts && json["rollouts"]?.integerValue == rollouts)
      #expect(json["skipped"]?.integerValue == 0)
    }
  }

  @Test func theTablesHaveTheirHeaders() async throws {
    try await inWorkspace { space in
      let log = (0..<12).map { #"{"prompt_id":"p\#($0 % 3)","rollout":\#($0 / 3),"reward":\#($0 / 6)}"# }
      try space.write(log.joined(separator: "\n"), to: "l")
      let result = try await space.run("audit", "l", "--output", "out", "--quiet", "--threads", "1")
      #expect(result.status == 0 && result.output.isEmpty, "\(result.errors)")
      var headers: [String: String] = [:]
      for file in try space.files("out/tables") {
        let text = String(decoding: try space.read("out/tables/" + file), as: UTF8.self)
        headers[file] = text.split(separator: "\n").first.map(String.init)
      }
      #expect(
        headers["audit-allocation.csv"]
          == "variance,basis,estimator,method,min,max,chooser,prompt_count,stat,est,lower,upper,infinite")
      #expect(headers["audit-dead_groups.csv"] == "group,prompt_count,share,all_failures,all_successes")
      #expect(
        headers["audit-prompts.csv"]
          == "prompt_id,step,kind,samples,successes,p,p_lower,p_upper,bernoulli_variance,bernoulli_variance_lower,bernoulli_variance_upper"
      )
      #expect(
        headers["audit-correlation.csv"]
          == "basis,estimator,prompts,prompt_count,stat,est,lower,upper,ceiling,reliability")
      #expect(
        headers["audit-points.csv"] == "prompt_id,step,estimator,p,bernoulli_variance,measured_variance")
    }
  }
}
