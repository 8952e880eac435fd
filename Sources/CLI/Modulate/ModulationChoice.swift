import Interchange
import Modulation

/// What the options of `allot modulate` come to.
struct ModulationChoice {
  var mode: ModulationMode
  var constants: ModulationConstants
  var coincidence: GradientCompensation.Coincidence
  var compensationScope: ScopeOption
  var stabilisationScope: ModulationScope
  var clip: ClipIndicator

  /// The rules, the compensation left out where its range is the vocabulary's, which is a token's own.
  private var modulation: AdvantageModulation {
    let decay = UpdateStabilisation(
      floor: constants.floor, steepness: constants.steepness, centre: constants.centre)
    var rules = AdvantageModulation(
      compensation: nil, stabilisation: nil, stabilisationScope: stabilisationScope,
      entropySource: constants.entropySource.source, clip: clip)
    switch mode {
    case .none: break
    case .published:
      rules.compensation = .published(compensation)
      rules.stabilisation = .published(decay)
    case .released5, .released6:
      rules.compensation = .asReleased(compensationAsReleased)
      rules.stabilisation = .asReleased(UpdateStabilisationAsReleased(decay))
    }
    if let scope = compensationScope.scope {
      rules.compensationScope = scope
    } else {
      rules.compensation = nil
    }
    return rules
  }

  private var compensation: GradientCompensation {
    GradientCompensation(strength: constants.alpha, coincidence: coincidence)
  }

  private var compensationAsReleased: GradientCompensationAsReleased {
    GradientCompensationAsReleased(largest: 1 + constants.alpha)
  }

  /// The modulated tokens of one micro-batch; errors carry the line.
  func result(of table: TokenTable, file: String) throws(InterchangeError) -> ModulatedTokens {
    do throws(ModulationError) {
      try checkGroups(table)
      let batch = try table.batch()
      let released = EntropyChangeAsReleased.changes(batch, clip: clip)
      let exact = exactChanges(table)
      if mode != .none, constants.entropySource == .exact { try requireExact(exact) }
      var factors = try modulation.factors(batch, exactEntropyChanges: exact.map { $0 ?? 0 })
      if mode != .none, compensationScope == .vocabulary {
        for (index, token) in table.tokens.enumerated() {
          guard let vocabulary = token.vocabulary else {
            throw .missing(
              name: "probabilities", neededBy: "the compensation's scope 'vocabulary' without --vocabulary")
          }
          guard token.isValid else { continue }
          let range = EntropyRange(vocabulary: vocabulary)
          factors.compensation[index] =
            mode == .published
            ? compensation.factor(entropy: token.entropy, advantage: token.advantage, range: range)
            : compensationAsReleased.factor(entropy: token.entropy, advantage: token.advantage, range: range)
          factors.product[index] = factors.compensation[index] * factors.stabilisation[index]
        }
      }
      return ModulatedTokens(factors: factors, exactChanges: exact, releasedChanges: released)
    } catch {
      throw .damaged(
        file: file, line: line(of: error, in: table), field: field(of: error), reason: reason(of: error))
    }
  }

  /// The exact first-order changes; nil for a token without its vocabulary, 0 for one that does not count.
  private func exactChanges(_ table: TokenTable) -> [Double?] {
    table.tokens.map { token in
      token.deviation.map { deviation in
        guard token.isValid else { return 0 }
        let coefficient = clip.coefficient(ratio: token.ratio, advantage: token.advantage)
        return EntropyChange.firstOrder(
          weightedDeviation: deviation, expectation: 0, coefficient: coefficient)
      }
    }
  }

  /// Positions are taken apart by prompt where the prompts are known: then they must be known of every token.
  private func checkGroups(_ table: TokenTable) throws(ModulationError) {
    guard compensationScope == .position || stabilisationScope == .position,
      table.groups.contains(-1), table.groups.contains(where: { $0 >= 0 })
    else { return }
    throw .missing(name: "group", neededBy: "the scope 'position' beside tokens that have one")
  }

  private func requireExact(_ changes: [Double?]) throws(ModulationError) {
    if changes.contains(where: { $0 == nil }) {
      throw .missing(
        name: "probabilities", neededBy: "the exact entropy change (--entropy-source released does without)")
    }
  }

  /// The first line that lacks what the error names.
  private func line(of error: ModulationError, in table: TokenTable) -> Int {
    var index: Int?
    switch error {
    case .missing("group", _): index = table.groups.firstIndex(of: -1)
    case .missing("state", _): index = table.states.firstIndex(of: -1)
    case .missing("probabilities", _):
      index =
        table.tokens.firstIndex {
          constants.entropySource == .exact ? $0.deviation == nil : $0.vocabulary == nil
        } ?? table.tokens.firstIndex { $0.vocabulary == nil }
    case .outOfRange(_, let place, _, _): index = place
    default: break
    }
    return index.map(table.lineNumber(ofToken:)) ?? table.lines.first?.number ?? 1
  }

  private func field(of error: ModulationError) -> String? {
    switch error {
    case .missing(let name, _): name
    // A change is ξ times numbers of order one: only the advantage or its ratio can be so large.
    case .outOfRange("entropyChanges", _, _, _): "advantage"
    default: nil
    }
  }

  private func reason(of error: ModulationError) -> String {
    if case .outOfRange("entropyChanges", _, _, _) = error {
      return "a token's entropy change is beyond double precision"
    }
    return error.description
  }
}

/// What modulation makes of the tokens of a micro-batch.
struct ModulatedTokens {
  var factors: AdvantageModulation.Factors
  /// nil where the vocabulary's probabilities are not given.
  var exactChanges: [Double?]
  var releasedChanges: [Double]
}
