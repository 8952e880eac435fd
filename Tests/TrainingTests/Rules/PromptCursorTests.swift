import Testing

@testable import Training

@Suite struct PromptCursorTests {
  private let order = PromptOrder(seed: 3, poolSize: 20, batchSize: 6)

  @Test func batchesOfTheOrderAreItsBatches() {
    var cursor = PromptCursor()
    for batch in 0..<10 {
      #expect(cursor.next(6, of: order) == order.batch(batch))
      #expect(cursor.isAtEnd(of: order) == order.endsEpoch(batch))
    }
  }

  @Test func nothingExcludedIsTakenAndNothingTwiceInAPass() {
    var cursor = PromptCursor()
    let excluded: Set<Int> = [0, 5, 19]
    var taken: [Int] = []
    while true {
      let next = cursor.next(4, of: order, excluding: excluded)
      if cursor.pass > 0 { break }
      #expect(next.count == 4)
      taken += next
    }
    #expect(taken.count == 16 && Set(taken).count == 16 && excluded.isDisjoint(with: taken))
  }

  @Test func morePromptsThanThereAreAreAllOfThem() {
    var cursor = PromptCursor()
    #expect(cursor.next(100, of: order).sorted() == Array(0..<20))
    #expect(cursor.next(100, of: order, excluding: [1]).sorted() == [0] + Array(2..<20))
    #expect(cursor.next(0, of: order).isEmpty)
    #expect(cursor.next(3, of: order, excluding: Set(0..<20)).isEmpty)
  }
}
