import Testing

@testable import Training

@Suite struct PromptOrderTests {
  private func pass(_ order: PromptOrder, _ number: Int) -> [Int] {
    (0..<order.batchesPerEpoch).flatMap { order.batch(number * order.batchesPerEpoch + $0) }
  }

  @Test func eachPassTakesEveryPromptOnce() {
    let order = PromptOrder(seed: 3, poolSize: 60, batchSize: 12)
    for number in 0..<5 { #expect(pass(order, number).sorted() == Array(0..<60)) }
  }

  @Test func whatDoesNotFillABatchIsDropped() {
    let order = PromptOrder(seed: 3, poolSize: 23, batchSize: 5)
    #expect(order.batchesPerEpoch == 4)
    for number in 0..<5 {
      let taken = pass(order, number)
      #expect(taken.count == 20 && Set(taken).count == 20 && taken.allSatisfy { (0..<23).contains($0) })
    }
    // Another pass drops other prompts: over many passes none is left out. The chance that one of 23 is, is below 23 · (3/23)⁴⁰.
    #expect(Set((0..<40).flatMap { pass(order, $0) }).count == 23)
  }

  @Test func passesAndSeedsHaveOrdersOfTheirOwn() {
    let order = PromptOrder(seed: 3, poolSize: 60, batchSize: 12)
    #expect(pass(order, 0) != pass(order, 1))
    #expect(pass(order, 0) != pass(PromptOrder(seed: 4, poolSize: 60, batchSize: 12), 0))
    #expect(pass(order, 0) != Array(0..<60))
  }

  @Test func aBatchDoesNotDependOnTheBatchesBeforeIt() {
    let forwards = PromptOrder(seed: 9, poolSize: 30, batchSize: 7)
    let batches = (0..<12).map { forwards.batch($0) }
    let backwards = PromptOrder(seed: 9, poolSize: 30, batchSize: 7)
    #expect((0..<12).reversed().map { backwards.batch($0) } == batches.reversed())
  }

  /// Each place of a pass is uniform over the pool: a count over 2000 passes has deviation √(2000 · 1/5 · 4/5) = 17.9; six of them.
  @Test func everyPromptIsAsOftenFirst() {
    let order = PromptOrder(seed: 1, poolSize: 5, batchSize: 1)
    var counts = Array(repeating: 0, count: 5)
    for number in 0..<2000 { counts[order.batch(5 * number)[0]] += 1 }
    for count in counts { #expect(abs(count - 400) < 108, "\(counts)") }
  }

  @Test func theLastBatchOfAPassEndsIt() {
    let order = PromptOrder(seed: 3, poolSize: 23, batchSize: 5)
    #expect(
      (0..<9).map { order.endsEpoch($0) } == [false, false, false, true, false, false, false, true, false])
  }
}
