import Foundation
import Interchange
import Testing

@Suite struct ClaimsCommandTests {
  @Test func theListHasEveryClaimInTheRegistersOrder() async throws {
    try await inWorkspace { space in
      let result = try await space.run("claims", "--json")
      #expect(result.status == 0)
      let claims = try #require(try JSONValue(parsing: result.output).arrayValue)
      #expect(
        claims.compactMap { $0["id"]?.stringValue } == [
          "sample-variance-unbiased", "proxy-tracks-variance", "variance-bounded-by-proxy",
          "bound-transfers-optimality", "variance-falls-as-one-over-n", "normalised-variance-follows-proxy",
          "logged-variance-proxy-unbiased", "proxy-holds-for-graded-rewards", "uniform-suboptimal",
          "neyman-optimal", "proxy-allocation-optimal", "estimated-proxy-keeps-gain",
          "released-allocator-beats-uniform", "released-rows-aligned", "score-norm-attenuates",
          "score-norm-bounded-by-entropy", "compensation-restores-gradient", "modulation-unbiased",
          "modulation-reduces-variance", "entropy-change-exact", "released-entropy-change-agrees",
          "entropy-change-indicates-magnitude", "stabilisation-bounds-updates", "entropy-as-step-size",
          "variance-optimal-learns-faster", "dynamo-trains-better",
        ])
      for claim in claims {
        #expect(claim["spec_sha256"]?.stringValue?.wholeMatch(of: /[0-9a-f]{64}/) != nil)
        #expect(claim["registration"]?.stringValue == "exploratory")
      }
      let text = try await space.run("claims")
      #expect(
        text.output.split(separator: "\n")[0].split(separator: " ") == [
          "claim", "section", "registration", "statement",
        ])
    }
  }

  @Test func oneSpecificationIsPrintedByName() async throws {
    try await inWorkspace { space in
      let text = try await space.run("claims", "neyman-optimal")
      #expect(text.status == 0)
      #expect(text.output.hasPrefix("claim               neyman-optimal\nsection             Allocation\n"))
      let json = try await space.run("claims", "neyman-optimal", "--json")
      #expect(try JSONValue(parsing: json.output)["source"]?.stringValue == "dynamo2026; neyman1934")
    }
  }

  @Test func theLockHoldsTheHashesThatTheListShows() async throws {
    try await inWorkspace { space in
      let locked = try await space.run("claims", "lock")
      #expect(locked.status == 0 && locked.output == "claims.lock: 26 specifications, 0 verdicts\n")
      let result = try await space.run("claims", "--json")
      let claims = try #require(try JSONValue(parsing: result.output).arrayValue)
      let expected = try claims.map {
        try "\(#require($0["spec_sha256"]?.stringValue))  \(#require($0["id"]?.stringValue))  -"
      }
      let lock = String(decoding: try space.read("claims.lock"), as: UTF8.self)
      #expect(lock.split(separator: "\n").dropFirst().map(String.init) == expected)
      #expect(claims.allSatisfy { $0["registration"]?.stringValue == "registered" })
      try space.write(lock.replacing(/[0-9a-f]{64}/, with: String(repeating: "0", count: 64)), to: "old.lock")
      let changed = try await space.run("claims", "neyman-optimal", "--json", "--lock", "old.lock")
      #expect(
        try JSONValue(parsing: changed.output)["registration"]?.stringValue == "changed since lock")
    }
  }

  @Test(
    arguments: [
      ("w.lock", 65, "w.lock:2: expected '<sha256>  <claim>  <verdict or ->', found 'neyman-optimal'"),
      ("b.lock", 65, "b.lock:1: the lock file is not UTF-8 text"),
      ("no.lock", 66, "cannot open the lock file 'no.lock'"),
    ] as [(String, Int32, String)])
  func aDamagedLockIsNamedByFileAndLine(_ name: String, _ status: Int32, _ message: String) async throws {
    try await inWorkspace { space in
      try space.write("# comment\nneyman-optimal\n", to: "w.lock")
      try space.write([0xFF, 0xFE], to: "b.lock")
      let result = try await space.run("claims", "--lock", name)
      #expect(result.status == status && result.output.isEmpty)
      #expect(result.errors == "Error: \(message)\n")
    }
  }

  @Test func aLockIsWrittenOnlyFromVerdictsThatCanBeRead() async throws {
    try await inWorkspace { space in
      try space.write("{}", to: "v.json")
      let damaged = try await space.run("claims", "lock", "--verdicts", "v.json")
      #expect(damaged.status == 65)
      #expect(damaged.errors == "Error: v.json: field 'schema' is not 'allot-verdicts/1'\n")
      let missing = try await space.run("claims", "lock", "--verdicts", "no.json")
      #expect(missing.status == 66)
      #expect(missing.errors == "Error: cannot open 'no.json': there is no such file\n")
      let closed = try await space.run("claims", "lock", "--output", "no/claims.lock")
      #expect(closed.status == 73)
      #expect(try space.files() == ["v.json"])
    }
  }
}
