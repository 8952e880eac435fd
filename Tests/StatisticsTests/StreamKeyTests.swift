import Statistics
import Testing

@Suite struct StreamKeyTests {
  @Test func streamsDifferInEveryPartOfTheirKey() {
    let keys = [
      StreamKey(seed: 1, claim: "a"), StreamKey(seed: 2, claim: "a"), StreamKey(seed: 1, claim: "b"),
      StreamKey(seed: 1, claim: "a", designPoint: 1), StreamKey(seed: 1, claim: "a", replicate: 1),
      StreamKey(seed: 1, claim: "ab"), StreamKey(seed: 1, claim: ""),
      StreamKey(seed: 1, claim: "a", replicate: 1 << 40),
    ]
    let firstWords = keys.map { key in
      var stream = RandomStream(key)
      return stream.next()
    }
    // Eight random 64-bit words coincide with probability 2⁻⁵⁹; the keys are fixed, so this never changes from run to run.
    #expect(Set(firstWords).count == keys.count)
  }

  @Test func theSameKeyGivesTheSameStream() {
    let key = StreamKey(seed: 7, claim: "same", designPoint: 3, replicate: 4)
    var first = RandomStream(key)
    var second = RandomStream(StreamKey(seed: 7, claim: "same").designPoint(3).replicate(4))
    for _ in 0..<100 { #expect(first.next() == second.next()) }
  }

  // From a separate implementation of FNV-1a, the SplitMix64 finaliser and Philox in Python integers. A changed key schedule would silently change every published table.
  @Test func theKeyScheduleIsFrozen() {
    var stream = RandomStream(StreamKey(seed: 2026, claim: "frozen", designPoint: 5, replicate: 6))
    #expect(stream.next() == 6_023_238_963_225_484_199)
  }

  @Test func aKeyPrintsItsFourParts() {
    #expect(StreamKey(seed: 1, claim: "c", designPoint: 2, replicate: 3).description == "1/c/2/3")
  }

  @Test func uniformNumbersStayInTheirIntervals() {
    var stream = RandomStream(StreamKey(seed: 3, claim: "uniform"))
    for _ in 0..<20_000 {
      #expect((0..<1).contains(stream.uniform()))
      let open = stream.uniformOpen()
      #expect(open > 0 && open < 1)
      #expect((0..<7).contains(stream.index(below: 7)))
    }
  }
}
