/// From pairs to a decision.
extension VarianceOptimalLearnsFaster {
  /// How a pair stands to the claim.
  enum Outcome: Sendable, Hashable {
    case asClaimed, reversed
    /// Too close for a decision; the direction is that of the difference as computed.
    case withinMargin(Direction)

    /// The direction of a difference in steps.
    enum Direction: Sendable, Hashable {
      case asClaimed, reversed, none
    }

    /// How the pair stands to the opposite claim, that the higher variance needs fewer steps.
    var mirrored: Outcome {
      switch self {
      case .asClaimed: .reversed
      case .reversed: .asClaimed
      case .withinMargin(.asClaimed): .withinMargin(.reversed)
      case .withinMargin(.reversed): .withinMargin(.asClaimed)
      case .withinMargin(.none): self
      }
    }
  }

  /// The decision about one pair; nil if the variances are too close to say anything.
  ///
  /// Steps are infinite where the target is never reached; a rule that alone fails to reach it is the slower one.
  static func outcome(
    relativeVariance: Double, relativeSteps: Double, varianceMargin: Double, margin: Double
  ) -> Outcome? {
    guard abs(relativeVariance - 1) > varianceMargin else { return nil }
    let difference = relativeSteps - 1
    let agrees = (relativeVariance < 1) == (difference < 0)
    guard abs(difference) > margin else {
      return .withinMargin(difference == 0 ? .none : agrees ? .asClaimed : .reversed)
    }
    return agrees ? .asClaimed : .reversed
  }

  /// How many pairs came out how.
  struct Tally: Sendable {
    var asClaimed = 0
    var reversed = 0
    /// All within the margin.
    var withinMargin = 0
    /// Those of them whose difference has the sign that is claimed.
    var withinAsClaimed = 0
    /// Those of them whose difference has the other sign.
    var withinReversed = 0

    init(_ outcomes: [Outcome]) {
      for outcome in outcomes {
        switch outcome {
        case .asClaimed: asClaimed += 1
        case .reversed: reversed += 1
        case .withinMargin(let direction):
          withinMargin += 1
          if direction == .asClaimed { withinAsClaimed += 1 }
          if direction == .reversed { withinReversed += 1 }
        }
      }
    }

    var count: Int { asClaimed + reversed + withinMargin }

    /// Refuted by one reversal beyond the margin, supported if every pair is as claimed beyond it, else unsettled; without a pair nothing was asked.
    ///
    /// A difference within the margin is no evidence for either side. There is no sampling error here that a test could be about, so that what is unsettled has the p-value 1 both ways.
    var basis: Finding.Basis {
      if count == 0 { return .notTestable(reason: "no rule's variance differs enough from uniform's") }
      if reversed > 0 { return .exact(holds: false) }
      return asClaimed == count
        ? .exact(holds: true) : .statistical(support: 1, refute: 1, sufficientCount: nil)
    }

    var text: String {
      "of \(count) pairs \(asClaimed) as claimed, \(reversed) reversed, \(withinMargin) within the margin"
        + (withinMargin == 0
          ? ""
          : " (the mean field's difference, free of sampling error though not of its own, has the claimed sign in \(withinAsClaimed) of these and the other in \(withinReversed))")
    }
  }
}
