/// Picks the largest of many numbers in linear expected time.
///
/// Sorting would do; it costs a second where the released allocator rounds ten times over a million prompts.
enum Largest {
  /// The positions of the `count` largest values in ascending order, ties to the first position.
  static func positions(of count: Int, in values: [Double]) -> [Int] {
    precondition(count >= 0 && count <= values.count, "\(count) of \(values.count) values")
    if count == 0 { return [] }
    let threshold = value(ofRank: count - 1, in: values)
    var ties = count
    for value in values where value > threshold { ties -= 1 }
    var result: [Int] = []
    result.reserveCapacity(count)
    for (position, value) in values.enumerated() {
      if value > threshold {
        result.append(position)
      } else if value == threshold && ties > 0 {
        ties -= 1
        result.append(position)
      }
    }
    return result
  }

  /// The value of the given rank in descending order, counted from 0 (Hoare's selection with the median of three).
  private static func value(ofRank rank: Int, in values: [Double]) -> Double {
    var scratch = values
    return scratch.withUnsafeMutableBufferPointer { buffer in
      var low = 0
      var high = buffer.count - 1
      while low < high {
        let a = buffer[low]
        let b = buffer[low + (high - low) / 2]
        let c = buffer[high]
        let pivot = max(min(a, b), min(max(a, b), c))
        var i = low
        var j = high
        while i <= j {
          while buffer[i] > pivot { i += 1 }
          while buffer[j] < pivot { j -= 1 }
          if i <= j {
            buffer.swapAt(i, j)
            i += 1
            j -= 1
          }
        }
        if rank <= j { high = j } else if rank >= i { low = i } else { return buffer[rank] }
      }
      return buffer[rank]
    }
  }
}
