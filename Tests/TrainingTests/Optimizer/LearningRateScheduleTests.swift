import Testing

@testable import Training

struct LearningRateScheduleTests {
  @Test func warmUpRisesLinearlyToThePeak() {
    let schedule = LearningRateSchedule(peak: 0.4, warmUpSteps: 4)
    #expect((0..<6).map { schedule.rate(step: $0) } == [0.1, 0.2, 0.4 * 3 / 4, 0.4, 0.4, 0.4])
  }

  @Test func cosineFallsFromThePeakToTheFloorAndStaysThere() {
    let schedule = LearningRateSchedule(
      shape: .cosine, peak: 1, warmUpSteps: 10, totalSteps: 110, floor: 0.2)
    #expect(schedule.rate(step: 10) == 1)
    #expect(abs(schedule.rate(step: 60) - 0.6) < 1e-15)
    #expect(abs(schedule.rate(step: 110) - 0.2) < 1e-15)
    #expect(schedule.rate(step: 5000) == schedule.rate(step: 110))
    for step in 10..<110 { #expect(schedule.rate(step: step + 1) < schedule.rate(step: step)) }
  }

  @Test func aRunThatEndsWithItsWarmUpStaysAtTheFloorAfterwards() {
    let schedule = LearningRateSchedule(shape: .cosine, peak: 1, warmUpSteps: 3, totalSteps: 3, floor: 0.5)
    #expect(schedule.rate(step: 2) == 1)
    #expect(schedule.rate(step: 3) == 0.5)
  }
}
