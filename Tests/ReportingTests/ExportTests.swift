import Claims
import Foundation
import Interchange
import Reporting
import Testing

@Suite struct ExportTests {
  /// A run on the disk.
  private func stored(_ scratch: ScratchDirectory) throws {
    let files = try RunWriter(outcomes: Fixture.plottable(), run: Fixture.run).files()
    try scratch.write(
      files.map { RunFileText(path: $0.path, text: String(decoding: $0.bytes, as: UTF8.self)) }, under: "run")
  }

  private func edit(_ scratch: ScratchDirectory, _ name: String, _ old: String, _ new: String) throws {
    let text = try scratch.read("run/" + name)
    try #require(text.contains(old))
    try scratch.write(text.replacing(old, with: new), to: "run/" + name)
  }

  @Test func anExportHoldsTheTablesUnchangedAndTheVerdictsAsTables() throws {
    let scratch = try ScratchDirectory()
    try stored(scratch)
    let files = ExportWriter(try StoredRun(directory: scratch.path + "/run")).files()
    let relative = try #require(files.first { $0.path == "data/uniform-suboptimal-relative.csv" })
    #expect(
      String(decoding: relative.bytes, as: UTF8.self)
        == (try scratch.read("run/tables/uniform-suboptimal-relative.csv")))
    let verdicts = String(
      decoding: try #require(files.first { $0.path == "data/verdicts.csv" }).bytes, as: UTF8.self)
    #expect(verdicts.split(separator: "\n").count == Fixture.plottable().count + 1)
    #expect(verdicts.hasPrefix("claim,verdict,condition,registration,control,statement\n"))
    let columns = String(decoding: try #require(files.first { $0.path == "COLUMNS.md" }).bytes, as: UTF8.self)
    for file in files where file.path.hasPrefix("data/") { #expect(columns.contains("## `\(file.path)`")) }
  }

  @Test func theNotebookIsValidAndReadsOnlyTheTables() throws {
    let scratch = try ScratchDirectory()
    try stored(scratch)
    let files = ExportWriter(try StoredRun(directory: scratch.path + "/run")).files()
    let notebook = try JSONValue(parsing: try #require(files.first { $0.path == "analysis.ipynb" }).bytes)
    #expect(notebook["nbformat"]?.integerValue == 4)
    let cells = try #require(notebook["cells"]?.arrayValue)
    #expect(Set(cells.compactMap { $0["id"]?.stringValue }).count == cells.count)
    let code = cells.filter { $0["cell_type"]?.stringValue == "code" }
      .map { ($0["source"]?.arrayValue ?? []).compactMap(\.stringValue).joined() }
    #expect(code.joined().contains("glob(\"*.csv\")"))
    #expect(!code.joined().contains("verdicts.json"))
    #expect(code.contains { $0.contains("named(\"regret\")") })
    #expect(!code.contains { $0.contains("named(\"dead_groups\")") })
  }

  @Test func aMissingRunAndAMissingFileAreMissing() throws {
    let scratch = try ScratchDirectory()
    #expect(throws: ReportingError.missing(file: scratch.path + "/run", reason: "there is no such directory"))
    {
      _ = try StoredRun(directory: scratch.path + "/run")
    }
    try stored(scratch)
    try FileManager.default.removeItem(atPath: scratch.path + "/run/verdicts.json")
    #expect(
      throws: ReportingError.missing(
        file: scratch.path + "/run/verdicts.json", reason: "there is no such file")
    ) {
      _ = try StoredRun(directory: scratch.path + "/run")
    }
  }

  @Test(arguments: [
    "/etc/passwd", "../secret.csv", "tables/../secret.csv", "tables/a/b.csv", "tables/.csv", "tables/a.txt",
    "tables/a\\nb.csv",
  ])
  func aPathThatLeadsElsewhereIsDamage(path: String) throws {
    let scratch = try ScratchDirectory()
    try stored(scratch)
    try edit(scratch, "datapackage.json", "\"path\": \"tables/neyman-optimal.csv\"", "\"path\": \"\(path)\"")
    let error = #expect(throws: ReportingError.self) { _ = try StoredRun(directory: scratch.path + "/run") }
    guard case .damaged(let file, _, _)? = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(file.hasSuffix("datapackage.json"))
  }

  @Test func aSymbolicLinkIsDamage() throws {
    let scratch = try ScratchDirectory()
    try stored(scratch)
    let table = scratch.path + "/run/tables/neyman-optimal.csv"
    try FileManager.default.moveItem(atPath: table, toPath: scratch.path + "/elsewhere.csv")
    try FileManager.default.createSymbolicLink(
      atPath: table, withDestinationPath: scratch.path + "/elsewhere.csv")
    #expect(throws: ReportingError.damaged(file: table, line: nil, reason: "it is not a regular file")) {
      _ = try StoredRun(directory: scratch.path + "/run")
    }
  }

  @Test(arguments: [
    (",1.5,", ",1.5,7,", 2), (",1.5,", ",nan,", 2), (",1,7\n", ",1.5,7\n", 3),
    ("claim,design", "claim,world", 1),
  ])
  func aTableThatDoesNotFitItsDescriptionIsDamageWithItsLine(old: String, new: String, line: Int) throws {
    let scratch = try ScratchDirectory()
    try stored(scratch)
    try edit(scratch, "tables/neyman-optimal.csv", old, new)
    let error = #expect(throws: ReportingError.self) { _ = try StoredRun(directory: scratch.path + "/run") }
    guard case .damaged(let file, let found, _)? = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(file.hasSuffix("neyman-optimal.csv"))
    #expect(found == line)
  }

  @Test(arguments: [
    "", "{", "[]", "{\"allot_kind\": 3}", "{\"allot_kind\": \"export\"}", "{\"allot_kind\": \"verify\"}",
    "\u{0}",
  ])
  func aManifestOfAnotherKindIsDamage(text: String) throws {
    let scratch = try ScratchDirectory()
    try stored(scratch)
    try scratch.write(text, to: "run/datapackage.json")
    let error = #expect(throws: ReportingError.self) { _ = try StoredRun(directory: scratch.path + "/run") }
    guard case .damaged? = error else {
      Issue.record("\(String(describing: error))")
      return
    }
  }
}
