import Foundation

extension TokenBatch {
  /// The part of the batch that each token's extremes are taken over; nil for one part, the whole batch.
  ///
  /// Throws where the tokens do not carry what tells the parts apart. Positions of different prompts are different parts if the prompts are known. Numbers lie in
  /// 0..<count.
  public func parts(_ scope: ModulationScope) throws(ModulationError) -> [Int]? {
    switch scope {
    case .microBatch: return nil
    case .sequence: return sequences
    case .group:
      guard let groups else { throw .missing(name: "group", neededBy: "the scope 'group'") }
      return groups
    case .state:
      guard let states else { throw .missing(name: "state", neededBy: "the scope 'state'") }
      return states
    case .position:
      guard let positions else { throw .missing(name: "position", neededBy: "the scope 'position'") }
      return places(positions)
    }
  }

  /// The pairs of prompt and position, numbered in order of first appearance, so that the numbers stay below the count of tokens.
  private func places(_ positions: [Int]) -> [Int] {
    let smallest = positions.min() ?? 0
    let width = (positions.max() ?? 0).subtractingReportingOverflow(smallest)
    let rows = (groups?.max() ?? 0) + 1
    let size = width.partialValue.addingReportingOverflow(1)
    let cells = size.partialValue.multipliedReportingOverflow(by: rows)
    // A table while it is no larger than a few times the batch; places that are spread further need a dictionary.
    guard !width.overflow, !size.overflow, !cells.overflow, cells.partialValue <= 4 * count + 1024 else {
      var numbers: [Place: Int] = [:]
      return positions.indices.map { index in
        let place = Place(group: groups?[index] ?? 0, position: positions[index])
        let number = numbers[place] ?? numbers.count
        numbers[place] = number
        return number
      }
    }
    var table = [Int](repeating: -1, count: cells.partialValue)
    var next = 0
    return positions.indices.map { index in
      let cell = (groups?[index] ?? 0) * size.partialValue + positions[index] - smallest
      if table[cell] < 0 {
        table[cell] = next
        next += 1
      }
      return table[cell]
    }
  }

  private struct Place: Hashable {
    var group: Int
    var position: Int
  }

  /// The smallest and the largest of `values` among the valid tokens of each part; +∞ and −∞ for a part that has none.
  static func extremes(_ values: [Double], parts: [Int]?, isValid: [Bool]?) -> (
    lowest: [Double], highest: [Double]
  ) {
    let partCount = parts.map { ($0.max() ?? -1) + 1 } ?? 1
    var lowest = [Double](repeating: .infinity, count: partCount)
    var highest = [Double](repeating: -.infinity, count: partCount)
    values.withUnsafeBufferPointer { values in
      isValid.withUnsafeElements { isValid in
        parts.withUnsafeElements { parts in
          if let parts {
            lowest.withUnsafeMutableBufferPointer { lowest in
              highest.withUnsafeMutableBufferPointer { highest in
                for index in values.indices where isValid?[index] ?? true {
                  let (part, value) = (parts[index], values[index])
                  lowest[part] = min(lowest[part], value)
                  highest[part] = max(highest[part], value)
                }
              }
            }
          } else {
            var (low, high) = (Double.infinity, -Double.infinity)
            for index in values.indices where isValid?[index] ?? true {
              low = min(low, values[index])
              high = max(high, values[index])
            }
            (lowest[0], highest[0]) = (low, high)
          }
        }
      }
    }
    return (lowest, highest)
  }
}

extension Optional {
  /// The elements of an array that may be absent, as a buffer: loops over it test for presence once and check no bounds.
  @inline(__always)
  func withUnsafeElements<Element, Result>(_ body: (UnsafeBufferPointer<Element>?) -> Result) -> Result
  where Wrapped == [Element] {
    switch self {
    case .some(let array): array.withUnsafeBufferPointer { body($0) }
    case nil: body(nil)
    }
  }
}

/// The natural logarithm, under a name that does not clash with the many things called log.
func naturalLogarithm(_ value: Double) -> Double { log(value) }
