import Claims
import Foundation
import Testing

@testable import Reporting

@Suite struct ReportTests {
  private func page(_ outcomes: [ClaimOutcome], draw: Bool = false) async throws -> (
    html: String, files: [RunFile]
  ) {
    var writer = RunWriter(outcomes: outcomes, run: Fixture.run)
    if draw { await writer.drawPlots(threads: 2) }
    let files = try writer.files()
    let html = String(decoding: try #require(files.first { $0.path == "report.html" }).bytes, as: UTF8.self)
    return (html, files)
  }

  @Test func textFromClaimsIsEscaped() async throws {
    let html = try await page([Fixture.outcome("neyman-optimal")]).html
    #expect(html.contains("n &lt; m &amp; &lt;b&gt;bold&lt;/b&gt;"))
    #expect(!html.contains("<b>bold"))
  }

  @Test func thePageNeedsNothingFromOutside() async throws {
    let html = try await page(Fixture.plottable(), draw: true).html
    for word in ["http://", "https://", "<script", "<link", "@import", "url("] {
      #expect(!html.contains(word), "\(word)")
    }
  }

  @Test func everyRelativeLinkLeadsToAFileOfTheRun() async throws {
    let (html, files) = try await page(Fixture.plottable(), draw: true)
    let paths = Set(files.map(\.path) + ["datapackage.json"])
    for match in html.matches(of: /href="([^"#]+)(#[^"]*)?"/) {
      #expect(paths.contains(String(match.1)), "\(match.1)")
    }
    #expect(html.contains("href=\"tables/neyman-optimal.csv#row=2\">row 2</a>"))
  }

  @Test func verdictsAreTextAndNotColourAlone() async throws {
    let html = try await page([
      Fixture.outcome("neyman-optimal", findings: [Finding(basis: .exact(holds: false))])
    ]).html
    #expect(html.contains("<span class=\"verdict refuted\">✗ refuted</span>"))
    #expect(html.contains("1 claim examined: 1 refuted."))
  }

  @Test func theWorldCanBeCopied() async throws {
    let html = try await page([Fixture.outcome("neyman-optimal")]).html
    #expect(html.contains("{&quot;probabilities&quot;: [0.25, 0.75], &quot;group&quot;: 2}"))
    #expect(html.contains("<code>3/32</code>"))
  }

  @Test func missingPlotsAreNamedWithTheirReason() async throws {
    let html = try await page([Fixture.outcome("uniform-suboptimal")], draw: true).html
    #expect(html.contains("<code>uniform-suboptimal-relative</code>: "))
    let reason = await PlotRenderer.hasGnuplot() ? "the claim wrote no table" : "table"
    #expect(html.contains(reason))
  }

  @Test func realTokensHaveTheirOwnSection() async throws {
    var log = LogEvidence()
    log.findings = [
      Finding(
        estimator: "upper bound", population: LogEvidence.population, basis: .exact(holds: true),
        condition: "on 27663 tokens")
    ]
    log.addNotTestable("exact change", field: "probabilities", because: "it sums over the vocabulary")
    log.estimates = [EstimateRow(design: "real tokens", method: "norm", stat: "slope", exact: 1.25)]
    log.pointTables = [PointTable(name: "real-tokens", columns: ["p"], rows: [[.number(0.5)]])]
    log.explanation = "All tokens lie within."
    let (html, files) = try await page([
      Fixture.outcome("neyman-optimal"), Fixture.outcome("uniform-suboptimal", log: log),
    ])
    let parts = html.split(separator: "<section id=\"real-tokens\">", maxSplits: 1)
    try #require(parts.count == 2)
    let section = parts[1]
    #expect(section.contains("<td>upper bound</td><td><span class=\"verdict supported-when\">"))
    #expect(section.contains("the log has no field &#39;probabilities&#39;"))
    #expect(section.contains("All tokens lie within.") && !section.contains("#neyman-optimal"))
    // The log's row follows the claim's own two in its table; the header is row 1.
    #expect(section.contains("href=\"tables/uniform-suboptimal.csv#row=4\">row 4</a>"))
    let table = try #require(files.first { $0.path == "tables/uniform-suboptimal.csv" })
    #expect(
      String(decoding: table.bytes, as: UTF8.self).split(separator: "\n")[3]
        .hasPrefix("uniform-suboptimal,real tokens,norm,slope,1.25,"))
    #expect(files.contains { $0.path == "tables/uniform-suboptimal-real-tokens.csv" })
    let without = try await page([Fixture.outcome("neyman-optimal")]).html
    #expect(!without.contains("real-tokens"))
  }

  @Test func largePicturesBecomeBitmaps() {
    let big = [UInt8](repeating: 65, count: ReportPicture.largestVectorPicture + 1)
    let drawn = PlotRenderer.Drawn(
      name: "a", script: nil, pictures: [.svg: big, .png: [1, 2, 3]], missing: nil)
    #expect(ReportPicture.dataURI(drawn) == "data:image/png;base64,AQID")
    let small = PlotRenderer.Drawn(name: "a", script: nil, pictures: [.svg: [65], .png: [1]], missing: nil)
    #expect(ReportPicture.dataURI(small) == "data:image/svg+xml;base64,QQ==")
  }
}
