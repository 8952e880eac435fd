/// Where the parts of a picture stand: title, legend, panels, axis labels, none over another.
struct PlotLayout {
  /// The height of the picture, in pixels.
  let height: Int

  private let legendRows: [[PlotScript.LegendEntry]]
  private let legendTop: Double
  private let bodyTop: Double
  private let columns: Int
  private let panelWidth: Double
  private let panelHeight: Double
  private let tickRoom: Double
  private let panelTitleRoom: Double
  private let left: Double

  private static let titleRoom = 46.0
  private static let legendRowHeight = 24.0
  private static let tickHeight = 38.0
  private static let bottomRoom = 34.0
  private static let rightRoom = 18.0

  init(_ plot: PlotScript) {
    let width = Double(PlotStyle.width)
    left = plot.yLabel.isEmpty ? 4 : 26
    tickRoom = Double(plot.tickRoom)
    columns = min(plot.columns, max(1, plot.panels.count))
    legendRows = Self.legendRows(plot.legend, width: width - 40)
    legendTop = Self.titleRoom
    bodyTop = legendTop + Double(legendRows.count) * Self.legendRowHeight + 8
    panelTitleRoom =
      plot.panels.contains { !$0.subtitle.isEmpty }
      ? 58 : (plot.panels.contains { !$0.title.isEmpty } ? 34 : 6)
    panelWidth = (width - left) / Double(columns) - tickRoom - Self.rightRoom
    panelHeight = Double(plot.panelHeight)
    let rows = (plot.panels.count + columns - 1) / columns
    height = Int(
      bodyTop + Double(max(1, rows)) * (panelTitleRoom + panelHeight + Self.tickHeight) + Self.bottomRoom)
  }

  /// Title, legend and axis labels, at screen coordinates.
  func decorations(of plot: PlotScript, _ fonts: PlotStyle.Fonts) -> [String] {
    var lines = [
      "set label \(GnuplotText.bold(plot.title)) at \(screen(14, 26)) left font \(fonts.font(titleSize(plot.title)))"
    ]
    for (row, entries) in legendRows.enumerated() {
      var x = 20.0
      let y = legendTop + (Double(row) + 0.5) * Self.legendRowHeight
      for entry in entries {
        if entry.isLine {
          lines.append(
            "set arrow from \(screen(x, y)) to \(screen(x + 30, y)) nohead lw 2 dt \(entry.mark.dash) \(entry.mark.colourClause)"
          )
        } else {
          lines.append(
            "set label '' at \(screen(x + 22, y)) point pt \(entry.mark.pointType) ps 1.1*S \(entry.mark.colourClause)"
          )
        }
        lines.append("set label \(GnuplotText.quoted(entry.label)) at \(screen(x + 38, y)) left")
        x += Self.legendWidth(entry)
      }
    }
    let middle = (left + Double(PlotStyle.width)) / 2
    lines.append(
      "set label \(GnuplotText.quoted(plot.xLabel)) at \(screen(middle, Double(height) - 17)) center")
    if !plot.yLabel.isEmpty {
      let centre = (bodyTop + Double(height) - Self.bottomRoom) / 2
      lines.append(
        "set label \(GnuplotText.quoted(plot.yLabel)) at \(screen(16, centre)) center rotate by 90")
    }
    return lines
  }

  /// The margins of the panel at `index`.
  func margins(panel index: Int) -> [String] {
    let column = Double(index % columns)
    let row = Double(index / columns)
    let x = left + column * (panelWidth + tickRoom + Self.rightRoom) + tickRoom
    let y = bodyTop + row * (panelTitleRoom + panelHeight + Self.tickHeight) + panelTitleRoom
    let width = Double(PlotStyle.width)
    let total = Double(height)
    return [
      "set lmargin at screen \(GnuplotText.length(x / width)); set rmargin at screen \(GnuplotText.length((x + panelWidth) / width))",
      "set tmargin at screen \(GnuplotText.length(1 - y / total)); "
        + "set bmargin at screen \(GnuplotText.length(1 - (y + panelHeight) / total))",
    ]
  }

  /// A long title gets a smaller font rather than being cut at the edge.
  private func titleSize(_ title: String) -> Double {
    let room = Double(PlotStyle.width - 28)
    // Bold characters of 18 pixels are about 12 pixels wide.
    return max(13, min(18, 18 * room / (Double(title.count) * 12.2)))
  }

  /// The size of a panel's title that would pass the next panel's axis in the usual one; nil where it does not.
  func panelTitleSize(_ title: String) -> Double? {
    let room = panelWidth + Self.rightRoom
    // Bold characters of 15 pixels are about 10 pixels wide.
    let needed = Double(title.count) * 10.2
    return needed > room ? max(10, 15 * room / needed) : nil
  }

  private func screen(_ x: Double, _ y: Double) -> String {
    "screen \(GnuplotText.length(x / Double(PlotStyle.width))), screen \(GnuplotText.length(1 - y / Double(height)))"
  }

  private static func legendWidth(_ entry: PlotScript.LegendEntry) -> Double {
    38 + Double(entry.label.count) * PlotStyle.characterWidth + 24
  }

  private static func legendRows(_ entries: [PlotScript.LegendEntry], width: Double) -> [[PlotScript
    .LegendEntry]]
  {
    var rows: [[PlotScript.LegendEntry]] = []
    var room = 0.0
    for entry in entries {
      let needed = legendWidth(entry)
      if rows.isEmpty || needed > room {
        rows.append([])
        room = width
      }
      rows[rows.count - 1].append(entry)
      room -= needed
    }
    return rows
  }
}
