import Modulation
import Testing

@Suite struct ClipIndicatorTests {
  @Test func theBoundaryBelongsToTheRange() {
    let clip = ClipIndicator(low: 0.2, high: 0.25)
    #expect(clip.value(ratio: 1.25, advantage: 1) == 1 && clip.value(ratio: 1.25.nextUp, advantage: 1) == 0)
    #expect(clip.value(ratio: 0.8, advantage: -1) == 1 && clip.value(ratio: 0.8.nextDown, advantage: -1) == 0)
  }

  @Test func eachSideClipsOnlyItsOwnSign() {
    let clip = ClipIndicator()
    #expect(clip.value(ratio: 0.01, advantage: 1) == 1)
    #expect(clip.value(ratio: 100, advantage: -1) == 1)
    #expect(clip.value(ratio: 1, advantage: 0) == 0)
    #expect(clip.coefficient(ratio: 1.1, advantage: -2) == -2.2)
  }
}
