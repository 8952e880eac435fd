import Allocation
import Testing

@Suite struct PosteriorTests {
  /// E[√(p(1−p)) | k] = B(k+1, G−k+1)/B(k+½, G−k+½), computed with mpmath 1.3.0 at 60 digits.
  @Test(arguments: [
    (0, 0, 0.31830988618379067154), (0, 16, 0.13379149531972343995), (3, 16, 0.38660963879710084021),
    (4, 16, 0.42484575691989059), (8, 16, 0.48551647721892005932), (16, 16, 0.13379149531972343995),
    (12, 64, 0.38926512285282915155), (100, 1000, 0.30011683774800519937),
    (500_000, 1_000_000, 0.49999975000031249966),
  ])
  func thePosteriorMeanOfTheDeviationIsExact(successes: Int, samples: Int, expected: Double) {
    let prompt = PromptStatistics(successes: successes, samples: samples)
    let deviation = RootJeffreysAllocation.posteriorMeanDeviation(prompt)
    // The recursion below 16 rounds twice a step: at most 32 half ulps a factor.
    #expect(abs(deviation - expected) <= 32 * expected.ulp)
    #expect(deviation < RootJeffreysAllocation.posteriorMean(prompt).squareRoot())
  }
}
