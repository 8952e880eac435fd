import Estimators
import Policies

/// One state, value baseline, β = 1 + c on successes, in closed form for one rollout.
struct OneStateCompensation: Sendable {
  let moments: BinaryScoreMoments
  /// c.
  let excess: Double

  init(_ moments: BinaryScoreMoments, excess: Double) {
    self.moments = moments
    self.excess = excess
  }

  /// S = 1 + c(1 − p).
  var scale: Double { 1 + excess * (1 - moments.successProbability) }
  /// b' = p/S.
  var equivalentBaseline: Double { moments.successProbability / scale }

  /// `P[(1−p)(1+c)² v_S + p v_F + ((1−p)²(1+c) − p²)² D²]`.
  var variance: Double {
    let p = moments.successProbability
    let q = 1 - p
    let between = q * q * (1 + excess) - p * p
    return moments.bernoulliVariance
      * (q * (1 + excess) * (1 + excess) * moments.successVariance + p * moments.failureVariance
        + between * between * moments.squaredDistance)
  }

  /// V_{b'}.
  var varianceAtEqualStep: Double { moments.variance(baseline: equivalentBaseline) }

  /// |b' − b*| < |p − b*|.
  var isNearer: Bool {
    abs(equivalentBaseline - moments.optimalBaseline)
      < abs(moments.successProbability - moments.optimalBaseline)
  }
}
