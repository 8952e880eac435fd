import Foundation
import Reporting

/// The files of an audit's output directory.
struct AuditReport {
  let result: AuditResult
  /// The plots, drawn or missing.
  let plots: [PlotRenderer.Drawn]

  /// The machine-readable result.
  static let resultName = "audit.json"
  /// The page that shows everything.
  static let pageName = "report.html"

  /// The tables as they are written.
  var tables: [TidyTable] { result.tables.map { TidyTable.points($0, prefix: "audit") } }

  /// Every file, the data package last.
  var files: [RunFile] {
    var files = [
      RunFile(path: Self.resultName, text: result.json.text(pretty: true) + "\n"),
      RunFile(path: "report.txt", text: result.summary),
    ]
    files += tables.map(\.file)
    files += plots.flatMap(\.files)
    files.append(RunFile(path: Self.pageName, text: page))
    let package = DataPackage.json(
      kind: .audit, title: "allot audit: \(result.rollouts) rollouts of \(result.prompts) prompts",
      tables: tables,
      files: files.map(\.path))
    return files + [RunFile(path: RunManifest.fileName, text: package.text(pretty: true) + "\n")]
  }

  /// One self-contained page: what the terminal shows, the plots, and links to the tables.
  private var page: String {
    let title = "Audit of \(result.rollouts) rollouts of \(result.prompts) prompts"
    let pictures = plots.map { plot -> String in
      guard let image = plot.pictures[.png] else {
        return
          "<p>The plot '\(Self.escaped(plot.name))' is missing: \(Self.escaped(plot.missing ?? "not drawn")).</p>"
      }
      let caption = Self.escaped(plot.script?.caption ?? "")
      return """
        <figure><img alt="\(Self.escaped(plot.script?.title ?? plot.name))" src="data:image/png;base64,\(Data(image).base64EncodedString())">
        <figcaption>\(caption)</figcaption></figure>
        """
    }
    let links = tables.map { table in
      "<li><a href=\"\(Self.escaped(table.path))\">\(Self.escaped(table.path))</a>: \(table.rowCount) rows</li>"
    }
    return """
      <!doctype html>
      <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
      <title>\(title)</title>
      <style>
      body { font: 16px/1.5 system-ui, sans-serif; max-width: 64rem; margin: 2rem auto; padding: 0 1rem; color: #1b1f24; }
      pre { font-size: .8rem; overflow-x: auto; background: #f6f8fa; padding: 1rem; }
      img { max-width: 100%; } figure { margin: 2rem 0; } figcaption { color: #57606a; }
      </style></head><body>
      <h1>\(title)</h1>
      <pre>\(Self.escaped(result.summary))</pre>
      \(pictures.joined(separator: "\n"))
      <h2>Tables</h2>
      <ul>\(links.joined(separator: "\n"))</ul>
      </body></html>

      """
  }

  /// Text that comes from logs must not become markup.
  static func escaped(_ text: String) -> String {
    text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
      .replacing("\"", with: "&quot;")
  }
}
