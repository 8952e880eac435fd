import Allocation
import Statistics

/// Allocations small enough to write all of them down, judged with fractions.
enum SmallAllocations {
  /// `Σ σ_i²/n_i` as a fraction.
  ///
  /// - Precondition: every count is positive.
  static func total(_ variances: [Rational], _ rollouts: [Int]) -> Rational {
    zip(variances, rollouts).reduce(.zero) { $0 + $1.0 / Rational(Int128($1.1)) }
  }

  /// Calls `visit` with every way to give `budget` rollouts to `count` prompts within the bounds.
  static func forEach(count: Int, budget: Int, bounds: ClosedRange<Int>, _ visit: ([Int]) -> Void) {
    var rollouts: [Int] = []
    func extend(_ left: Int) {
      let open = count - rollouts.count
      guard open > 0 else {
        if left == 0 { visit(rollouts) }
        return
      }
      let largest = min(bounds.upperBound, left - (open - 1) * bounds.lowerBound)
      guard largest >= bounds.lowerBound else { return }
      for next in bounds.lowerBound...largest {
        rollouts.append(next)
        extend(left - next)
        rollouts.removeLast()
      }
    }
    extend(budget)
  }

  /// The least total over all of them and the first allocation that attains it; nil if none is within the bounds.
  static func best(_ variances: [Rational], budget: Int, bounds: ClosedRange<Int>)
    -> (total: Rational, rollouts: [Int])?
  {
    var best: (total: Rational, rollouts: [Int])?
    forEach(count: variances.count, budget: budget, bounds: bounds) { rollouts in
      let value = total(variances, rollouts)
      if let current = best, current.total <= value { return }
      best = (value, rollouts)
    }
    return best
  }

  /// Calls `visit` with every ascending list of `count` whole numbers from 1 to `largest`.
  static func forEachAscending(count: Int, largest: Int, _ visit: ([Int]) -> Void) {
    var values: [Int] = []
    func extend() {
      guard values.count < count else { return visit(values) }
      for next in (values.last ?? 1)...largest {
        values.append(next)
        extend()
        values.removeLast()
      }
    }
    extend()
  }

  /// The binomial probabilities of every number of successes as fractions.
  static func binomial(_ trials: Int, _ p: Rational) -> [Rational] {
    var row = [Rational](repeating: .zero, count: trials + 1)
    row[0] = .one
    for trial in 0..<trials {
      for k in stride(from: trial + 1, through: 1, by: -1) { row[k] = row[k] * (.one - p) + row[k - 1] * p }
      row[0] = row[0] * (.one - p)
    }
    return row
  }
}

extension ExactValue {
  /// A fraction with its name.
  init(_ name: String, _ value: Rational) { self.init(name, value.value, exact: value.description) }
}
