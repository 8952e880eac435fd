import Testing

@testable import Training

struct ParameterLayoutTests {
  @Test func tensorsFollowOneAnotherWithoutGaps() {
    for configuration in [
      ModelConfiguration.nano(vocabularySize: 40), .micro(vocabularySize: 40), .mini(vocabularySize: 40),
    ] {
      let layout = ParameterLayout(configuration)
      var next = 0
      for tensor in layout.tensors {
        #expect(tensor.offset == next)
        next += tensor.count
      }
      #expect(next == layout.count)
    }
  }

  // The sizes that the names promise: about 0.4, 3 and 15 million.
  @Test func namedSizesAreWhatTheyAreCalled() {
    #expect((350_000...450_000).contains(ParameterLayout(.nano(vocabularySize: 40)).count))
    #expect((2_700_000...3_300_000).contains(ParameterLayout(.micro(vocabularySize: 40)).count))
    #expect((13_500_000...16_500_000).contains(ParameterLayout(.mini(vocabularySize: 40)).count))
  }
}
