/// One set of axes with what is drawn on it.
public struct PlotPanel: Sendable, Hashable {
  /// The title above the panel; empty for a picture of one panel.
  public var title: String
  /// A second line below the title.
  public var subtitle: String
  /// The horizontal axis.
  public var x: PlotAxis
  /// The vertical axis.
  public var y: PlotAxis
  /// What is drawn, from back to front.
  public var series: [PlotSeries]
  /// Horizontal bands behind the data, as [from, to] on the y axis, that guide the eye along a category.
  public var bands: [[Double]] = []

  /// A panel with axes and series.
  public init(
    title: String = "", subtitle: String = "", x: PlotAxis, y: PlotAxis, series: [PlotSeries],
    bands: [[Double]] = []
  ) {
    self.title = title
    self.subtitle = subtitle
    self.x = x
    self.y = y
    self.series = series
    self.bands = bands
  }

  /// The commands that draw the panel; data blocks are called `$data_<index>_<series>`.
  func commands(index: Int, _ fonts: PlotStyle.Fonts, titleFont: String? = nil) -> [String] {
    var lines = x.commands("x") + y.commands("y")
    lines += bands.map { band in
      "set object rectangle from graph 0, first \(GnuplotText.number(band[0])) to graph 1, first "
        + "\(GnuplotText.number(band[1])) behind fc rgb '#F2F2F2' fs solid noborder"
    }
    if !title.isEmpty {
      let height = subtitle.isEmpty ? 0.8 : 1.85
      lines.append(
        "set label \(GnuplotText.bold(title)) at graph 0, graph 1 left offset character 0, \(height)"
          + (titleFont.map { " font \($0)" } ?? ""))
    }
    if !subtitle.isEmpty {
      lines.append(
        "set label \(GnuplotText.quoted(subtitle)) at graph 0, graph 1 left offset character 0, 0.75 "
          + "font \(fonts.small) textcolor rgb '#505050'")
    }
    let clauses = series.enumerated().map { "$data_\(index)_\($0.offset) \($0.element.style) notitle" }
    lines.append(clauses.isEmpty ? "plot NaN notitle" : "plot " + clauses.joined(separator: ", \\\n     "))
    return lines
  }
}

/// An axis: its range, its scale, its ticks.
public struct PlotAxis: Sendable, Hashable {
  /// The ends.
  public var range: ClosedRange<Double>
  /// The base of a logarithmic scale; nil for a linear one.
  public var logarithmBase: Double?
  /// Ticks with their labels; nil leaves them to gnuplot.
  public var ticks: [Tick]?
  /// The distance of ticks; nil leaves it to gnuplot.
  public var tickStep: Double?
  /// Whether grid lines go out from the ticks.
  public var hasGrid = true

  /// A labelled tick.
  public struct Tick: Sendable, Hashable {
    /// The label.
    public var label: String
    /// Where it stands.
    public var position: Double
    /// The power of ten that the label shows instead of its text; nil for the text.
    public var power: Int?

    /// A tick with a text.
    public init(label: String, position: Double) {
      self.label = label
      self.position = position
    }

    /// A tick at a power of ten.
    public init(power: Int) {
      label = ""
      position = Double("1e\(power)") ?? 0
      self.power = power
    }

    var clause: String {
      (power.map { "'10^{\($0)}'" } ?? GnuplotText.quoted(label)) + " " + GnuplotText.number(position)
    }
  }

  /// An axis over `range`.
  public init(
    _ range: ClosedRange<Double>, logarithmBase: Double? = nil, ticks: [Tick]? = nil, tickStep: Double? = nil,
    hasGrid: Bool = true
  ) {
    self.range = range
    self.logarithmBase = logarithmBase
    self.ticks = ticks
    self.tickStep = tickStep
    self.hasGrid = hasGrid
  }

  /// The commands that set the axis called `name`, x or y.
  func commands(_ name: String) -> [String] {
    var lines = [
      "set \(name)range [\(GnuplotText.number(range.lowerBound)):\(GnuplotText.number(range.upperBound))] noextend"
    ]
    lines.append(
      logarithmBase.map { "set logscale \(name) \(GnuplotText.number($0))" } ?? "unset logscale \(name)")
    lines.append(hasGrid ? "set grid \(name)tics" : "set grid no\(name)tics")
    if let ticks {
      lines.append("set \(name)tics (\(ticks.map(\.clause).joined(separator: ", ")))")
    } else {
      lines.append(
        "set \(name)tics \(tickStep.map { GnuplotText.number($0) } ?? "autofreq"); set format \(name) '%g'")
    }
    return lines
  }
}

/// Rows of numbers and how they are drawn.
public struct PlotSeries: Sendable, Hashable {
  /// The rows, all of the same length.
  public var rows: [[Double]]
  /// The clause behind the data block: `using … with …`.
  public var style: String

  /// Points, each row an (x, y).
  public static func points(_ rows: [[Double]], _ mark: PlotStyle.Mark, size: Double = 0.8) -> PlotSeries {
    PlotSeries(
      rows: rows, style: "using 1:2 with points pt \(mark.pointType) ps \(size)*S \(mark.colourClause)")
  }

  /// A line through rows of (x, y).
  public static func line(_ rows: [[Double]], _ mark: PlotStyle.Mark, width: Double = 2) -> PlotSeries {
    PlotSeries(rows: rows, style: "using 1:2 with lines lw \(width) dt \(mark.dash) \(mark.colourClause)")
  }

  /// A line with a point on each row of (x, y).
  public static func linePoints(_ rows: [[Double]], _ mark: PlotStyle.Mark) -> PlotSeries {
    PlotSeries(
      rows: rows,
      style:
        "using 1:2 with linespoints lw 1.8 dt \(mark.dash) pt \(mark.pointType) ps 0.9*S \(mark.colourClause)"
    )
  }

  /// Points with horizontal intervals, each row an (x, y, lower, upper).
  public static func horizontalIntervals(_ rows: [[Double]], _ mark: PlotStyle.Mark) -> PlotSeries {
    PlotSeries(
      rows: rows,
      style: "using 1:2:3:4 with xerrorbars lw 1.8 pt \(mark.pointType) ps 0.95*S \(mark.colourClause)")
  }

  /// Vertical intervals without caps, each row an (x, lower, upper).
  public static func verticalIntervals(_ rows: [[Double]], _ mark: PlotStyle.Mark) -> PlotSeries {
    PlotSeries(rows: rows, style: "using 1:2:2:3:3 with candlesticks lw 1.2 \(mark.colourClause)")
  }

  /// A band between two curves, each row an (x, lower, upper); pale, so that bands show through each other.
  public static func band(_ rows: [[Double]], _ mark: PlotStyle.Mark) -> PlotSeries {
    PlotSeries(
      rows: rows,
      style: "using 1:2:3 with filledcurves fs transparent solid 0.18 noborder \(mark.colourClause)")
  }
}
