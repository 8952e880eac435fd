/// Finds the name that somebody probably meant.
public enum NearestName {
  /// Longer names get no suggestion: nobody mistypes them, and the distance costs the product of the lengths.
  private static let longest = 128

  /// The name in `names` nearest to `name`; nil where none is near.
  ///
  /// Capitals and the choice between `-` and `_` do not count. A name is near if at most a third of its characters, and at least
  /// one, would have to change; of equally near ones the first is taken. For a name without a dot, one of which it is the last
  /// part comes first: `hidden_size` suggests `model.hidden_size`.
  public static func suggestion(for name: String, among names: [String]) -> String? {
    let wanted = normal(name)
    if wanted.isEmpty || wanted.count > longest { return nil }
    if let whole = names.first(where: { normal($0) == wanted }) { return whole }
    if !wanted.contains(UInt8(ascii: ".")),
      let whole = names.first(where: {
        normal($0).split(separator: UInt8(ascii: ".")).last.map(Array.init) == wanted
      })
    {
      return whole
    }
    var best: (name: String, distance: Int)?
    for candidate in names {
      let bytes = normal(candidate)
      let allowed = max(1, max(wanted.count, bytes.count) / 3)
      // The lengths' difference is a lower bound of the distance.
      if bytes.count > longest || abs(bytes.count - wanted.count) > allowed { continue }
      let distance = distance(wanted, bytes)
      if distance <= allowed && distance < best?.distance ?? Int.max { best = (candidate, distance) }
    }
    return best?.name
  }

  private static func normal(_ name: String) -> [UInt8] {
    name.lowercased().utf8.map { $0 == UInt8(ascii: "-") ? UInt8(ascii: "_") : $0 }
  }

  /// The Damerau–Levenshtein distance: the fewest insertions, deletions, substitutions and swaps of neighbours that turn one
  /// into the other, where letters that were swapped may be edited again.
  ///
  /// With d(i, j) the distance of the first i and j letters, the last step is one of the three edits at the ends, or a swap of the
  /// last earlier pair (k, l) with a_k = b_j and b_l = a_i, with everything between deleted and inserted:
  /// d(i, j) = min(d(i−1, j) + 1, d(i, j−1) + 1, d(i−1, j−1) + [a_i ≠ b_j], d(k−1, l−1) + (i−k−1) + 1 + (j−l−1)).
  static func distance(_ a: [UInt8], _ b: [UInt8]) -> Int {
    let width = b.count + 1
    var table = [Int](repeating: 0, count: (a.count + 1) * width)
    for i in 0...a.count { table[i * width] = i }
    for j in 0...b.count { table[j] = j }
    // The last row at which each letter stood in a, counted from 1.
    var lastRow = [Int](repeating: 0, count: 256)
    for i in stride(from: 1, through: a.count, by: 1) {
      var lastColumn = 0
      for j in stride(from: 1, through: b.count, by: 1) {
        let k = lastRow[Int(b[j - 1])]
        let l = lastColumn
        let isEqual = a[i - 1] == b[j - 1]
        var best = table[(i - 1) * width + j - 1] + (isEqual ? 0 : 1)
        best = min(best, table[(i - 1) * width + j] + 1, table[i * width + j - 1] + 1)
        if k > 0 && l > 0 {
          best = min(best, table[(k - 1) * width + l - 1] + (i - k - 1) + 1 + (j - l - 1))
        }
        if isEqual { lastColumn = j }
        table[i * width + j] = best
      }
      lastRow[Int(a[i - 1])] = i
    }
    return table[a.count * width + b.count]
  }
}
