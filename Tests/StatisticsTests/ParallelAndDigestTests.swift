import Statistics
import Testing

@Suite struct ParallelMapTests {
  struct Failure: Error, Equatable { var index: Int }

  @Test(arguments: [1, 2, 8]) func resultsDoNotDependOnTheNumberOfThreads(threads: Int) throws {
    let key = StreamKey(seed: 90, claim: "parallel")
    let numbers = try parallelMap(count: 500, threads: threads) { index in
      var stream = RandomStream(key.replicate(index))
      return stream.normal()
    }
    let expected = (0..<500).map { index in
      var stream = RandomStream(key.replicate(index))
      return stream.normal()
    }
    #expect(numbers == expected)
    #expect(try parallelMap(count: 0, threads: threads) { $0 }.isEmpty)
  }

  @Test(arguments: [1, 2, 8]) func theFirstErrorByIndexIsThrown(threads: Int) {
    for _ in 0..<50 {
      #expect(throws: Failure(index: 7)) {
        try parallelMap(count: 100, threads: threads) { index in
          if index >= 7 && index.isMultiple(of: 7) { throw Failure(index: index) }
          return index
        }
      }
    }
  }
}

@Suite struct SHA256Tests {
  // FIPS 180-4's examples "" and "abc", and the two-block message of its appendix.
  @Test func digestsAreThePublishedOnes() {
    #expect(
      SHA256.hexadecimal(of: "") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
    #expect(
      SHA256.hexadecimal(of: "abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    #expect(
      SHA256.hexadecimal(of: "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq")
        == "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1")
  }
}
