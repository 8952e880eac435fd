import Statistics
import Testing
import _TestSupport

@Suite struct VectorMomentsTests {
  private func vectors() -> [[Double]] {
    var stream = RandomStream(StreamKey(seed: 16, claim: "vectors"))
    return (0..<200).map { _ in (0..<5).map { Double($0) + stream.normal() } }
  }

  // The trace is the sum of the coordinates' variances, each by the scalar moments that are tested on their own.
  @Test func theTraceIsTheSumOfTheVariances() {
    let vectors = vectors()
    var moments = VectorMoments(dimension: 5)
    for vector in vectors { moments.add(vector) }
    let coordinates = (0..<5).map { j in Moments(vectors.map { $0[j] }) }
    #expect(relativeError(moments.covarianceTrace, coordinates.reduce(0) { $0 + $1.variance }) < 1e-13)
    for j in 0..<5 { #expect(relativeError(moments.mean[j], coordinates[j].mean) < 1e-13) }
  }

  // The trace is also the mean of half squared distances over all pairs: another formula, with no mean in it.
  @Test func theTraceIsTheMeanOfHalfSquaredDistances() {
    let vectors = Array(vectors().prefix(60))
    var moments = VectorMoments(dimension: 5)
    for vector in vectors { moments.add(vector) }
    var sum = CompensatedSum()
    for i in vectors.indices {
      for j in 0..<i { for (a, b) in zip(vectors[i], vectors[j]) { sum.add((a - b) * (a - b) / 2) } }
    }
    #expect(relativeError(moments.covarianceTrace, sum.value / Double(60 * 59 / 2)) < 1e-13)
  }

  @Test(arguments: [0, 1, 63, 200]) func mergingIsOnePass(split: Int) {
    let vectors = vectors()
    var first = VectorMoments(dimension: 5)
    var second = VectorMoments(dimension: 5)
    var whole = VectorMoments(dimension: 5)
    for (index, vector) in vectors.enumerated() {
      if index < split { first.add(vector) } else { second.add(vector) }
      whole.add(vector)
    }
    first.merge(second)
    #expect(first.count == 200)
    #expect(relativeError(first.covarianceTrace, whole.covarianceTrace) < 1e-13)
    for j in 0..<5 { #expect(abs(first.mean[j] - whole.mean[j]) < 1e-14) }
  }

  @Test func oneVectorLeavesTheTraceUndefined() {
    var moments = VectorMoments(dimension: 2)
    moments.add([1, 2])
    #expect(moments.covarianceTrace.isNaN && moments.mean == [1, 2])
  }
}

@Suite struct WeightedMomentsTests {
  @Test func equalWeightsGiveTheOrdinaryMoments() {
    let values = [3.0, 1, 4, 1, 5, 9, 2, 6]
    var weighted = WeightedMoments()
    for value in values { weighted.add(value, weight: 0.25) }
    let plain = Moments(values)
    #expect(isClose(weighted.mean, plain.mean) && isClose(weighted.variance, plain.variance))
    #expect(weighted.effectiveCount == 8)
  }

  // Weights 1, 2, 3 on 1, 2, 4: mean 17/6, Σw(x−m)² = 53/6, W − Σw²/W = 11/3, so the variance is 53/22; effective count 36/14.
  @Test func theVarianceAgreesWithAHandCalculation() {
    var moments = WeightedMoments()
    for (value, weight) in [(1.0, 1.0), (2, 2), (4, 3)] { moments.add(value, weight: weight) }
    moments.add(1e9, weight: 0)
    #expect(isClose(moments.mean, 17.0 / 6) && isClose(moments.variance, 53.0 / 22))
    #expect(isClose(moments.effectiveCount, 36.0 / 14))
    #expect(moments.count == 3 && moments.totalWeight == 6)
  }

  @Test(arguments: [0, 1, 4, 9]) func mergingIsOnePass(split: Int) {
    var first = WeightedMoments()
    var second = WeightedMoments()
    var whole = WeightedMoments()
    for index in 0..<9 {
      let (value, weight) = (1e6 + Double(index * index % 7), Double(1 + index % 3))
      if index < split { first.add(value, weight: weight) } else { second.add(value, weight: weight) }
      whole.add(value, weight: weight)
    }
    first.merge(second)
    #expect(isClose(first.mean, whole.mean, ulps: 2))
    // Deviations of about 3 around 10⁶ are good to 10⁻¹⁰/3.
    #expect(relativeError(first.variance, whole.variance) < 1e-9)
    #expect(first.count == 9 && isClose(first.effectiveCount, whole.effectiveCount))
  }

  // 0.1 − 0.1²/0.1 is not zero in floating point, so the degrees of freedom must not be decided by it.
  @Test func oneNumberLeavesTheVarianceUndefined() {
    var moments = WeightedMoments()
    moments.add(5, weight: 0.1)
    #expect(moments.variance.isNaN && moments.mean == 5)
    #expect(WeightedMoments().effectiveCount == 0)
  }
}
