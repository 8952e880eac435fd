import Interchange

/// One fold of the cross-fitting: what each allocation is chosen from, and the rollouts that judge it.
struct AuditFold: Sendable {
  /// Successes and samples that allocation rules see, by position in the list of prompts.
  var counts: [Counts]
  /// The rollouts whose scores a rule may see beside the counts; nil where the chooser has no scores.
  var chooser: RolloutSubset?
  /// The rollouts that judge.
  var judge: RolloutSubset

  /// Successes among samples.
  struct Counts: Sendable, Equatable {
    var successes: Int
    var samples: Int
  }
}

/// Who chooses and who judges.
///
/// The rollouts that chose an allocation never judge it, except for the oracle, which says so.
enum AuditChooser: String, Sendable {
  /// Independent screening rollouts choose, all rollouts of the log judge: one fold.
  case screening
  /// Each half of the log chooses once and judges once: two folds.
  case halves
  /// Counts from the screening, scores from one half, judged by the other half: two folds.
  case screeningAndHalf = "screening+half"
  /// The rollouts that judge have chosen: what no rule can do, a lower bound, not cross-fitted.
  case judge

  /// The folds over `prompts`.
  ///
  /// `screening` holds the screening counts in the same order, or nothing where there are none for some
  /// prompt.
  func folds(_ prompts: [PromptAccumulator], screening: [AuditFold.Counts]) -> [AuditFold] {
    func counts(_ subset: RolloutSubset) -> [AuditFold.Counts] {
      prompts.map { AuditFold.Counts(successes: $0[subset].successes, samples: $0[subset].samples) }
    }
    switch self {
    case .screening: return [AuditFold(counts: screening, chooser: nil, judge: .all)]
    case .halves:
      return [
        AuditFold(counts: counts(.even), chooser: .even, judge: .odd),
        AuditFold(counts: counts(.odd), chooser: .odd, judge: .even),
      ]
    case .screeningAndHalf:
      return [
        AuditFold(counts: screening, chooser: .even, judge: .odd),
        AuditFold(counts: screening, chooser: .odd, judge: .even),
      ]
    case .judge: return [AuditFold(counts: counts(.all), chooser: .all, judge: .all)]
    }
  }
}
