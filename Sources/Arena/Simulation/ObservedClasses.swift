/// The scores of rollouts that the verifier accepts or refuses, at one success probability.
///
/// With a verifier that errs, the accepted are a mixture of right and wrong: their mean score is the mixture's, their variance along d has the term α(1−α)D² between the two kinds.
struct ObservedClasses {
  /// The probability that a rollout is accepted.
  let acceptance: Double
  /// The mean score of accepted rollouts along d.
  let acceptedMean: Double
  /// The mean score of refused rollouts along d.
  let refusedMean: Double
  /// The variance of accepted scores along d.
  let acceptedAlong: Double
  /// The variance of refused scores along d.
  let refusedAlong: Double
  /// The trace of the covariance of accepted scores across d.
  let acceptedAcross: Double
  /// The trace of the covariance of refused scores across d.
  let refusedAcross: Double

  /// At success probability p and trained share `share` of each response: replayed tokens carry no score, so that D and the variances shrink with it.
  @inlinable
  init(_ world: ArenaWorld, prompt i: Int, probability p: Double, share: Double = 1) {
    self.init(
      distance: world.distances[i] * share, success: world.successVariances[i] * share,
      failure: world.failureVariances[i] * share, shared: world.shared, probability: p)
  }

  /// The same from D, v_S and v_F as they are trained.
  @inlinable
  init(distance: Double, success: Double, failure: Double, shared: ArenaWorld.Shared, probability p: Double) {
    let along = 1 / shared.dimension
    let (miss, leak) = (shared.falseNegative, shared.falsePositive)
    let accepted = p * (1 - miss) + (1 - p) * leak
    let right = accepted > 0 ? p * (1 - miss) / accepted : 0
    let rightRefused = accepted < 1 ? p * miss / (1 - accepted) : 0
    let (high, low) = ((1 - p) * distance, -p * distance)
    acceptance = accepted
    acceptedMean = right * high + (1 - right) * low
    refusedMean = rightRefused * high + (1 - rightRefused) * low
    let square = distance * distance
    acceptedAlong = along * (right * success + (1 - right) * failure) + right * (1 - right) * square
    refusedAlong =
      along * (rightRefused * success + (1 - rightRefused) * failure)
      + rightRefused * (1 - rightRefused) * square
    acceptedAcross = (1 - along) * (right * success + (1 - right) * failure)
    refusedAcross = (1 - along) * (rightRefused * success + (1 - rightRefused) * failure)
  }
}
