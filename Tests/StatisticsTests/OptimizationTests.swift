import Foundation
import Statistics
import Testing
import _TestSupport

@Suite struct SimplexMinimizerTests {
  private func rosenbrock(_ x: [Double]) -> Double {
    (1 - x[0]) * (1 - x[0]) + 100 * (x[1] - x[0] * x[0]) * (x[1] - x[0] * x[0])
  }

  // From the start that Rosenbrock (1960) and Nelder and Mead (1965) used.
  @Test func theBananaValleyLeadsToItsMinimum() throws {
    let minimum = try SimplexMinimizer.minimize(
      start: [-1.2, 1], step: 0.5, tolerance: 1e-8, maximumIterations: 2000, rosenbrock)
    #expect(minimum.isConverged && minimum.iterations < 2000)
    // A simplex of size 10⁻⁸ around a minimum with curvatures 1000 and 0.4.
    #expect(abs(minimum.point[0] - 1) < 1e-6 && abs(minimum.point[1] - 1) < 1e-6 && minimum.value < 1e-12)
    #expect(minimum.value == rosenbrock(minimum.point))
  }

  @Test func runningOutOfIterationsKeepsTheBestPointSoFar() throws {
    let minimum = try SimplexMinimizer.minimize(
      start: [-1.2, 1], step: 0.5, tolerance: 1e-8, maximumIterations: 10, rosenbrock)
    #expect(!minimum.isConverged && minimum.iterations == 10 && minimum.value < rosenbrock([-1.2, 1]))
  }

  @Test func regionsWithoutAValueAreWalkedAwayFrom() throws {
    for bad in [Double.nan, .infinity, -.infinity] {
      let minimum = try SimplexMinimizer.minimize(
        start: [0.5, 0.5], step: 0.4, tolerance: 1e-7, maximumIterations: 1000
      ) { x in x[0] <= 0 || x[1] <= 0 ? bad : x[0] - log(x[0]) + x[1] - log(x[1]) }
      #expect(abs(minimum.point[0] - 1) < 1e-3 && abs(minimum.point[1] - 1) < 1e-3)
    }
    let nowhere = try SimplexMinimizer.minimize(start: [1], step: 1, tolerance: 1e-3, maximumIterations: 50) {
      _ in .nan
    }
    #expect(nowhere.value == 1e300)
  }

  // A double well whose nearer minimum, at 1, is the worse one: value 0 there and −1 at −3.
  @Test func restartsFindTheBetterWell() throws {
    func wells(_ x: [Double]) -> Double { min((x[0] - 1) * (x[0] - 1), (x[0] + 3) * (x[0] + 3) - 1) }
    let one = try SimplexMinimizer.minimize(
      start: [2], step: 0.1, tolerance: 1e-7, maximumIterations: 500, wells)
    #expect(abs(one.point[0] - 1) < 1e-3)
    let key = StreamKey(seed: 80, claim: "wells")
    func search() throws -> Minimum {
      try SimplexMinimizer.minimize(
        start: [2], spread: 4, restarts: 12, key: key, step: 0.1, tolerance: 1e-7, maximumIterations: 500,
        wells)
    }
    let best = try search()
    #expect(abs(best.point[0] + 3) < 1e-3 && abs(best.value + 1) < 1e-6)
    #expect(try search() == best)
  }
}

@Suite struct LineSearchTests {
  @Test func rootsHaveTheirKnownValues() throws {
    // The fixed point of the cosine (OEIS A003957) and the real root of Wallis's cubic (A007493).
    #expect(
      abs(try LineSearch.root(in: 0...1, tolerance: 1e-14) { cos($0) - $0 } - 0.73908513321516064) < 1e-14)
    #expect(
      abs(try LineSearch.root(in: 2...3, tolerance: 1e-14) { $0 * $0 * $0 - 2 * $0 - 5 } - 2.0945514815423265)
        < 1e-14)
  }

  @Test func aToleranceOfZeroMeansTheLastDigits() throws {
    let root = try LineSearch.root(in: 0...2, tolerance: 0) { $0 * $0 - 2 }
    #expect(isClose(root, 2.0.squareRoot(), ulps: 4))
  }

  @Test func endsThatAreRootsAndInfiniteEndsAreFine() throws {
    #expect(try LineSearch.root(in: 1...2, tolerance: 1e-9) { $0 - 1 } == 1)
    #expect(try LineSearch.root(in: 1...2, tolerance: 1e-9) { $0 - 2 } == 2)
    #expect(abs(try LineSearch.root(in: 0...3, tolerance: 1e-12) { log($0) } - 1) < 1e-12)
    #expect(abs(try LineSearch.root(in: 0...3, tolerance: 1e-12) { -log($0) } - 1) < 1e-12)
  }

  @Test func intervalsWithoutASignChangeAndFunctionsWithoutAValueThrow() {
    #expect(throws: StatisticsError.noBracket(name: "a root", lower: 0, upper: 1)) {
      try LineSearch.root(in: 0...1, tolerance: 1e-9) { $0 + 1 }
    }
    #expect(throws: StatisticsError.notANumber(name: "the function of a root search", argument: 1)) {
      try LineSearch.root(in: 0...1, tolerance: 1e-9) { $0 < 0.5 ? -1 : .nan }
    }
    #expect(throws: StatisticsError.self) {
      try LineSearch.root(in: 0...1, tolerance: 1e-9) { $0 < 0.4 ? -1 : $0 < 0.6 ? .nan : 1 }
    }
  }

  @Test func minimaHaveTheirKnownPlaces() throws {
    let minimum = try LineSearch.minimum(in: 0...6, start: 2, tolerance: 1e-9) { cos($0) + 1 }
    // Near a minimum the function is flat: half of the digits.
    #expect(minimum.isConverged && abs(minimum.point[0] - .pi) < 1e-7 && minimum.value < 1e-14)
    #expect(throws: StatisticsError.noBracket(name: "a minimum", lower: 0, upper: 1)) {
      try LineSearch.minimum(in: 0...1, start: 0.5, tolerance: 1e-6) { $0 }
    }
  }
}
