import Foundation
import Modulation
import Statistics

/// The released approximation of ΔH agrees with the exact one in sign and rank.
public struct ReleasedEntropyChangeAgrees: Claim {
  /// What is claimed and how it is examined.
  public let specification: ClaimSpecification

  /// The claim with its registered specification, or with another one for tests.
  public init(specification: ClaimSpecification = Self.registered) { self.specification = specification }

  /// Agreement in sign, in rank and in the largest token, by population, response length and kind of advantage.
  public func examine(_ examination: Examination) throws -> Evidence {
    var evidence = Evidence(control: Finding(basis: .exact(holds: true)))
    for (row, setting) in settings.enumerated() {
      for (column, population) in NextTokenPopulation.all.enumerated() {
        let means = try agreement(
          examination, designPoint: 100 + 20 * row + column, population: population, setting: setting)
        for (measure, mean) in zip(Measure.allCases, means) {
          let design = "\(population.name) \(setting.name)"
          evidence.findings.append(mean.findingGreater(estimator: measure.rawValue, population: design))
          evidence.estimates.append(
            EstimateRow(
              design: design, method: "as released", stat: measure.stat, estimate: mean.estimate,
              interval: mean.interval))
        }
      }
    }
    try addExact(&evidence, examination)
    addCounterexamples(&evidence)
    try addMonteCarlo(&evidence, examination)
    evidence.pointTables = [try scatter(examination)]
    try addControl(&evidence, examination)
    explain(&evidence)
    return evidence
  }

  /// What may agree.
  enum Measure: String, Sendable, CaseIterable {
    case sign = "sign of a token"
    case rank = "rank of two tokens"
    case largest = "largest token of the micro-batch"

    var stat: String {
      switch self {
      case .sign: "sign_agreement"
      case .rank: "rank_concordance"
      case .largest: "same_largest"
      }
    }
  }

  /// How long responses are and where advantages come from.
  struct Setting: Sendable {
    /// Tokens a response.
    var length: Int
    /// Whether advantages are those of a deviation-normalised group, rather than ±1.
    var isNormalised = false
    /// Responses in the micro-batch.
    var responses: Int

    var name: String { "T=\(length)" + (isNormalised ? " normalised" : "") }
  }

  /// Every length with ±1, and one with normalised advantages.
  var settings: [Setting] {
    let responses = Int(specification.value("responses"))
    return specification.integers("lengths").map { Setting(length: $0, responses: responses) }
      + specification.integers("normalised_length").map {
        Setting(length: $0, isNormalised: true, responses: responses)
      }
  }

  /// A micro-batch with both entropy changes of every token.
  struct MicroBatch {
    var exact: [Double]
    var released: [Double]
    var sequences: [Int]

    init(_ population: NextTokenPopulation, _ setting: Setting, _ stream: inout RandomStream) {
      let count = setting.responses * setting.length
      var logProbabilities: [Double] = []
      var entropies: [Double] = []
      var brackets: [Double] = []
      var advantages: [Double] = []
      var sequences: [Int] = []
      for response in 0..<setting.responses {
        let advantage = setting.isNormalised ? 0 : (stream.uniform() < 0.5 ? -1.0 : 1.0)
        for _ in 0..<setting.length {
          let distribution = population.draw(&stream)
          let token = distribution.drawToken(&stream)
          logProbabilities.append(log(distribution.probabilities[token]))
          entropies.append(distribution.entropy)
          brackets.append(EntropyChange.firstOrder(distribution, action: token, coefficient: 1))
          advantages.append(advantage)
          sequences.append(response)
        }
      }
      if setting.isNormalised {
        // k successes, 1 ≤ k < n: (1 − p)/√(p(1−p)) for a success, −p/√(p(1−p)) for a failure.
        let successes = 1 + stream.index(below: setting.responses - 1)
        let p = Double(successes) / Double(setting.responses)
        let deviation = (p * (1 - p)).squareRoot()
        for index in 0..<count {
          advantages[index] = ((sequences[index] < successes ? 1 : 0) - p) / deviation
        }
      }
      exact = zip(brackets, advantages).map { $0 * $1 }
      self.sequences = sequences
      do throws(ModulationError) {
        let batch = try TokenBatch(
          logProbabilities: logProbabilities.map { min($0, 0) }, entropies: entropies,
          advantages: advantages, sequences: sequences)
        released = EntropyChangeAsReleased.changes(batch)
      } catch {
        preconditionFailure("tokens drawn from distributions are no batch: \(error)")
      }
    }

    /// The share of tokens with equal signs; a zero counts one half.
    var signAgreement: Double {
      zip(exact, released).reduce(0) { sum, pair in
        pair.0 == 0 || pair.1 == 0 ? sum + 0.5 : sum + ((pair.0 > 0) == (pair.1 > 0) ? 1 : 0)
      } / Double(exact.count)
    }

    /// The concordance of magnitudes, a mean over the pairs (t, t + N/2): each token in one pair, tokens of different responses.
    var rankConcordance: Double {
      let half = exact.count / 2
      return (0..<half).reduce(0) { sum, index in
        sum
          + Concordance.indicator(
            abs(released[index]), abs(released[index + half]), abs(exact[index]), abs(exact[index + half]))
      } / Double(half)
    }

    /// 1 if both have their largest magnitude at the same token, the first of equals.
    var sameLargest: Double { Self.largest(exact) == Self.largest(released) ? 1 : 0 }

    static func largest(_ values: [Double]) -> Int? {
      values.indices.max { abs(values[$0]) < abs(values[$1]) }
    }
  }

  private func agreement(
    _ examination: Examination, designPoint: Int, population: NextTokenPopulation, setting: Setting
  ) throws -> [SequentialMean] {
    try SequentialMeans.run(
      examination, designPoint: designPoint,
      variables: Measure.allCases.map { _ in .init(range: 0...1, boundary: specification.margin) },
      maximumCount: specification.count("batches", for: examination.preset)
    ) { stream in
      let batch = MicroBatch(population, setting, &stream)
      return [batch.signAgreement, batch.rankConcordance, batch.sameLargest]
    }
  }

  /// The sign flipped.
  private func addControl(_ evidence: inout Evidence, _ examination: Examination) throws {
    let population = NextTokenPopulation.named("forking")
    let setting = Setting(
      length: specification.integers("lengths").last ?? 1, responses: Int(specification.value("responses")))
    let control = try SequentialMean.run(
      examination, designPoint: 900, range: 0...1, boundary: specification.margin,
      maximumCount: specification.count("batches", for: examination.preset), firstBatch: 64
    ) { stream in
      var batch = MicroBatch(population, setting, &stream)
      batch.released = batch.released.map { -$0 }
      return batch.signAgreement
    }
    evidence.control = control.findingGreater(
      estimator: Measure.sign.rawValue, population: "\(population.name) \(setting.name)")
  }

  /// Both changes of the tokens of a few micro-batches, for the plot.
  private func scatter(_ examination: Examination) throws -> PointTable {
    let setting = Setting(
      length: Int(specification.value("plot_length")), responses: Int(specification.value("responses")))
    var table = PointTable(
      name: "scatter", columns: ["population", "entropy_change", "released_entropy_change"])
    let count = specification.count("plot_batches", for: examination.preset)
    for (column, population) in NextTokenPopulation.all.enumerated() {
      let key = examination.key(designPoint: 700 + column)
      let batches = try examination.map(count) { index in
        var stream = RandomStream(key.replicate(index))
        return MicroBatch(population, setting, &stream)
      }
      for batch in batches {
        table.rows += zip(batch.exact, batch.released).map {
          [.text(population.name), .number($0), .number($1)]
        }
      }
    }
    return table
  }

  private func explain(_ evidence: inout Evidence) {
    func extremes(_ stat: String) -> String {
      let rows = evidence.estimates.filter { $0.stat == stat && $0.exact == nil }.sorted {
        $0.estimate < $1.estimate
      }
      guard let low = rows.first, let high = rows.last else { return "?" }
      return
        "between \(short(low.estimate)) (\(low.design)) and \(short(high.estimate)) (\(high.design))"
    }
    evidence.condition =
      "the mean of π_tΛ_t over the response lies on the same side of π_aΛ_a as the state's own Σπ²Λ; agreement above \(specification.margin): settled as holding: {supported}; settled as failing: {refuted}; open: {unsettled}"
    evidence.explanation =
      "The signs agree for a share of tokens \(extremes("sign_agreement")), two tokens are ordered alike with a probability \(extremes("rank_concordance")), and the largest |ΔH| of the micro-batch is the same token with a probability \(extremes("same_largest")). "
      + "A response of one token always gets 0, and on-policy the released changes of a response add up to 0 whatever the policy: a response whose exact changes share a sign has at least one wrong one."
  }
}
