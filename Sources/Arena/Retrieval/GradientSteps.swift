/// Adam without weight decay: first-order descent with steps of a size that hardly depends on the scale of the loss.
///
/// m ← β₁m + (1−β₁)g, v ← β₂v + (1−β₂)g², w ← w − η m̂/(√v̂ + ε), both moments corrected for their start at zero. Enough for a critic of a hundred weights; the trainer has
/// its own optimiser for models.
///
/// - Source: `kingma2015`.
struct GradientSteps: Sendable {
  var rate: Double
  private var first: [Double]
  private var second: [Double]
  private var firstDecay = 1.0
  private var secondDecay = 1.0

  init(count: Int, rate: Double) {
    precondition(rate > 0, "the learning rate \(rate) must be positive")
    self.rate = rate
    first = [Double](repeating: 0, count: count)
    second = first
  }

  /// Moves `weights` against `gradient`.
  mutating func step(_ weights: inout [Double], gradient: [Double]) {
    firstDecay *= 0.9
    secondDecay *= 0.999
    for index in weights.indices {
      first[index] += 0.1 * (gradient[index] - first[index])
      second[index] += 0.001 * (gradient[index] * gradient[index] - second[index])
      let size = (second[index] / (1 - secondDecay)).squareRoot() + 1e-8
      weights[index] -= rate * first[index] / (1 - firstDecay) / size
    }
  }
}
