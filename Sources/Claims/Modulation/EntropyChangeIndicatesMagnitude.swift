import Foundation
import Modulation
import Statistics

/// |ΔH| is an indicator of the size of the update.
public struct EntropyChangeIndicatesMagnitude: Claim {
  /// What is claimed and how it is examined.
  public let specification: ClaimSpecification

  /// The claim with its registered specification, or with another one for tests.
  public init(specification: ClaimSpecification = Self.registered) { self.specification = specification }

  /// Concordance of |ΔH| and of 1 − π_a with both measures of size, the largest |ΔH| per unit of size, and small inversions.
  public func examine(_ examination: Examination) throws -> Evidence {
    var evidence = Evidence(control: Finding(basis: .exact(holds: true)))
    for (column, population) in NextTokenPopulation.all.enumerated() {
      for (row, coefficient) in Coefficient.allCases.enumerated() {
        let means = try concordances(
          examination, designPoint: 100 + 20 * row + column, population: population,
          coefficient: coefficient)
        let design = "\(population.name), \(coefficient.rawValue)"
        for (question, mean) in zip(Question.all, means) {
          if question.indicator == .entropyChange {
            evidence.findings.append(
              mean.findingGreater(estimator: question.size.rawValue, population: design))
          }
          evidence.estimates.append(
            EstimateRow(
              design: design, method: question.indicator.rawValue, stat: question.size.stat,
              estimate: mean.estimate, interval: mean.interval))
        }
      }
    }
    addCounterexamples(&evidence)
    try addSearch(&evidence, examination)
    try addMonteCarlo(&evidence, examination)
    try addPoints(&evidence, examination)
    try addControl(&evidence, examination)
    explain(&evidence)
    return evidence
  }

  /// How the coefficients ξ of two tokens compare.
  enum Coefficient: String, Sendable, CaseIterable {
    case same = "equal |ξ|"
    case random = "|ξ| half-normal"

    func draw(_ stream: inout RandomStream) -> Double { self == .same ? 1 : abs(stream.normal()) }
  }

  /// What indicates.
  enum Indicator: String, Sendable, CaseIterable {
    case entropyChange = "|ΔH|"
    /// |ξ|(1 − π_a): ξ is as free as π_a, and |ΔH| contains it too.
    case missingProbability = "1 − π_a"
    /// One measure of size asked about the other.
    case norm = "‖Δz‖"

    /// What stands for size without being one.
    static let signals: [Indicator] = [.entropyChange, .missingProbability]
  }

  /// What size is.
  enum Size: String, Sendable, CaseIterable {
    case norm = "‖Δz‖"
    case divergence = "KL(π‖π')"

    var stat: String { self == .norm ? "concordance_with_norm" : "concordance_with_kl" }
  }

  /// An indicator asked about a size.
  struct Question: Sendable {
    var indicator: Indicator
    var size: Size
    static let all =
      Indicator.signals.flatMap { indicator in
        Size.allCases.map { Question(indicator: indicator, size: $0) }
      } + [Question(indicator: .norm, size: .divergence)]
  }

  /// One token's update: what indicates it and how large it is.
  struct Update: Sendable {
    var entropyChange: Double
    var missingProbability: Double
    var norm: Double
    var divergence: Double

    init(_ distribution: NextTokenDistribution, token: Int, coefficient: Double, step: Double) {
      let size = abs(coefficient)
      entropyChange = abs(
        EntropyChange.firstOrder(distribution, action: token, coefficient: coefficient))
      // The others' sum is exact where 1 − π_a would cancel.
      var others = 0.0
      for (index, p) in distribution.probabilities.enumerated() where index != token { others += p }
      missingProbability = size * others
      norm = size * ScoreNorm.squared(distribution, action: token).squareRoot()
      divergence = Self.divergence(
        distribution, token: token, others: others, scale: step * coefficient)
    }

    /// KL(π‖π') after Δz = `scale` (e_a − π): `log E[e^u]` with u = Δz − E Δz, whose mean is 0.
    ///
    /// `E[e^u] − 1 = E[e^u − 1 − u]`, terms of second order and not negative: nothing cancels, however small the step.
    static func divergence(_ distribution: NextTokenDistribution, token: Int, others: Double, scale: Double)
      -> Double
    {
      // E_π v = π_a(1 − π_a) − Σ_{b≠a} π_b², which π_a − Σπ² would lose for a confident token.
      var mean = distribution.probabilities[token] * others
      for (index, p) in distribution.probabilities.enumerated() where index != token { mean -= p * p }
      var excess = 0.0
      for (index, p) in distribution.probabilities.enumerated() {
        let v = index == token ? others : -p
        excess += p * expm1Excess(scale * (v - mean))
      }
      return log1p(excess)
    }

    /// e^u − 1 − u; by its series near 0, where the subtraction would lose its digits.
    static func expm1Excess(_ u: Double) -> Double {
      guard abs(u) < 0.05 else { return expm1(u) - u }
      // The next term is u⁸/40320, below 10⁻¹² of u²/2.
      return u * u / 2
        * (1 + u / 3 * (1 + u / 4 * (1 + u / 5 * (1 + u / 6 * (1 + u / 7)))))
    }

    func value(_ indicator: Indicator) -> Double {
      switch indicator {
      case .entropyChange: entropyChange
      case .missingProbability: missingProbability
      case .norm: norm
      }
    }

    func value(_ size: Size) -> Double { size == .norm ? norm : divergence }
  }

  /// A token of a random state, drawn on-policy.
  func draw(
    _ population: NextTokenPopulation, _ coefficient: Coefficient, _ step: Double,
    _ stream: inout RandomStream
  ) -> Update {
    let distribution = population.draw(&stream)
    let token = distribution.drawToken(&stream)
    return Update(distribution, token: token, coefficient: coefficient.draw(&stream), step: step)
  }

  private func concordances(
    _ examination: Examination, designPoint: Int, population: NextTokenPopulation,
    coefficient: Coefficient
  ) throws -> [SequentialMean] {
    let step = specification.value("step")
    return try SequentialMeans.run(
      examination, designPoint: designPoint,
      variables: Question.all.map { _ in .init(range: 0...1, boundary: specification.margin) },
      maximumCount: specification.count("pairs", for: examination.preset)
    ) { stream in
      let first = draw(population, coefficient, step, &stream)
      let second = draw(population, coefficient, step, &stream)
      return Question.all.map { question in
        Concordance.indicator(
          first.value(question.indicator), second.value(question.indicator), first.value(question.size),
          second.value(question.size))
      }
    }
  }

  /// The sign flipped.
  private func addControl(_ evidence: inout Evidence, _ examination: Examination) throws {
    let population = NextTokenPopulation.named("normal-logits")
    let step = specification.value("step")
    let control = try SequentialMean.run(
      examination, designPoint: 900, range: 0...1, boundary: specification.margin,
      maximumCount: specification.count("pairs", for: examination.preset)
    ) { stream in
      let first = draw(population, .same, step, &stream)
      let second = draw(population, .same, step, &stream)
      return Concordance.indicator(
        -first.entropyChange, -second.entropyChange, first.norm, second.norm)
    }
    evidence.control = control.findingGreater(
      estimator: Size.norm.rawValue, population: "\(population.name), \(Coefficient.same.rawValue)")
  }

  private func explain(_ evidence: inout Evidence) {
    func extremes(_ indicator: Indicator) -> String {
      let rows = evidence.estimates.filter {
        $0.method == indicator.rawValue && $0.stat.hasPrefix("concordance_with") && $0.exact == nil
      }.sorted { $0.estimate < $1.estimate }
      guard let low = rows.first, let high = rows.last else { return "?" }
      return
        "between \(short(low.estimate)) (\(low.stat == Size.norm.stat ? "norm" : "KL"), \(low.design)) and \(short(high.estimate)) (\(high.stat == Size.norm.stat ? "norm" : "KL"), \(high.design))"
    }
    let slopes = evidence.estimates.filter { $0.stat == "largest_change_over_norm" }
    evidence.condition =
      "one way only: |ΔH| ≤ √(Σπ²Λ²)·‖Δz‖, so that a large |ΔH| implies a large step, while |ΔH| = 0 is possible for steps of any size (Λ = 0 under the uniform policy; π_aΛ_a = Σπ²Λ elsewhere); concordance above \(specification.margin) is settled for {supported}"
    evidence.explanation =
      "Two tokens are ordered alike by |ΔH| and by the size of their update with a probability \(extremes(.entropyChange)); the free 1 − π_a has \(extremes(.missingProbability)). "
      + "The two measures of size themselves agree \(extremes(.norm)): a rarer token moves its logits farther and the distribution, by half of Var_π(e_a − π), less. "
      + "Per unit of ‖Δz‖ the largest |ΔH| that a search found is "
      + slopes.map { "\(short($0.estimate)) (\($0.design))" }.joined(separator: ", ")
      + "; the smallest is 0."
  }
}
