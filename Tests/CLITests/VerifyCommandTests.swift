import Foundation
import Interchange
import Testing

/// `allot verify`, on claims that a debug build examines in a second or two.
@Suite struct VerifyCommandTests {
  /// Writes no points and no plots.
  private static let cheap = ["verify", "--claim", "bound-transfers-optimality", "--preset", "quick"]
  /// Writes points and a plot.
  private static let plotted = ["verify", "--claim", "variance-falls-as-one-over-n", "--preset", "quick"]

  @Test func aRunWritesTheFilesAndKeysOfTheContract() async throws {
    try await inWorkspace { space in
      let result = try await space.run(
        "verify", "--claim", "neyman-optimal", "--preset", "quick", "--output", "out")
      #expect(result.status == 0, "\(result.errors)")
      #expect(result.output.hasSuffix("\nReport: out/report.html\n"))
      #expect(
        try space.files() == [
          "out/datapackage.json", "out/report.html", "out/tables/neyman-optimal.csv",
          "out/validated-parameters.json", "out/verdicts.json",
        ])
      let table = String(decoding: try space.read("out/tables/neyman-optimal.csv"), as: UTF8.self)
      #expect(table.hasPrefix("claim,design,method,stat,est,mcse,lower,upper,exact,n,seed\nneyman-optimal,"))
      let verdicts = try JSONValue(parsing: try space.read("out/verdicts.json"))
      #expect(try keys(verdicts) == ["schema", "seed", "preset", "tool", "claims"])
      let claim = try #require(verdicts["claims"]?[0])
      #expect(
        try keys(claim) == [
          "id", "statement", "formula", "source", "spec_sha256", "registration", "verdict", "condition",
          "margin", "sub_verdicts", "estimates", "counterexamples", "control", "tables", "seconds",
        ])
      #expect(
        try keys(claim["estimates"]?[0]) == [
          "design", "method", "stat", "est", "mcse", "lower", "upper", "exact", "n",
        ])
      #expect(try keys(claim["control"]) == ["statement", "verdict"])
      for part in try #require(claim["sub_verdicts"]?.arrayValue) {
        #expect(try keys(part) == ["estimator", "population", "verdict", "condition"])
      }
      #expect(claim["tables"] == .array([.string("tables/neyman-optimal.csv")]))
      #expect(claim["registration"]?.stringValue == "exploratory")
    }
  }

  private func keys(_ value: JSONValue?) throws -> [String] { try #require(value?.objectValue).map(\.0) }

  @Test func theResultsAreTheSameForEveryNumberOfThreads() async throws {
    try await inWorkspace { space in
      for threads in ["1", "2", "8"] {
        let result = try await space.run(
          words: Self.plotted + ["--quiet", "--output", threads, "--threads", threads])
        #expect(result.status == 0, "\(result.errors)")
      }
      let files = try space.files("1")
      #expect(files.contains("tables/variance-falls-as-one-over-n-decay.csv"))
      for threads in ["2", "8"] {
        #expect(try space.files(threads) == files)
        for file in files where file.hasPrefix("tables/") || file == "validated-parameters.json" {
          #expect(try space.read(threads + "/" + file) == space.read("1/" + file), "\(file)")
        }
        #expect(
          try withoutClock(space.read(threads + "/verdicts.json"))
            == withoutClock(space.read("1/verdicts.json")))
      }
    }
  }

  /// The document without the seconds and the tool.
  private func withoutClock(_ data: Data) throws -> JSONValue {
    func stripped(_ value: JSONValue, _ names: Set<String>) -> JSONValue {
      guard let fields = value.objectValue else { return value }
      return .object(fields.filter { !names.contains($0.0) })
    }
    let document = stripped(try JSONValue(parsing: data), ["tool"])
    let fields = try #require(document.objectValue)
    return .object(
      fields.map { name, value in
        (name, name == "claims" ? .array((value.arrayValue ?? []).map { stripped($0, ["seconds"]) }) : value)
      })
  }

  @Test func withoutGnuplotTheRunCompletesAndNamesTheMissingPlots() async throws {
    try await inWorkspace { space in
      let result = try await space.run(
        words: Self.plotted + ["--output", "out", "--quiet"], environment: ["PATH": space.directory.path])
      #expect(result.status == 0 && result.output.isEmpty)
      #expect(
        result.errors.contains(
          "Warning: the plot 'variance-falls-as-one-over-n-decay' is missing: gnuplot was not found on PATH\n"
        ), "\(result.errors)")
      let files = try space.files("out")
      #expect(files.contains("report.html") && !files.contains { $0.hasPrefix("plots/") })
    }
  }

  @Test func jsonOnStandardOutputIsTheVerdictsFile() async throws {
    try await inWorkspace { space in
      let result = try await space.run(words: Self.cheap + ["--json", "--output", "out"])
      #expect(result.status == 0)
      #expect(try JSONValue(parsing: result.output)["schema"]?.stringValue == "allot-verdicts/1")
      #expect(try space.read("out/verdicts.json") == Data(result.output.utf8))
    }
  }

  @Test func anEarlierRunIsReplacedAndOtherPeoplesFilesAreNot() async throws {
    try await inWorkspace { space in
      let first = try await space.run(words: Self.cheap + ["--quiet", "--output", "out", "--seed", "1"])
      #expect(first.status == 0)
      let second = try await space.run(words: Self.cheap + ["--quiet", "--output", "out", "--seed", "2"])
      #expect(second.status == 0)
      #expect(try JSONValue(parsing: try space.read("out/verdicts.json"))["seed"]?.integerValue == 2)
      try space.write("mine", to: "out/thesis.tex")
      let before = try space.files()
      let third = try await space.run(words: Self.cheap + ["--quiet", "--output", "out", "--seed", "3"])
      #expect(third.status == 73)
      #expect(
        third.errors
          == "Error: will not replace '\(space.path("out"))': 'thesis.tex' does not belong to the run that is there; name a new or empty directory\n"
      )
      #expect(try space.files() == before)
      #expect(try JSONValue(parsing: try space.read("out/verdicts.json"))["seed"]?.integerValue == 2)
    }
  }

  @Test func aPlaceThatCannotBeWrittenIsRefusedBeforeTheWork() async throws {
    try await inWorkspace { space in
      try space.write("text", to: "file")
      try FileManager.default.createDirectory(
        atPath: space.path("foreign"), withIntermediateDirectories: true)
      try space.write("mine", to: "foreign/thesis.tex")
      for (place, message) in [
        (
          "foreign",
          "will not replace '\(space.path("foreign"))': 'thesis.tex' was not written by this program; name a new or empty directory"
        ),
        ("file", "cannot create 'file': a file of that name exists"),
        (
          "no/out", "cannot create 'no/out': the directory '\(space.path("no"))' does not exist"
        ),
        ("file/out", "cannot create 'file/out': '\(space.path("file"))' is not a directory"),
      ] {
        let result = try await space.run(words: ["verify", "--preset", "thorough", "--output", place])
        #expect(result.status == 73 && result.output.isEmpty)
        #expect(result.errors == "Error: \(message)\n")
      }
      #expect(try space.files() == ["file", "foreign/thesis.tex"])
    }
  }

  /// Nobody makes directories in /proc, root included.
  @Test func aParentThatTakesNoDirectoriesIsRefused() async throws {
    try await inWorkspace { space in
      let result = try await space.run(words: Self.cheap + ["--output", "/proc/allot-out"])
      #expect(result.status == 73)
      #expect(result.errors.hasPrefix("Error: cannot create '/proc/allot-out': "), "\(result.errors)")
    }
  }

  @Test(.enabled(if: getuid() != 0, "root may write everywhere"))
  func aParentWithoutWritePermissionIsRefused() async throws {
    try await inWorkspace { space in
      try FileManager.default.createDirectory(
        atPath: space.path("closed"), withIntermediateDirectories: true,
        attributes: [.posixPermissions: 0o555])
      let result = try await space.run(words: Self.cheap + ["--output", "closed/out"])
      #expect(result.status == 73)
      #expect(result.errors == "Error: cannot create 'closed/out': Permission denied\n")
    }
  }

  @Test func strictComparesTheVerdictsWithTheLock() async throws {
    try await inWorkspace { space in
      let missing = try await space.run(words: Self.cheap + ["--strict", "--output", "out"])
      #expect(missing.status == 66)
      #expect(
        missing.errors
          == "Error: --strict compares with a lock, and there is no 'claims.lock' here; give --lock\n")
      _ = try await space.run(words: Self.cheap + ["--quiet", "--output", "out"])
      let locked = try await space.run("claims", "lock", "--verdicts", "out/verdicts.json")
      #expect(locked.status == 0)
      #expect(locked.output == "claims.lock: 26 specifications, 1 verdicts\n")

      let same = try await space.run(words: Self.cheap + ["--strict", "--quiet", "--output", "out"])
      #expect(same.status == 0, "\(same.errors)")
      let verdict = try JSONValue(parsing: try space.read("out/verdicts.json"))["claims"]?[0]
      #expect(verdict?["registration"]?.stringValue == "registered")

      let lock = String(decoding: try space.read("claims.lock"), as: UTF8.self)
      let recorded = try #require(verdict?["verdict"]?.stringValue)
      let id = "bound-transfers-optimality"
      try space.write(lock.replacing("\(id)  \(recorded)", with: "\(id)  inconclusive"), to: "changed.lock")
      let changed = try await space.run(
        words: Self.cheap + ["--strict", "--quiet", "--output", "out", "--lock", "changed.lock"])
      #expect(changed.status == 1)
      #expect(changed.errors == "Error: \(id) is \(recorded), the lock has inconclusive\n")
    }
  }
}
