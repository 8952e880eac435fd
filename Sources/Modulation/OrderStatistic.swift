/// Order statistics of a buffer in linear time, for rules that keep a quantile or the largest k of many tokens.
enum OrderStatistic {
  /// Moves the value of rank `rank` (0 is the smallest) to its place: nothing before it is larger, nothing after it is smaller.
  ///
  /// Hoare's selection with the median of three. Scans stop at equal values, so that ties split evenly; a range that has not become small after 4 log₂ n rounds is
  /// sorted, which bounds the worst case by n log n.
  ///
  /// - Precondition: the rank lies within the buffer; no value is NaN.
  static func select(_ rank: Int, in values: UnsafeMutableBufferPointer<Double>) {
    precondition(values.indices.contains(rank), "rank \(rank) of \(values.count) values")
    var low = 0
    var high = values.count - 1
    var rounds = 4 * (Int.bitWidth - values.count.leadingZeroBitCount)
    while high - low > 16, rounds > 0 {
      rounds -= 1
      let middle = low + (high - low) / 2
      let (a, b, c) = (values[low], values[middle], values[high])
      let pivot = max(min(a, b), min(max(a, b), c))
      var left = low - 1
      var right = high + 1
      while true {
        repeat { left += 1 } while values[left] < pivot
        repeat { right -= 1 } while values[right] > pivot
        if left >= right { break }
        values.swapAt(left, right)
      }
      // Everything up to `right` is at most the pivot, everything after it at least the pivot; the pivot lies on both sides of a proper split.
      if rank <= right { high = right } else { low = right + 1 }
    }
    var rest = UnsafeMutableBufferPointer(rebasing: values[low...high])
    rest.sort()
  }
}
