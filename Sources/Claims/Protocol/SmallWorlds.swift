import Estimators
import Statistics

/// All small one-step worlds with rational probabilities, from the simplest up: where counterexamples are looked for.
///
/// A counterexample found here is minimal in the order of the search: fewest actions first, then the smallest common denominator. It needs no shrinking, and
/// its numbers can be redone by hand.
public enum SmallWorlds {
  /// Calls `visit` with every small world, simplest first.
  ///
  /// A world has 2 to `maximumActions` actions whose probabilities are positive multiples of 1/d for some
  /// d ≤ `maximumDenominator`, with rewards in {0, 1} of which at least one of each occurs; stops when `visit` returns true.
  ///
  /// Within a reward level probabilities ascend, so that no world comes twice in another order; worlds whose probabilities have a smaller common denominator
  /// are not repeated under a larger one.
  public static func search(
    maximumActions: Int, maximumDenominator: Int, _ visit: (RationalPrompt) -> Bool
  ) {
    for actions in 2...max(maximumActions, 2) {
      for denominator in actions...max(maximumDenominator, actions) {
        for successes in 1..<actions {
          var stop = false
          forEachSplit(total: denominator, successes: successes, failures: actions - successes) { parts in
            guard greatestCommonDivisor(parts) == 1 else { return false }
            let world = RationalPrompt(
              probabilities: parts.map { Rational(Int128($0), Int128(denominator)) },
              rewards: parts.indices.map { $0 < successes ? .one : .zero })
            stop = visit(world)
            return stop
          }
          if stop { return }
        }
      }
    }
  }

  /// Every such world as a list.
  public static func all(maximumActions: Int, maximumDenominator: Int) -> [RationalPrompt] {
    var worlds: [RationalPrompt] = []
    search(maximumActions: maximumActions, maximumDenominator: maximumDenominator) {
      worlds.append($0)
      return false
    }
    return worlds
  }

  /// Positive ascending parts for the successes followed by positive ascending parts for the failures, adding up to `total`.
  private static func forEachSplit(total: Int, successes: Int, failures: Int, _ visit: ([Int]) -> Bool) {
    var parts: [Int] = []
    func extend(_ left: Int, _ minimum: Int) -> Bool {
      let position = parts.count
      if position == successes + failures { return left == 0 && visit(parts) }
      let floor = position == successes ? 1 : minimum
      if floor > left { return false }
      for part in floor...left {
        parts.append(part)
        let stop = extend(left - part, part)
        parts.removeLast()
        if stop { return true }
      }
      return false
    }
    _ = extend(total, 1)
  }

  private static func greatestCommonDivisor(_ values: [Int]) -> Int {
    values.reduce(0) { first, second in
      var (a, b) = (first, second)
      while b != 0 { (a, b) = (b, a % b) }
      return a
    }
  }
}

extension RationalPrompt {
  /// The world in the input format of `allot variance`, with the exact fractions beside the decimals.
  ///
  /// `settings` names the estimator, e.g. `[.init("estimator", .text("rloo")), .init("group", .integer(4))]`.
  public func world(_ settings: [StructuredValue.Field]) -> StructuredValue {
    .record(
      [
        .init(
          "policy",
          .record([
            .init("kind", .text("softmax")), .init("probabilities", .numbers(probabilities.map(\.value))),
            .init("fractions", .texts(probabilities.map(\.description))),
          ])),
        .init("rewards", .numbers(rewards.map(\.value))),
      ] + settings)
  }
}
