import Statistics
import Testing

@testable import Training

@Suite struct MetadataRowsTests {
  @Test func alignedRowsAreThoseOfTheResponsesPrompts() {
    #expect(MetadataRows.aligned(counts: [1, 3, 0, 2]) == [0, 1, 1, 1, 3, 3])
  }

  /// Prompt 1's third response, at place 3, is judged against prompt 1 still, its first against prompt 0.
  @Test func misalignedRowsRepeatEveryPromptAlike() {
    #expect(MetadataRowsAsReleased.misaligned(counts: [1, 3, 2]) == [0, 0, 1, 1, 2, 2])
    #expect(MetadataRowsAsReleased.misaligned(counts: [4, 1, 1]) == [0, 0, 1, 1, 2, 2])
  }

  @Test func equalCountsAreNotMisaligned() {
    for each in 1...5 {
      let counts = Array(repeating: each, count: 7)
      #expect(MetadataRowsAsReleased.misaligned(counts: counts) == MetadataRows.aligned(counts: counts))
    }
  }

  /// By hand: 5 goes to the first rank, 4 to the second, 2 to the second (4 < 5), which is then full, 1 to the first.
  @Test func balancingDealsTheLongestFirst() {
    #expect(MetadataRowsAsReleased.scrambled(lengths: [5, 4, 1, 2]) == [0, 2, 1, 3])
    // Of the same lengths in this order the ranks are the halves, and nothing moves.
    #expect(MetadataRowsAsReleased.scrambled(lengths: [5, 1, 4, 2]) == [0, 1, 2, 3])
    // Equal lengths alternate, an odd number has the longer rank first.
    #expect(MetadataRowsAsReleased.scrambled(lengths: [3, 3, 3, 3, 3]) == [0, 2, 4, 1, 3])
    #expect(MetadataRowsAsReleased.scrambled(lengths: []) == [])
    #expect(MetadataRowsAsReleased.scrambled(lengths: [9]) == [0])
  }

  @Test func theBalancedOrderIsAPermutationOfTwoAscendingHalves() {
    var stream = RandomStream(StreamKey(seed: 1, claim: "scrambled-rows"))
    var moved = 0
    for count in 2..<60 {
      let lengths = (0..<count).map { _ in 1 + stream.index(below: 20) }
      let order = MetadataRowsAsReleased.scrambled(lengths: lengths)
      #expect(order.sorted() == Array(0..<count))
      let middle = (count + 1) / 2
      #expect(Array(order[..<middle]) == order[..<middle].sorted())
      #expect(Array(order[middle...]) == order[middle...].sorted())
      if order != Array(0..<count) { moved += 1 }
    }
    // Only short lists can stay in order by chance.
    #expect(moved >= 50)
  }
}
