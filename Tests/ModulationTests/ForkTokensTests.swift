import Foundation
import Modulation
import Statistics
import Testing
import _TestSupport

@Suite struct ForkTokensTests {
  static func batch(_ entropies: [Double], isValid: [Bool]? = nil) throws -> TokenBatch {
    try TokenBatch(
      logProbabilities: entropies.map { _ in -1 }, entropies: entropies, advantages: entropies.map { _ in 1 },
      sequences: entropies.map { _ in 0 }, isValid: isValid)
  }

  /// By hand: ten entropies .1, …, 1; the place .8 · 9 = 7.2 lies between .8 and .9: .82.
  ///
  /// The two padded tokens would be the largest.
  @Test func theTopFifthOfTen() throws {
    let entropies = [0.3, 0.9, 0.1, 7, 0.5, 1, 0.2, 0.8, 0.4, 9, 0.7, 0.6]
    let batch = try Self.batch(entropies, isValid: entropies.map { $0 < 2 })
    #expect(isClose(try #require(ForkTokensMask().threshold(batch)), 0.82))
    #expect(ForkTokensMask().keep(batch) == entropies.map { $0 == 0.9 || $0 == 1 })
  }

  /// Equal entropies all tie with the quantile; so do the certain tokens where they are more than 1 − ρ of all.
  @Test func tiesAreKept() throws {
    #expect(ForkTokensMask().keep(try Self.batch([2, 2, 2, 2])) == [true, true, true, true])
    let mostlyCertain = [Double](repeating: 0, count: 9) + [1]
    #expect(ForkTokensMask().threshold(try Self.batch(mostlyCertain)) == 0)
    #expect(ForkTokensMask().keep(try Self.batch(mostlyCertain)).allSatisfy { $0 })
  }

  @Test func theEndsOfTheFraction() throws {
    let batch = try Self.batch([1, 3, 2, 3])
    #expect(ForkTokensMask(fraction: 1).keep(batch) == [true, true, true, true])
    #expect(ForkTokensMask(fraction: 0).keep(batch) == [false, true, false, true])
    #expect(ForkTokensMask().keep(try Self.batch([5])) == [true])
    #expect(ForkTokensMask().keep(try Self.batch([])).isEmpty)
    #expect(ForkTokensMask().threshold(try Self.batch([1], isValid: [false])) == nil)
    #expect(ForkTokensMask().keep(try Self.batch([1], isValid: [false])) == [false])
  }

  /// The quantile by sorting, for shapes that are hard for a selection: random, with ties, sorted either way, constant, rising and falling.
  @Test func theThresholdIsThatOfASort() throws {
    for key in RandomPolicies.keys(150, claim: "fork-tests") {
      var stream = RandomStream(key)
      let count = 1 + stream.index(below: 400)
      var entropies = (0..<count).map { _ in stream.uniform() }
      switch stream.index(below: 6) {
      case 0: entropies.sort()
      case 1: entropies.sort(by: >)
      case 2: entropies = entropies.map { ($0 * 4).rounded() }
      case 3: entropies = entropies.map { _ in 1 }
      case 4: entropies = (0..<count).map { Double(min($0, count - $0)) }
      default: break
      }
      let fraction = stream.uniform()
      let batch = try Self.batch(entropies)
      let sorted = entropies.sorted()
      let place = (1 - fraction) * Double(count - 1)
      let (low, high) = (Int(place), min(Int(place) + 1, count - 1))
      let expected = sorted[low] + (place - Double(low)) * (sorted[high] - sorted[low])
      let mask = ForkTokensMask(fraction: fraction)
      let threshold = try #require(mask.threshold(batch))
      #expect(isClose(threshold, expected), "\(key): \(threshold), expected \(expected)")
      #expect(mask.keep(batch) == entropies.map { $0 >= threshold }, "\(key)")
      // Every token above the place is kept.
      #expect(mask.keep(batch).filter { $0 }.count >= count - Int(place.rounded(.up)), "\(key)")
    }
  }
}
