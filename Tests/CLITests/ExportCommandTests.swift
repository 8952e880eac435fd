import Foundation
import Interchange
import Testing

@Suite struct ExportCommandTests {
  @Test func aRunBecomesAFolderForNotebooks() async throws {
    try await inWorkspace { space in
      let run = try await space.run(
        "verify", "--claim", "bound-transfers-optimality", "--preset", "quick", "--quiet", "--output", "run")
      #expect(run.status == 0)
      let result = try await space.run("export", "run", "--output", "notebooks")
      #expect(result.status == 0, "\(result.errors)")
      let files = try space.files("notebooks")
      #expect(result.output == "notebooks: \(files.count) files; start with analysis.ipynb\n")
      #expect(
        Set(files).isSuperset(of: [
          "COLUMNS.md", "analysis.ipynb", "data/bound-transfers-optimality.csv", "data/verdicts.csv",
          "datapackage.json",
        ]))
      #expect(
        try space.read("notebooks/data/bound-transfers-optimality.csv")
          == space.read("run/tables/bound-transfers-optimality.csv"))
      _ = try JSONValue(parsing: try space.read("notebooks/analysis.ipynb"))
      let again = try await space.run("export", "run", "--output", "notebooks", "--json")
      #expect(again.status == 0)
      #expect(try JSONValue(parsing: again.output)["files"]?.arrayValue?.count == files.count)
    }
  }

  @Test func onlyRunsAreExportedAndOnlyExportsReplaced() async throws {
    try await inWorkspace { space in
      try FileManager.default.createDirectory(
        atPath: space.path("foreign"), withIntermediateDirectories: true)
      try space.write("mine", to: "foreign/thesis.tex")
      let none = try await space.run("export", "foreign", "--output", "e")
      #expect(none.status == 66)
      #expect(none.errors == "Error: cannot open 'foreign/datapackage.json': there is no such file\n")
      _ = try await space.run(
        "verify", "--claim", "bound-transfers-optimality", "--preset", "quick", "--quiet", "--output", "run")
      let over = try await space.run("export", "run", "--output", "foreign")
      #expect(over.status == 73)
      let itself = try await space.run("export", "run", "--output", "run")
      #expect(itself.status == 73)
      #expect(
        itself.errors.contains("'datapackage.json' says that `allot verify` wrote it"), "\(itself.errors)")
      #expect(try space.files("foreign") == ["thesis.tex"])
    }
  }
}
