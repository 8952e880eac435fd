import CGSL
import CNumerics
import Testing

@testable import Statistics

// Philox4x32-10 against the known answers of its authors' library Random123 (file kat_vectors), and its three doors: Swift, C and GSL.
@Suite struct PhiloxTests {
  struct KnownAnswer: Sendable {
    var counter: SIMD4<UInt32>
    var key: SIMD2<UInt32>
    var words: SIMD4<UInt32>
  }

  static let knownAnswers = [
    KnownAnswer(
      counter: SIMD4(repeating: 0), key: SIMD2(repeating: 0),
      words: SIMD4(0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8)),
    KnownAnswer(
      counter: SIMD4(repeating: .max), key: SIMD2(repeating: .max),
      words: SIMD4(0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd)),
    KnownAnswer(
      counter: SIMD4(0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344),
      key: SIMD2(0xa409_3822, 0x299f_31d0),
      words: SIMD4(0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1)),
  ]

  @Test(arguments: knownAnswers) func swiftGivesThePublishedWords(answer: KnownAnswer) {
    #expect(Philox4x32.block(counter: answer.counter, key: answer.key) == answer.words)
  }

  @Test(arguments: knownAnswers) func cGivesThePublishedWords(answer: KnownAnswer) {
    #expect(blockInC(counter: answer.counter, key: answer.key) == answer.words)
  }

  @Test func swiftAndCAgreeOnRandomCountersAndKeys() {
    var stream = RandomStream(StreamKey(seed: 1, claim: "philox"))
    for _ in 0..<500 {
      let counter = SIMD4(stream.nextWord(), stream.nextWord(), stream.nextWord(), stream.nextWord())
      let key = SIMD2(stream.nextWord(), stream.nextWord())
      #expect(Philox4x32.block(counter: counter, key: key) == blockInC(counter: counter, key: key))
    }
  }

  @Test func theStreamIsTheBlocksInOrderWithTheReplicateInTheHighHalf() {
    var stream = RandomStream(key: 0x299f_31d0_a409_3822, replicate: 0x0370_7344_1319_8a2e)
    let key = SIMD2<UInt32>(0xa409_3822, 0x299f_31d0)
    for block in 0..<3 {
      let words = Philox4x32.block(counter: SIMD4(UInt32(block), 0, 0x1319_8a2e, 0x0370_7344), key: key)
      for index in 0..<4 { #expect(stream.nextWord() == words[index]) }
    }
  }

  // Both from an even and from an odd word, so that a block's end falls inside a 64-bit number.
  @Test(arguments: [0, 1, 3]) func gslDrawsTheSameUniformsAndLeavesTheStreamAtTheSamePlace(wordsBefore: Int) {
    var direct = RandomStream(StreamKey(seed: 2, claim: "gsl"))
    for _ in 0..<wordsBefore { _ = direct.nextWord() }
    var throughGSL = direct
    for _ in 0..<1000 {
      #expect(direct.uniform() == throughGSL.withGSL { gsl_rng_uniform($0) })
    }
    #expect(direct.next() == throughGSL.next())
    let word = UInt(direct.nextWord())
    #expect(word == throughGSL.withGSL { gsl_rng_get($0) })
  }

  private func blockInC(counter: SIMD4<UInt32>, key: SIMD2<UInt32>) -> SIMD4<UInt32> {
    let counter = [counter[0], counter[1], counter[2], counter[3]]
    var words: [UInt32] = [0, 0, 0, 0]
    numerics_philox_block(counter, [key[0], key[1]], &words)
    return SIMD4(words)
  }
}
