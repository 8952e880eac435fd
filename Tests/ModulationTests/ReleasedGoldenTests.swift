import Foundation
import Modulation
import Testing
import _TestSupport

/// Values of the released modulation that can be redone by hand or come from an independent program.
@Suite struct ReleasedGoldenTests {
  /// To four decimals, from the released formulas: f6(x) = .6 + .4/(1 + e^{50 (x − .99)}), f5 with .9 for .99.
  @Test(arguments: [(0, 1), (0.9, 0.9956), (0.95, 0.9523), (0.99, 0.8), (1, 0.7510)])
  func theDecayOfMode6(x: Double, value: Double) {
    #expect(abs(UpdateStabilisationAsReleased.mode6.form.decay(x) - value) <= 0.5e-4)
  }

  @Test(arguments: [(0.8, 0.9973), (0.85, 0.9697), (0.9, 0.8), (0.95, 0.6303), (1, 0.6027)])
  func theDecayOfMode5(x: Double, value: Double) {
    #expect(abs(UpdateStabilisationAsReleased.mode5.form.decay(x) - value) <= 0.5e-4)
  }

  /// By hand: at the centre the sigmoid is 1/2, so f = λ + (1 − λ)/2; a step of log(3)/γ to the right makes the exponential 3, so f = λ + (1 − λ)/4.
  @Test func theSigmoidAtItsCentreAndBeside() {
    let decay = UpdateStabilisation(floor: 0.2, steepness: 10, centre: 0.5)
    #expect(isClose(decay.decay(0.5), 0.6))
    #expect(isClose(decay.decay(0.5 + log(3) / 10), 0.4))
    #expect(isClose(decay.decay(0.5 - log(3) / 10), 0.8))
    #expect(decay.decay(1e9) == 0.2 && decay.decay(-1e9) == 1)
  }

  /// Mode 6 cannot reach its nominal floor .6 at any x that occurs: x ≤ 1, and f falls.
  @Test func mode6NeverReachesItsFloor() {
    for step in 0...1000 {
      #expect(UpdateStabilisationAsReleased.mode6.form.decay(Double(step) / 1000) > 0.75)
    }
  }

  @Test func theReleasedSettings() {
    #expect(GradientCompensationAsReleased.mode6.largest == 1.2)
    #expect(GradientCompensationAsReleased.mode5.largest == 1.4)
    #expect(AdvantageModulationAsReleased.mode6.entropySource == .asReleased)
    #expect(AdvantageModulationAsReleased.mode6.compensationScope == .microBatch)
    #expect(AdvantageModulationAsReleased.mode5.stabilisationScope == .microBatch)
  }

  /// The high side is multiplied by 1.4 where it is .2 exactly, and nowhere else.
  @Test func theHighSideIsWidenedSilently() {
    #expect(ClipIndicatorAsReleased.indicator().high == 0.2 * 1.4)
    #expect(ClipIndicatorAsReleased.indicator().low == 0.2)
    #expect(ClipIndicatorAsReleased.indicator(configuredHigh: 0.28).high == 0.28)
    #expect(ClipIndicatorAsReleased.indicator(configuredHigh: 0.2.nextUp).high == 0.2.nextUp)
    #expect(ClipIndicatorAsReleased.indicator(configuredLow: 0.1).high == 0.2 * 1.4)
    #expect(AdvantageModulationAsReleased.mode6.clip.high == 0.2 * 1.4)
  }

  /// Two responses of three and two tokens; the sixth entry is padding, with an entropy that would be the largest if it counted.
  static func microBatch() throws -> TokenBatch {
    try TokenBatch(
      logProbabilities: [0.5, 0.9, 0.25, 0.6, 0.05, 0.5].map { log($0) },
      entropies: [0.7, 0.4, 1.2, 0.9, 0.3, 5], advantages: [1, 1, 1, -0.5, -0.5, -0.5],
      ratios: [1, 1.29, 1.1, 0.7, 0.9, 1], sequences: [0, 0, 0, 1, 1, 1],
      isValid: [true, true, true, true, true, false])
  }

  /// Worked by hand.
  ///
  /// With the range .2/.28 the second token is clipped (1.29 > 1.28) and so is the fourth (.7 < .8 with A < 0). First response: πΛ = .5 (log .5 + .7) = .0034264, .9 (log .9 + .4) =
  /// .2651756, .25 (log .25 + 1.2) = −.0465736, mean .0740095; changes −(.0034264 − .0740095) = .0705831, 0, −1.1 (−.0465736 − .0740095) = .1326413. Second: .6 (log .6 + .9) =
  /// .2335046, .05 (log .05 + .3) = −.1347866, mean .0493590; changes 0, .45 (−.1347866 − .0493590) = −.0828655. Compensation, H in [.3, 1.2]: 1 + .2 (1.2 − .7)/.9 = 1.1111,
  /// 1 + .2 · .8/.9 = 1.1778, 1, and 1 for the negative advantages.
  @Test func theMicroBatchByHand() throws {
    let batch = try Self.microBatch()
    let changes = EntropyChangeAsReleased.changes(batch, clip: ClipIndicatorAsReleased.indicator())
    let byHand = [0.0705831, 0, 0.1326413, 0, -0.0828655, 0]
    for (value, expected) in zip(changes, byHand) { #expect(abs(value - expected) <= 1e-7) }
    let factors = try AdvantageModulationAsReleased.mode6.factors(batch)
    for (value, expected) in zip(factors.compensation, [1.111111, 1.177778, 1, 1, 1, 1]) {
      #expect(abs(value - expected) <= 1e-6)
    }
    #expect(abs(factors.stabilisation[2] - 0.7510) <= 1e-4)
  }

  /// Numbers of an independent program, in double precision (NumPy 2.4).
  ///
  /// ```
  /// lp = np.log(np.array([[.5,.9,.25],[.6,.05,.5]])); H = np.array([[.7,.4,1.2],[.9,.3,5.]])
  /// A = np.array([[1.,1,1],[-.5,-.5,-.5]]); mask = np.array([[1,1,1],[1,1,0.]]); ratio = np.array([[1.,1.29,1.1],[.7,.9,1.]])
  /// I = ((A > 0) & (ratio <= 1 + .2*1.4)) | ((A < 0) & (ratio >= 1 - .2)); xi = I*ratio*A; w = np.exp(lp)*(lp + H)
  /// d = -xi*(w - (w*mask).sum(1, keepdims=True)/mask.sum(1, keepdims=True)); dH = np.abs(d)*mask
  /// x = dH/(dH.max() + 1e-8); f = lmin + (1 - lmin)/(1 + np.exp(g*(x - tau)))
  /// hv = H[mask > 0]; boost = np.where(A > 0, 1 + (mumax - 1)*(hv.max() - H)/(hv.max() - hv.min() + 1e-8), 1)
  /// ```
  ///
  /// for (lmin, mumax, g, tau) = (.6, 1.2, 50, .99) and (.6, 1.4, 50, .9). The tolerance 10⁻¹³ is that of two orders of the same dozen operations, the exponential's slope of 50 included.
  @Test func theMicroBatchAgreesWithAnIndependentProgram() throws {
    let batch = try Self.microBatch()
    let changes = EntropyChangeAsReleased.changes(batch, clip: ClipIndicatorAsReleased.indicator())
    expectAll(changes, [0.07058304206264303, 0, 0.13264134626890733, 0, -0.08286552886907367, 0])
    let mode6 = try AdvantageModulationAsReleased.mode6.factors(batch)
    expectAll(mode6.stabilisation, [0.9999999999543293, 1, 0.7510166218639771, 1, 0.9999999953182992, 1])
    expectAll(mode6.compensation, [1.1111111098765432, 1.1777777758024692, 1, 1, 1, 1])
    expectAll(
      mode6.product, [1.111111109825798, 1.1777777758024692, 0.7510166218639771, 1, 0.9999999953182992, 1])
    let mode5 = try AdvantageModulationAsReleased.mode5.factors(batch)
    expectAll(mode5.stabilisation, [0.9999999958888607, 1, 0.602677150393841, 1, 0.9999995785671696, 1])
    expectAll(mode5.compensation, [1.2222222197530863, 1.3555555516049382, 1, 1, 1, 1])
    expectAll(
      mode5.product, [1.2222222147283606, 1.3555555516049382, 0.602677150393841, 1, 0.9999995785671696, 1])
  }

  /// The 10⁻⁸ keep the released factor below 1.2 even at the smallest entropy: by hand 1 + .2 · .9/(.9 + 10⁻⁸).
  @Test func theReleasedCompensationStaysBelowItsLargest() throws {
    let range = try EntropyRange(lowest: 0.3, highest: 1.2)
    let factor = GradientCompensationAsReleased.mode6.factor(entropy: 0.3, advantage: 1, range: range)
    #expect(factor < 1.2 && isClose(factor, 1 + 0.2 * 0.9 / 0.90000001))
    #expect(GradientCompensation(strength: 0.2).factor(entropy: 0.3, advantage: 1, range: range) == 1.2)
  }

  private func expectAll(_ values: [Double], _ expected: [Double]) {
    #expect(values.count == expected.count)
    for (value, expected) in zip(values, expected) { #expect(abs(value - expected) <= 1e-13, "\(values)") }
  }
}
