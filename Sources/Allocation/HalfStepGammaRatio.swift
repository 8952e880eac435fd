/// `r(j) = Γ(j + 1) / Γ(j + ½)` for integers j ≥ 0.
///
/// Below 16 by the recursion r(j) = r(j−1)·j/(j−½) from r(0) = 1/√π; from 16 on by the expansion in w = j + ¼, in which the odd powers vanish:
///
///     r = √w (1 + 1/64 w⁻² − 19/8192 w⁻⁴ + 631/2¹⁹ w⁻⁶ − 174317/2²⁷ w⁻⁸ + 20491783/2³³ w⁻¹⁰ …)
///
/// The first term left out is 0.0067 w⁻¹² < 2·10⁻¹⁷ relative.
///
/// - Source: `tricomi1951`, the expansion of a ratio of gamma functions.
enum HalfStepGammaRatio {
  static func value(_ j: Int) -> Double {
    precondition(j >= 0, "j is \(j), it must not be negative")
    if j < 16 {
      var ratio = 1 / Double.pi.squareRoot()
      for i in 0..<j { ratio *= Double(i + 1) / (Double(i) + 0.5) }
      return ratio
    }
    let w = Double(j) + 0.25
    let u = 1 / (w * w)
    let tail = -174_317.0 / 134_217_728 + u * (20_491_783.0 / 8_589_934_592)
    let head = 1.0 / 64 + u * (-19.0 / 8192 + u * (631.0 / 524_288 + u * tail))
    return w.squareRoot() * (1 + u * head)
  }
}
