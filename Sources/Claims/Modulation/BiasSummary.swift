import Estimators

/// One rule on one world: its mean beside the gradient, in the whole and state by state.
struct BiasPoint: Sendable {
  let agreement: GradientAgreement
  /// ‖m − λ∇‖/‖m‖ for the best λ: the sine of the angle.
  let sine: Double
  /// √(Σ_x ‖m_x − max(λ_x, 0)∇_x‖²)/‖m‖ with the best λ_x of each block.
  let stateBias: Double

  init(_ moments: EstimatorMoments, gradient: [Double], vocabulary: Int) {
    agreement = GradientAgreement(moments, gradient: gradient)
    let length = moments.squaredMeanNorm.squareRoot()
    func residual(_ range: Range<Int>, clipped: Bool) -> Double {
      var product = 0.0
      var square = 0.0
      for j in range {
        product += moments.mean[j] * gradient[j]
        square += gradient[j] * gradient[j]
      }
      // A block without gradient has no direction to keep: whatever is there counts as bias.
      var scale = square > 0 ? product / square : 0
      if clipped { scale = max(scale, 0) }
      return range.reduce(0) {
        let deviation = moments.mean[$1] - scale * gradient[$1]
        return $0 + deviation * deviation
      }
    }
    sine = residual(0..<gradient.count, clipped: false).squareRoot() / length
    stateBias =
      stride(from: 0, to: gradient.count, by: vocabulary).reduce(0) {
        $0 + residual($1..<$1 + vocabulary, clipped: true)
      }.squareRoot() / length
  }
}

/// The worst of many worlds.
struct BiasSummary: Sendable {
  var count = 0
  var smallestCosine = Double.infinity
  var smallestScale = Double.infinity
  var largestScale = -Double.infinity
  var largestStrictBias = 0.0
  var largestRelativeBias = 0.0
  var largestSine = 0.0
  var largestStateBias = 0.0
  var smallestGroupsToBias = Double.infinity

  mutating func add(_ point: BiasPoint) {
    count += 1
    smallestCosine = min(smallestCosine, point.agreement.cosine)
    smallestScale = min(smallestScale, point.agreement.scale)
    largestScale = max(largestScale, point.agreement.scale)
    largestStrictBias = max(largestStrictBias, point.agreement.strictBias)
    largestRelativeBias = max(largestRelativeBias, point.agreement.relativeBias)
    largestSine = max(largestSine, point.sine)
    largestStateBias = max(largestStateBias, point.stateBias)
    smallestGroupsToBias = min(smallestGroupsToBias, point.agreement.groupsToBias)
  }

  func isUnbiased(margin: Double) -> Bool { count > 0 && largestStrictBias <= margin }
  func keepsDirection(margin: Double) -> Bool { count > 0 && largestSine <= margin && smallestScale > 0 }
  func keepsStates(margin: Double) -> Bool { count > 0 && largestStateBias <= margin }

  func rows(design: String, method: String) -> [EstimateRow] {
    [
      ("smallest_cosine", smallestCosine), ("smallest_scale", smallestScale), ("largest_scale", largestScale),
      ("largest_strict_bias", largestStrictBias), ("largest_relative_bias", largestRelativeBias),
      ("largest_state_bias", largestStateBias), ("smallest_groups_to_bias", smallestGroupsToBias),
    ].map { EstimateRow(design: design, method: method, stat: $0.0, exact: $0.1) }
  }
}
