import Statistics
import Testing
import _TestSupport

@Suite struct SumTests {
  // Neumaier's own example: the plain sum is 0, Kahan's too.
  @Test func aTermLargerThanTheSumLosesNothing() { #expect(compensatedSum([1, 1e100, 1, -1e100]) == 2) }

  @Test func tenMillionthsOfOneAddUp() {
    // The plain sum is off by 10⁻¹¹.
    #expect(compensatedSum(repeatElement(0.1, count: 100_000)) == 10_000)
    #expect(compensatedSum([Double]()) == 0)
  }

  @Test func fractionsAreReducedAndExact() {
    #expect(Rational(6, -8) == Rational(-3, 4))
    #expect(Rational(1, 3) + Rational(1, 6) == Rational(1, 2))
    #expect(Rational(1, 3) - Rational(1, 3) == .zero)
    #expect(Rational(2, 3) * Rational(9, 4) == Rational(3, 2))
    #expect(Rational(2, 3) / Rational(-4, 9) == Rational(-3, 2))
    #expect(Rational(1, 3) < Rational(34, 100))
    #expect(Rational(3, 32).description == "3/32" && Rational(-4, 2).description == "-2")
    #expect(Rational(1, 3).value == 1.0 / 3)
  }

  // Harmonic numbers: H₂₀ = 55835135/15519504 (OEIS A001008, A002805).
  @Test func longSumsOfFractionsStayExact() {
    #expect(
      (1...20).reduce(Rational.zero) { $0 + Rational(1, Int128($1)) } == Rational(55_835_135, 15_519_504))
  }
}
