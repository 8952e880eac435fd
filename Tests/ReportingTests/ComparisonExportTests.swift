import Foundation
import Interchange
import Testing

@testable import Reporting

/// A comparison in an export.
@Suite struct ComparisonExportTests {
  /// A stored run and a stored comparison.
  private func stored() throws -> ScratchDirectory {
    let scratch = try ScratchDirectory()
    let run = try RunWriter(outcomes: Fixture.plottable(), run: Fixture.run).files()
    try scratch.write(
      run.map { RunFileText(path: $0.path, text: String(decoding: $0.bytes, as: UTF8.self)) }, under: "run")
    try ComparisonFixture.write(try ComparisonFixture.files(), to: scratch, under: "compared")
    return scratch
  }

  private func export(_ scratch: ScratchDirectory) throws -> [RunFile] {
    ExportWriter(
      try StoredRun(directory: scratch.path + "/run"),
      comparison: try StoredComparison(directory: scratch.path + "/compared")
    ).files()
  }

  private func text(_ files: [RunFile], _ path: String) throws -> String {
    String(decoding: try #require(files.first { $0.path == path }).bytes, as: UTF8.self)
  }

  @Test func theVerdictJoinsThoseOfTheRun() throws {
    let scratch = try stored()
    let files = try export(scratch)
    let alone = ExportWriter(try StoredRun(directory: scratch.path + "/run")).files()
    let before = try #require(try JSONValue(parsing: text(alone, "verdicts.json"))["claims"]?.arrayValue)
    let document = try JSONValue(parsing: text(files, "verdicts.json"))
    let claims = try #require(document["claims"]?.arrayValue)
    #expect(document["schema"]?.stringValue == VerdictsDocument.schema)
    #expect(Array(claims.dropLast()) == before)
    #expect(claims.last == (try JSONValue(parsing: scratch.read("compared/comparison.json"))["verdict"]))
    #expect(
      try text(files, "data/verdicts.csv").contains(
        "\ndynamo-trains-better,supported-when,for made-up runs,exploratory,refuted,"))
    #expect(
      try text(files, "data/sub_verdicts.csv").contains("\ndynamo-trains-better,dynamo (as published),"))
    #expect(Set(files.map(\.path)).count == files.count)
  }

  @Test func theTablesAreThereUnchangedAndDescribed() throws {
    let scratch = try stored()
    let files = try export(scratch)
    let columns = try text(files, "COLUMNS.md")
    for name in ["comparison", "comparison-runs", "comparison-curves", "comparison-verdict"] {
      #expect(try text(files, "data/\(name).csv") == scratch.read("compared/tables/\(name).csv"))
      #expect(columns.contains("## `data/\(name).csv`"))
    }
    #expect(columns.contains("| `p_adjusted` | number | 1 | the same after Holm's correction"))
  }

  @Test func thePicturesBecomeFigures() throws {
    let scratch = try stored()
    let name = "plots/comparison-means-rollouts-prompt-equal.svg"
    try scratch.write("<svg/>", to: "compared/" + name)
    try edit(scratch, "datapackage.json", "\"allot_files\": [", "\"allot_files\": [\"\(name)\",")
    #expect(try text(try export(scratch), name.replacing("plots/", with: "figures/")) == "<svg/>")
  }

  @Test func aSecondVerdictTakesThePlaceOfTheFirst() throws {
    let scratch = try stored()
    let once = try export(scratch)
    try scratch.write(try text(once, "verdicts.json"), to: "run/verdicts.json")
    #expect(try text(try export(scratch), "verdicts.json") == text(once, "verdicts.json"))
  }

  @Test func aRunWithoutVerdictsGetsADocumentOfItsOwn() throws {
    let scratch = try stored()
    let comparison = try StoredComparison(directory: scratch.path + "/compared")
    let document = comparison.verdicts(joinedTo: nil)
    #expect(document["schema"]?.stringValue == VerdictsDocument.schema)
    #expect(document["claims"]?.arrayValue == [comparison.entry])
    #expect(document["tool"]?["version"]?.stringValue == "0.0.0")
  }

  @Test func theNotebookHasSectionsOnTheComparisonAndNoneByAccident() throws {
    let scratch = try stored()
    let code = try notebook(try export(scratch)).joined()
    #expect(code.contains("tables[\"comparison\"]") && code.contains("tables[\"comparison-curves\"]"))
    let alone = ExportWriter(try StoredRun(directory: scratch.path + "/run")).files()
    #expect(try !notebook(alone).joined().contains("tables[\"comparison"))
    // "comparison-curves" ends like the tables of a claim and is none.
    let curves = try #require(NotebookTemplate.sections.first { $0.table == "curves" })
    #expect(!curves.matches("comparison-curves") && curves.matches("score-norm-bounded-by-entropy-curves"))
  }

  @Test func thePythonOfTheNotebookIsValidAndRuns() throws {
    let scratch = try stored()
    let files = try export(scratch)
    for file in files where file.path.hasPrefix("data/comparison") || file.path.hasPrefix("data/verdicts") {
      try scratch.write(String(decoding: file.bytes, as: UTF8.self), to: "notebook/" + file.path)
    }
    let all = try notebook(files)
    try scratch.write(all.joined(separator: "\n"), to: "notebook/all.py")
    let cells = [all[0]] + all.filter { $0.contains("tables[\"comparison") }
    #expect(cells.count == 3)
    let preamble = """
      import warnings
      import matplotlib
      warnings.simplefilter("error")
      matplotlib.use("Agg")
      displayed = []
      display = displayed.append

      """
    let check = """

      # Four methods in four groups; three differences in two scores in each.
      assert [len(table) for table in displayed] == [16, 24], displayed
      assert len(plt.get_fignums()) == 5, plt.get_fignums()
      """
    try scratch.write(
      preamble + cells.joined(separator: "\n").replacing("plt.show()", with: "pass") + check,
      to: "notebook/cells.py")
    guard try python(["-c", ""], in: scratch.path) == nil else { return }
    #expect(
      try python(["-c", "import ast; ast.parse(open('all.py').read())"], in: scratch.path + "/notebook")
        == nil)
    guard try python(["-c", "import pandas, matplotlib"], in: scratch.path) == nil else { return }
    let complaint = try python(["cells.py"], in: scratch.path + "/notebook")
    #expect(complaint == nil)
  }

  @Test func aDirectoryWithoutADocumentIsMissing() throws {
    let scratch = try stored()
    try FileManager.default.removeItem(atPath: scratch.path + "/compared/comparison.json")
    #expect(
      throws: ReportingError.missing(
        file: scratch.path + "/compared/comparison.json", reason: "there is no such file")
    ) { _ = try export(scratch) }
    #expect(
      throws: ReportingError.missing(file: scratch.path + "/none", reason: "there is no such directory")
    ) { _ = try StoredComparison(directory: scratch.path + "/none") }
  }

  @Test(
    arguments: [
      ("comparison.json", "allot-comparison/1", "allot-comparison/2", "field 'schema'"),
      (
        "comparison.json", "\"id\": \"dynamo-trains-better\",\n    \"statement\"",
        "\"id\": \"x\",\n    \"statement\"", "verdict.id"
      ),
      (
        "comparison.json", "\"verdict\": \"supported-when\"", "\"verdict\": \"splendid\"", "'verdict.verdict'"
      ),
      ("comparison.json", "\"verdict\": \"supported\"", "\"verdict\": 1", "verdict.sub_verdicts[0].verdict"),
      ("comparison.json", "\"counterexamples\": []", "\"counterexamples\": 3", "verdict.counterexamples"),
      ("comparison.json", "\"schema\"", "\"schema", "comparison.json"),
      ("datapackage.json", "\"allot_kind\": \"compare\"", "\"allot_kind\": \"verify\"", "is not 'compare'"),
      ("datapackage.json", "\"tables/comparison-runs.csv\"", "\"tables/comparison.csv\"", "the header"),
      (
        "datapackage.json", "\"allot_files\": [", "\"allot_files\": [\"plots/../../etc/passwd.svg\",",
        "is not a picture in plots/"
      ),
      (
        "tables/comparison.csv", "rollouts,prompt-equal,pass@1,add,grpo,10",
        "rollouts,prompt-equal,pass@1,add,grpo,ten", "'seeds': 'ten'"
      ),
    ])
  func aDamagedComparisonIsRefused(_ file: String, _ old: String, _ new: String, _ reason: String) throws {
    let scratch = try stored()
    try edit(scratch, file, old, new)
    let error = #expect(throws: ReportingError.self) { _ = try export(scratch) }
    guard case .damaged(let place, _, _)? = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(place.contains("/compared/"))
    #expect(error?.description.contains(reason) == true, "\(String(describing: error))")
  }

  @Test func aForeignPictureIsRefused() throws {
    let scratch = try stored()
    try scratch.write("<svg/>", to: "compared/plots/neyman-optimal.svg")
    try edit(
      scratch, "datapackage.json", "\"allot_files\": [", "\"allot_files\": [\"plots/neyman-optimal.svg\",")
    let error = #expect(throws: ReportingError.self) { _ = try export(scratch) }
    #expect(error?.description.contains("is no picture of a comparison") == true)
  }

  @Test func aComparisonIsNoRun() throws {
    let scratch = try stored()
    let error = #expect(throws: ReportingError.self) {
      _ = try StoredRun(directory: scratch.path + "/compared")
    }
    #expect(error?.description.contains("is not 'verify' or 'audit'") == true)
  }

  /// Replaces the first `old` in a file of the comparison.
  private func edit(_ scratch: ScratchDirectory, _ name: String, _ old: String, _ new: String) throws {
    let text = try scratch.read("compared/" + name)
    try #require(text.contains(old), "\(old)")
    try scratch.write(text.replacing(old, with: new, maxReplacements: 1), to: "compared/" + name)
  }

  /// The code cells of the notebook.
  private func notebook(_ files: [RunFile]) throws -> [String] {
    let document = try JSONValue(parsing: text(files, "analysis.ipynb"))
    return (document["cells"]?.arrayValue ?? []).filter { $0["cell_type"]?.stringValue == "code" }
      .map { ($0["source"]?.arrayValue ?? []).compactMap(\.stringValue).joined() }
  }

  /// What Python complains of; nil where it does not.
  private func python(_ arguments: [String], in directory: String) throws -> String? {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["python3"] + arguments
    process.currentDirectoryURL = URL(fileURLWithPath: directory)
    process.standardOutput = FileHandle.nullDevice
    let complaints = Pipe()
    process.standardError = complaints
    try process.run()
    let text = complaints.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return process.terminationStatus == 0 ? nil : "failed: " + String(decoding: text, as: UTF8.self)
  }
}
