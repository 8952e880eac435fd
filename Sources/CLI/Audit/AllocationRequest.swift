// LOCAL STUB until Allocation lands
struct AllocationRequest {
  var counts: [AuditFold.Counts]
  var budget: Int
  var bounds: RolloutBounds
  func water(_ w: [Double]) -> [Int] {
    let N = w.count; let lo = Double(bounds.minimum), hi = bounds.maximum.map(Double.init) ?? Double(budget)
    var a = 0.0, b = 1e300
    func n(_ l: Double) -> [Double] { w.map { $0 > 0 ? min(hi, max(lo, l * $0)) : lo } }
    for _ in 0..<2200 { let m = a > 0 ? (a * b).squareRoot() : b / 2; if n(m).reduce(0, +) < Double(budget) { a = m == a ? b : m } else { b = m }; if b / max(a, 1e-300) < 1 + 1e-15 { break } }
    let x = n(b); var r = x.map { Int($0) }; var left = budget - r.reduce(0, +)
    for i in (0..<N).sorted(by: { x[$0] - x[$0].rounded(.down) > x[$1] - x[$1].rounded(.down) }) where left > 0 && Double(r[i]) < hi { r[i] += 1; left -= 1 }
    while left > 0 { for i in 0..<N where left > 0 && Double(r[i]) < hi { r[i] += 1; left -= 1 } }
    return r
  }
  func phat(_ c: AuditFold.Counts) -> Double { Double(c.successes) * Double(c.samples - c.successes) / (Double(c.samples) * Double(c.samples - 1)) }
  func rollouts(by m: AuditMethod) throws -> [Int] {
    switch m {
    case .uniform: return Array(repeating: budget / counts.count, count: counts.count)
    case .proportional: return water(counts.map(phat))
    case .root, .minimax: return water(counts.map { phat($0).squareRoot() })
    case .rootJeffreys: return water(counts.map { let a = Double($0.successes) + 0.5, b = Double($0.samples - $0.successes) + 0.5; return (a * b / ((a + b) * (a + b + 1))).squareRoot() })
    default: return water(counts.map { max(phat($0), 0.01) })
    }
  }
  func neyman(deviations: [Double]) throws -> [Int] { water(deviations) }
  func scoreAware(moments: [ScoreMoments]) throws -> [Int] {
    let vs = moments.compactMap(\.successVariance).reduce(0, +) / Double(max(1, moments.compactMap(\.successVariance).count))
    let vf = moments.compactMap(\.failureVariance).reduce(0, +) / Double(max(1, moments.compactMap(\.failureVariance).count))
    return water(zip(counts, moments).map { c, m in let p = (Double(c.successes) + 0.5) / (Double(c.samples) + 1)
      return (p * (1 - p) * ((1 - p) * (m.successVariance ?? vs) + p * (m.failureVariance ?? vf) + (1 - 2 * p) * (1 - 2 * p) * (m.meanSquaredDistance ?? 0))).squareRoot() })
  }
}
