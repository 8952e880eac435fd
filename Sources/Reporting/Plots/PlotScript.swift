/// A picture as data: panels with series and a legend, which one function turns into a gnuplot script.
///
/// Every number is inlined; the script reads no file, so a picture cannot depend on where it is drawn.
public struct PlotScript: Sendable, Hashable {
  /// A file format gnuplot draws.
  public enum Format: String, Sendable, CaseIterable {
    /// Scalable vector graphics.
    case svg
    /// A bitmap of 1600 pixels width.
    case png
  }

  /// An entry of the legend.
  public struct LegendEntry: Sendable, Hashable {
    /// What the series is called.
    public var label: String
    /// Its look.
    public var mark: PlotStyle.Mark
    /// Whether it is drawn as a line, rather than as points.
    public var isLine: Bool
  }

  /// The stem of its files: `plots/<name>.svg`.
  public var name: String
  /// The title, one line.
  public var title: String
  /// What is seen and how to read it, for the report and for screen readers.
  public var caption: String
  /// The panels, row by row.
  public var panels: [PlotPanel]
  /// Panels in a row.
  public var columns: Int
  /// The label of all x axes.
  public var xLabel: String
  /// The label of all y axes.
  public var yLabel: String
  /// The legend below the title.
  public var legend: [LegendEntry]
  /// The height of one panel's drawing area, in pixels.
  public var panelHeight: Int
  /// The room left of a panel for its tick labels, in pixels.
  public var tickRoom: Int

  /// Collects the parts.
  public init(
    name: String, title: String, caption: String, panels: [PlotPanel], columns: Int, xLabel: String,
    yLabel: String,
    legend: [LegendEntry], panelHeight: Int, tickRoom: Int = 62
  ) {
    precondition(columns > 0, "columns is \(columns), it must be positive")
    self.name = name
    self.title = title
    self.caption = caption
    self.panels = panels
    self.columns = columns
    self.xLabel = xLabel
    self.yLabel = yLabel
    self.legend = legend
    self.panelHeight = panelHeight
    self.tickRoom = tickRoom
  }

  /// The script that draws the picture to standard output.
  public func text(format: Format) -> String {
    let layout = PlotLayout(self)
    let fonts = PlotStyle.Fonts(format)
    // The SVG terminal draws points larger than the cairo one does.
    let pointScale = format == .svg ? "S = 0.75" : "S = 1"
    var lines = [terminal(format, fonts, height: layout.height), pointScale, PlotStyle.preamble]
    for (panel, content) in panels.enumerated() {
      for (series, data) in content.series.enumerated() {
        lines.append("$data_\(panel)_\(series) << END_OF_DATA")
        lines += data.rows.map { $0.map(GnuplotText.number).joined(separator: " ") }
        lines.append("END_OF_DATA")
      }
    }
    lines.append("set multiplot")
    lines += layout.decorations(of: self, fonts)
    for (index, panel) in panels.enumerated() {
      lines += layout.margins(panel: index)
      lines += panel.commands(
        index: index, fonts, titleFont: layout.panelTitleSize(panel.title).map { fonts.font($0) })
      // The decorations belong to the first plot command only, or each panel would draw them again.
      lines.append("unset label; unset arrow; unset object")
    }
    lines.append("unset multiplot")
    return lines.joined(separator: "\n") + "\n"
  }

  private func terminal(_ format: Format, _ fonts: PlotStyle.Fonts, height: Int) -> String {
    switch format {
    case .svg:
      "set terminal svg size \(PlotStyle.width),\(height) enhanced font \(fonts.body) "
        + "background '#FFFFFF'"
    case .png:
      // Twice the pixels and twice the font: sharp on dense screens and in print.
      "set terminal pngcairo size \(2 * PlotStyle.width),\(2 * height) enhanced fontscale 2 linewidth 2 pointscale 2 "
        + "font \(fonts.body) background '#FFFFFF'"
    }
  }
}
