import Estimators
import Policies

/// The rational world as an ordinary policy.
func softmax(_ world: RationalPrompt) throws(PolicyError) -> SoftmaxPolicy {
  try SoftmaxPolicy(probabilities: world.probabilities.map(\.value))
}
