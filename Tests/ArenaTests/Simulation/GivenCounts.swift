import Statistics

@testable import Arena

/// The mean and the variance, given the counts, of a contribution that is linear in its standard normal numbers; and its expected squared length across.
///
/// The contribution is drawn from as many streams as it has coefficients, whose numbers are read from copies, and the linear equations are solved: no sampling error.
struct GivenCounts {
  var mean: Double
  var variance: Double
  var across: Double

  /// `normals` is even: they are drawn in pairs.
  init(normals: Int, _ draw: (inout RandomStream) -> GroupGradient) {
    var rows: [[Double]] = []
    var across = 0.0
    for replicate in 0...normals {
      var stream = RandomStream(StreamKey(seed: 5, claim: "given-counts").replicate(replicate))
      var copy = stream
      let gradient = draw(&stream)
      let pairs = (0..<normals / 2).map { _ in normalPair(&copy) }
      rows.append([1] + pairs.flatMap { [$0.0, $0.1] } + [gradient.along])
      across = gradient.across
    }
    let coefficients = Self.solution(rows)
    mean = coefficients[0]
    variance = coefficients.dropFirst().reduce(0) { $0 + $1 * $1 }
    self.across = across
  }

  /// Gauss–Jordan elimination with pivots; the last column is the right side.
  private static func solution(_ system: [[Double]]) -> [Double] {
    var rows = system
    for column in rows.indices {
      let pivot = (column..<rows.count).max { abs(rows[$0][column]) < abs(rows[$1][column]) } ?? column
      rows.swapAt(column, pivot)
      for row in rows.indices where row != column {
        let factor = rows[row][column] / rows[column][column]
        for place in column...rows.count { rows[row][place] -= factor * rows[column][place] }
      }
    }
    return rows.indices.map { rows[$0][rows.count] / rows[$0][$0] }
  }
}

/// Mean, variance along and squared length across, over outcomes that are added with their probabilities.
struct OverCounts {
  private(set) var probability = 0.0
  private(set) var mean = 0.0
  private var square = 0.0
  private(set) var across = 0.0

  mutating func add(_ given: GivenCounts, probability p: Double) {
    probability += p
    mean += p * given.mean
    square += p * (given.variance + given.mean * given.mean)
    across += p * given.across
  }

  /// The variance along d.
  var variance: Double { square - mean * mean }
}
