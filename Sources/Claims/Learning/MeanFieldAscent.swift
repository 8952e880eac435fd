import Foundation
import Statistics

/// What one step has in store.
struct AscentOutlook: Sendable {
  /// Σ tr Cov of the prompts' contributions.
  var variance = 0.0
  /// E ΔJ to second order in η.
  var gain = 0.0
  /// The mean along d of every prompt.
  var means: [Double] = []
  /// The variance along d of every prompt.
  var spreads: [Double] = []
}

/// Gradient ascent on independent prompts, followed through the mean and covariance of every prompt's logits.
///
/// The law of a prompt's logits has no closed form. It is replaced, at every step, by 2r equal points at the mean ± √r times the r columns of a root of the
/// covariance (the unscented transform): they have the law's mean and covariance. Each point moves by the *exact* mean and covariance of its group estimate,
///
///     m' = Σ ω_s (z_s + η μ(z_s)),   C' = Σ ω_s [(z_s + ημ(z_s) − m')(…)ᵀ + η² Σ(z_s)],   E p = Σ ω_s p(z_s)
///
/// so that both the second order of the single step and what the accumulated spread does to later drifts are right to order η; what is lost are third moments, of
/// order η². (Moving the mean alone, by E Δp, would lose a term as large as the one that is looked for.) Allocation is given from outside, as a
/// function of the prompts' expected pass rates.
///
/// - Source: `julier2004` for the points.
struct MeanFieldAscent {
  /// The world, for its sizes and rewards.
  let world: AscentWorld
  /// The estimator.
  let estimator: AscentEstimator
  /// How prompts are weighed.
  let aggregation: Aggregation
  /// Rollouts per prompt on average.
  let each: Int
  /// The step size η.
  let step: Double

  private let largestPointCount: Int
  private var mean: [Double]
  private var covariance: [Double]
  private var points: [Double]
  private var directions: [Double]
  private var pointCounts: [Int]
  private var pointShapes: [SoftmaxShape]
  /// E p of every prompt.
  private(set) var successes: [Double]

  /// The world at its start.
  init(
    world: AscentWorld, estimator: AscentEstimator, aggregation: Aggregation, each: Int, step: Double
  ) {
    precondition(step > 0 && each > 1, "step \(step), \(each) rollouts each")
    self.world = world
    self.estimator = estimator
    self.aggregation = aggregation
    self.each = each
    self.step = step
    let (n, k) = (world.count, world.actions)
    largestPointCount = 2 * (k - 1)
    mean = world.logits
    covariance = [Double](repeating: 0, count: n * k * k)
    points = [Double](repeating: 0, count: n * largestPointCount * k)
    directions = points
    pointCounts = [Int](repeating: 1, count: n)
    pointShapes = [SoftmaxShape](repeating: SoftmaxShape(), count: n * largestPointCount)
    successes = [Double](repeating: 0, count: n)
    spreadPoints()
  }

  /// The objective: the mean of E p.
  var objective: Double { compensatedSum(successes) / Double(world.count) }

  /// The shape of every prompt at its mean logits, with E p in the place of p there.
  func shapes() -> [SoftmaxShape] {
    let k = world.actions
    return withUnsafeTemporaryAllocation(of: Double.self, capacity: k) { direction in
      mean.withUnsafeBufferPointer { mean in
        world.correct.withUnsafeBufferPointer { correct in
          successes.indices.map { i in
            let range = i * k..<(i + 1) * k
            var shape = SoftmaxShape(
              logits: UnsafeBufferPointer(rebasing: mean[range]),
              correct: UnsafeBufferPointer(rebasing: correct[range]), direction: direction)
            shape.probability = successes[i]
            return shape
          }
        }
      }
    }
  }

  /// What one step from here with the group sizes `groups`, one for each prompt, has in store.
  func outlook(_ groups: [Int]) -> AscentOutlook {
    var variance = CompensatedSum()
    var gain = CompensatedSum()
    var outlook = AscentOutlook()
    for i in 0..<world.count {
      let share = 1 / Double(pointCounts[i])
      var along = (mean: 0.0, variance: 0.0)
      for s in 0..<pointCounts[i] {
        let shape = pointShapes[i * largestPointCount + s]
        let moments = moments(groups[i], shape)
        variance.add(share * shape.trace(moments))
        gain.add(share * shape.expectedGain(moments, step: step))
        along.mean += share * moments.mean
        along.variance += share * moments.variance
      }
      outlook.means.append(along.mean)
      outlook.spreads.append(along.variance)
    }
    outlook.variance = variance.value
    outlook.gain = gain.value / Double(world.count)
    return outlook
  }

  /// One step with the group sizes `groups`, one for each prompt.
  mutating func advance(_ groups: [Int]) {
    precondition(groups.count == world.count, "\(groups.count) groups for \(world.count) prompts")
    let k = world.actions
    withUnsafeTemporaryAllocation(of: Double.self, capacity: largestPointCount * k + k) { moved in
      for i in 0..<world.count { move(i, groups[i], moved) }
    }
    spreadPoints()
  }

  /// The coefficients of a prompt's contribution to the step.
  private func moments(_ group: Int, _ shape: SoftmaxShape) -> GroupCoefficients {
    estimator.coefficients(group: group, probability: shape.probability)
      .scaled(by: aggregation.factor(group: group, each: each))
  }

  /// Moves prompt i: new mean and covariance from its points.
  private mutating func move(
    _ i: Int, _ group: Int, _ moved: UnsafeMutableBufferPointer<Double>
  ) {
    let k = world.actions
    let count = pointCounts[i]
    let share = 1 / Double(count)
    let next = count * k
    for a in 0..<k { moved[next + a] = 0 }
    for c in i * k * k..<(i + 1) * k * k { covariance[c] = 0 }
    for s in 0..<count {
      let place = i * largestPointCount + s
      let shape = pointShapes[place]
      let moments = moments(group, shape)
      let squared = step * step * share
      for a in 0..<k {
        let d = directions[place * k + a]
        moved[s * k + a] = points[place * k + a] + step * moments.mean * d
        moved[next + a] += share * moved[s * k + a]
        for b in 0...a {
          let e = directions[place * k + b]
          var entry = moments.variance * d * e
          // C_S and C_F are diag(w) − w wᵀ within their own level; d carries the sign of the level.
          let level = d > 0 ? moments.success : moments.failure
          if (d > 0) == (e > 0) { entry += level * ((a == b ? abs(d) : 0) - d * e) }
          covariance[(i * k + a) * k + b] += squared * entry
        }
      }
    }
    for a in 0..<k {
      mean[i * k + a] = moved[next + a]
      for b in 0...a {
        for s in 0..<count {
          covariance[(i * k + a) * k + b] +=
            share * (moved[s * k + a] - moved[next + a]) * (moved[s * k + b] - moved[next + b])
        }
      }
    }
  }

  /// Points, directions and shapes of every prompt from means and covariances.
  private mutating func spreadPoints() {
    let k = world.actions
    withUnsafeTemporaryAllocation(of: Double.self, capacity: k * k) { root in
      for i in 0..<world.count {
        let rank = Self.root(of: covariance, at: i * k * k, size: k, into: root)
        let scale = Double(rank).squareRoot()
        pointCounts[i] = max(1, 2 * rank)
        for s in 0..<pointCounts[i] {
          let sign = s % 2 == 0 ? scale : -scale
          for a in 0..<k {
            points[(i * largestPointCount + s) * k + a] =
              mean[i * k + a] + (rank > 0 ? sign * root[(s / 2) * k + a] : 0)
          }
        }
        evaluate(i)
      }
    }
  }

  /// Shapes of the points of prompt i, and its E p.
  private mutating func evaluate(_ i: Int) {
    let k = world.actions
    var sum = 0.0
    points.withUnsafeBufferPointer { points in
      world.correct.withUnsafeBufferPointer { correct in
        directions.withUnsafeMutableBufferPointer { directions in
          for s in 0..<pointCounts[i] {
            let place = i * largestPointCount + s
            let range = place * k..<(place + 1) * k
            let shape = SoftmaxShape(
              logits: UnsafeBufferPointer(rebasing: points[range]),
              correct: UnsafeBufferPointer(rebasing: correct[i * k..<(i + 1) * k]),
              direction: UnsafeMutableBufferPointer(rebasing: directions[range]))
            pointShapes[place] = shape
            sum += shape.probability
          }
        }
      }
    }
    successes[i] = sum / Double(pointCounts[i])
  }

  /// The columns of a Cholesky root of a covariance (lower triangle given), without those of vanishing pivot; returns their number, at most size − 1.
  ///
  /// Group estimates add up to zero over actions, so the covariance has rank at most K − 1; what rounding leaves of the last pivot is below 10⁻¹² of the largest.
  private static func root(
    of matrix: [Double], at offset: Int, size: Int, into root: UnsafeMutableBufferPointer<Double>
  ) -> Int {
    var largest = 0.0
    for a in 0..<size { largest = max(largest, matrix[offset + a * size + a]) }
    var rank = 0
    guard largest > 0 else { return 0 }
    for column in 0..<size where rank < size - 1 {
      var pivot = matrix[offset + column * size + column]
      for r in 0..<rank { pivot -= root[r * size + column] * root[r * size + column] }
      guard pivot > 1e-12 * largest else { continue }
      let diagonal = pivot.squareRoot()
      for a in 0..<size {
        guard a >= column else {
          root[rank * size + a] = 0
          continue
        }
        var entry = matrix[offset + a * size + column]
        for r in 0..<rank { entry -= root[r * size + a] * root[r * size + column] }
        root[rank * size + a] = entry / diagonal
      }
      rank += 1
    }
    return rank
  }
}
