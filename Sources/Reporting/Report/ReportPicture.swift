import Foundation

/// Pictures inside a page.
enum ReportPicture {
  /// SVG pictures above this size go into the page as bitmaps: thousands of points are smaller that way, and quicker to draw.
  static let largestVectorPicture = 120 << 10

  /// The picture as a data URI; nil where it was not drawn.
  ///
  /// An image rather than inline SVG, because gnuplot gives the same identifiers to the shapes of every picture.
  static func dataURI(_ plot: PlotRenderer.Drawn) -> String? {
    if let svg = plot.pictures[.svg], svg.count <= largestVectorPicture {
      return "data:image/svg+xml;base64," + Data(svg).base64EncodedString()
    }
    return plot.pictures[.png].map { "data:image/png;base64," + Data($0).base64EncodedString() }
  }
}
