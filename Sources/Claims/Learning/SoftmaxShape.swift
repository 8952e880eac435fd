import Foundation

/// What the curvature of one softmax prompt with rewards in {0, 1} needs: p and the concentration of successes and failures.
///
/// With w the conditional action distribution of a reward level, κ = Σw² and τ = Σw³. The Hessian of p in the logits is
///
///     H_ab = [a = b] π_a (r_a − p) − π_a π_b (r_a + r_b − 2p)
///
/// and with q = 1 − p, P = pq:
///
///     dᵀHd     = P [τ_S − 2p κ_S² − τ_F + 2q κ_F² + 2(1−2p) κ_S κ_F]
///     tr(H C_S) =  P [Σ w_S²(1−w_S) − 2p Σ w_S (w_S − κ_S)²]
///     tr(H C_F) = −P [Σ w_F²(1−w_F) − 2q Σ w_F (w_F − κ_F)²]
///
/// The last two are written as sums of terms of one sign each; `κ − (1+2p)τ + 2pκ²` cancels when one action dominates.
struct SoftmaxShape: Sendable, Hashable {
  /// p.
  var probability = 0.0
  /// v_S = 1 − κ_S = tr C_S.
  var successSpread = 0.0
  /// v_F = 1 − κ_F.
  var failureSpread = 0.0
  /// D² = κ_S + κ_F.
  var squaredDistance = 0.0
  /// dᵀHd.
  var curvatureAlongGradient = 0.0
  /// tr(H C_S).
  var curvatureAmongSuccesses = 0.0
  /// tr(H C_F).
  var curvatureAmongFailures = 0.0

  /// Nothing yet.
  init() {}

  /// The shape at `logits`; `direction` receives d = w_S − w_F.
  ///
  /// - Precondition: three buffers of the same length; at least one correct and one wrong action.
  init(
    logits: UnsafeBufferPointer<Double>, correct: UnsafeBufferPointer<Bool>,
    direction: UnsafeMutableBufferPointer<Double>
  ) {
    let count = logits.count
    precondition(
      correct.count == count && direction.count == count,
      "\(count) logits, \(correct.count) rewards, room for \(direction.count)")
    var largest = -Double.infinity
    for z in logits { largest = max(largest, z) }
    var success = 0.0
    var failure = 0.0
    for a in 0..<count {
      let weight = exp(logits[a] - largest)
      direction[a] = weight
      if correct[a] { success += weight } else { failure += weight }
    }
    precondition(success > 0 && failure > 0, "an action class has vanished: \(success), \(failure)")
    let p = success / (success + failure)
    let q = failure / (success + failure)
    var (first, second) = (Level(), Level())
    for a in 0..<count {
      if correct[a] {
        direction[a] /= success
        first.add(direction[a])
      } else {
        let weight = direction[a] / failure
        second.add(weight)
        direction[a] = -weight
      }
    }
    for a in 0..<count {
      if correct[a] { first.addSpread(direction[a]) } else { second.addSpread(-direction[a]) }
    }
    probability = p
    successSpread = first.spread
    failureSpread = second.spread
    squaredDistance = first.square + second.square
    curvatureAlongGradient =
      p * q
      * (first.cube - 2 * p * first.square * first.square - second.cube
        + 2 * q * second.square * second.square + 2 * (q - p) * first.square * second.square)
    curvatureAmongSuccesses = p * q * (first.mixed - 2 * p * first.dispersion)
    curvatureAmongFailures = -p * q * (second.mixed - 2 * q * second.dispersion)
  }

  /// The sums of one reward level.
  private struct Level {
    var square = 0.0
    var cube = 0.0
    var mixed = 0.0
    var spread = 0.0
    var dispersion = 0.0
    private var prefix = 0.0

    mutating func add(_ w: Double) {
      square += w * w
      cube += w * w * w
      mixed += w * w * (1 - w)
      // 1 − Σw² = 2 Σ_{a<b} w_a w_b.
      spread += 2 * w * prefix
      prefix += w
    }

    mutating func addSpread(_ w: Double) { dispersion += w * (w - square) * (w - square) }
  }

  /// tr Cov ĝ.
  func trace(_ group: GroupCoefficients) -> Double {
    group.variance * squaredDistance + group.success * successSpread + group.failure * failureSpread
  }

  /// tr(H Cov ĝ): twice what a unit of squared step size adds to E Δp through the estimate's variance.
  func curvature(_ group: GroupCoefficients) -> Double {
    group.variance * curvatureAlongGradient + group.success * curvatureAmongSuccesses
      + group.failure * curvatureAmongFailures
  }

  /// E Δp to second order in the step η: `η ∇pᵀμ + (η²/2)[μᵀHμ + tr(HΣ)]`.
  func expectedGain(_ group: GroupCoefficients, step: Double) -> Double {
    let proxy = probability * (1 - probability)
    let slope = group.mean * proxy * squaredDistance
    return step * slope + step * step / 2
      * (group.mean * group.mean * curvatureAlongGradient + curvature(group))
  }
}

extension SoftmaxShape {
  /// The shape at `logits`, for code that is not in a hurry.
  init(logits: [Double], correct: [Bool]) {
    var direction = [Double](repeating: 0, count: logits.count)
    self = logits.withUnsafeBufferPointer { logits in
      correct.withUnsafeBufferPointer { correct in
        direction.withUnsafeMutableBufferPointer {
          SoftmaxShape(logits: logits, correct: correct, direction: $0)
        }
      }
    }
  }
}
