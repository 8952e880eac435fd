import Foundation

extension TokenBatch {
  /// The part of the batch that each token's extremes are taken over; nil for one part, the whole batch.
  ///
  /// Throws where the tokens do not carry what tells the parts apart. Positions of different prompts are different parts if the prompts are known.
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
      // Places are numbered anew in order of first appearance, so that the numbers stay below the count of tokens.
      var numbers: [Place: Int] = [:]
      return positions.indices.map { index in
        let place = Place(group: groups?[index] ?? 0, position: positions[index])
        let number = numbers[place] ?? numbers.count
        numbers[place] = number
        return number
      }
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
    guard let parts else {
      var lowest = Double.infinity
      var highest = -Double.infinity
      for index in values.indices where isValid?[index] ?? true {
        lowest = min(lowest, values[index])
        highest = max(highest, values[index])
      }
      return ([lowest], [highest])
    }
    let count = (parts.max() ?? -1) + 1
    var lowest = [Double](repeating: .infinity, count: count)
    var highest = [Double](repeating: -.infinity, count: count)
    for index in values.indices where isValid?[index] ?? true {
      let part = parts[index]
      lowest[part] = min(lowest[part], values[index])
      highest[part] = max(highest[part], values[index])
    }
    return (lowest, highest)
  }
}

/// The natural logarithm, under a name that does not clash with the many things called log.
func naturalLogarithm(_ value: Double) -> Double { log(value) }
