import Claims
import Foundation
import Reporting
import Testing

@Suite struct AuditWriterTests {
  @Test func anAuditIsARunDirectoryThatCanBeExported() async throws {
    var writer = AuditWriter(tables: Fixture.auditTables(), paragraphs: ["80 prompts & 2 <estimators>."])
    await writer.drawPlots(threads: 2)
    let files = try writer.files(others: [RunFile(path: "audit.json", text: "{}\n")])
    let html = String(decoding: try #require(files.first { $0.path == "report.html" }).bytes, as: UTF8.self)
    #expect(html.contains("<p>80 prompts &amp; 2 &lt;estimators&gt;.</p>"))
    #expect(html.contains("href=\"tables/audit-points.csv#row=61\">row 61</a>"))
    #expect(html.contains("(80 rows); the first 60 are shown"))
    let scratch = try ScratchDirectory()
    let directory = try PartialDirectory(target: scratch.path + "/audit", kind: .audit)
    for file in files { try directory.write(file) }
    try directory.commit()
    let export = ExportWriter(try StoredRun(directory: scratch.path + "/audit"))
    #expect(
      export.tables.map(\.path) == [
        "data/audit-allocation.csv", "data/audit-points.csv", "data/audit-dead_groups.csv",
      ])
    #expect(RunManifest(directory: scratch.path + "/audit")?.kind == .audit)
  }

  @Test func anAuditWithoutTablesNamesTheMissingPlots() async throws {
    var writer = AuditWriter(tables: [], paragraphs: [])
    await writer.drawPlots(threads: 1)
    #expect(writer.missingPlots.map(\.name) == ["audit-allocation", "audit-points", "audit-dead-groups"])
    #expect(try writer.files().map(\.path) == ["report.html", "datapackage.json"])
  }
}
