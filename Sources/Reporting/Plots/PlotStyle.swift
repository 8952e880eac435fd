/// The looks of every plot: colours that the colour-blind tell apart, each with its own point shape and dash.
public enum PlotStyle {
  /// The look of one series.
  public struct Mark: Sendable, Hashable {
    /// The colour as `#RRGGBB`.
    public var colour: String
    /// Gnuplot's point type.
    public var pointType: Int
    /// Gnuplot's dash type.
    public var dash: String

    /// The colour as a gnuplot clause.
    var colourClause: String { "lc rgb '\(colour)'" }
  }

  /// The palette of Okabe and Ito without its yellow, which vanishes on white, and with a grey.
  ///
  /// Shapes and dashes differ too, so that the plots survive a black-and-white printer.
  public static let marks: [Mark] = [
    Mark(colour: "#0072B2", pointType: 7, dash: "1"),
    Mark(colour: "#D55E00", pointType: 9, dash: "(12,5)"),
    Mark(colour: "#009E73", pointType: 5, dash: "(3,4)"),
    Mark(colour: "#CC79A7", pointType: 13, dash: "(14,4,3,4)"),
    Mark(colour: "#E69F00", pointType: 11, dash: "(20,6)"),
    Mark(colour: "#56B4E9", pointType: 6, dash: "(7,3)"),
    Mark(colour: "#000000", pointType: 4, dash: "(14,4,3,4,3,4)"),
    Mark(colour: "#7F7F7F", pointType: 8, dash: "(2,6)"),
  ]

  /// The look of the series at `index`; colours and shapes repeat at different periods, so that 56 series stay distinct.
  public static func mark(_ index: Int) -> Mark {
    let base = marks[index % marks.count]
    guard index >= marks.count else { return base }
    let shape = marks[(index + index / marks.count) % marks.count]
    return Mark(colour: base.colour, pointType: shape.pointType, dash: shape.dash)
  }

  /// The grey of reference lines.
  static let reference = Mark(colour: "#606060", pointType: 7, dash: "(8,5)")
  /// The black of fitted lines.
  static let fit = Mark(colour: "#000000", pointType: 7, dash: "1")

  /// The font of every plot.
  static let fontName = "DejaVu Sans"

  /// The fonts of a picture in the units of its terminal.
  struct Fonts {
    /// Pixels of the 800 pixel wide picture for one unit of the terminal: the SVG terminal counts pixels, the cairo one points of 1/72 inch at 96 pixels
    /// an inch.
    private let unit: Double

    init(_ format: PlotScript.Format) { unit = format == .svg ? 1 : 4.0 / 3 }

    /// The font of ticks, labels and legend: 15 pixels stay readable at half width.
    var body: String { font(15) }
    /// The font of the second line of a panel's title.
    var small: String { font(14) }

    /// The font of the given height in pixels.
    func font(_ pixels: Double) -> String {
      "'\(PlotStyle.fontName),\(GnuplotText.number((pixels / unit * 100).rounded() / 100))'"
    }
  }

  /// What a browser without that font takes instead, in its order.
  static let fontFallback = "DejaVu Sans, Verdana, Helvetica, Arial, sans-serif"
  /// The mean width of a character, in pixels; the layout needs it to place a legend.
  ///
  /// Measured for DejaVu Sans at 15 pixels.
  static let characterWidth = 8.8
  /// The width of every picture, in pixels.
  static let width = 800

  /// The settings that every plot begins with, below its terminal line.
  static let preamble = """
    set encoding utf8
    set datafile separator whitespace
    set style line 100 lc rgb '#D9D9D9' lw 0.7 dt 1
    set border 3 lc rgb '#404040' lw 1
    set tics nomirror out scale 0.5 textcolor rgb '#202020'
    set grid back ls 100
    unset key

    """
}
