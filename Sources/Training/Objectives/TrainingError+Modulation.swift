import Modulation

extension TrainingError {
  /// What a token-level rule refused, in the words of this type.
  init(_ error: ModulationError) {
    switch error {
    case .wrongCount(let name, let count, let expected):
      self = .invalid(name: "the number of \(name)", value: "\(count)", allowed: "be \(expected)")
    case .outOfRange(let name, let index, let value, let allowed):
      self = .invalid(name: "\(name)[\(index)]", value: "\(value)", allowed: allowed)
    case .unnormalised(let sum, let tolerance):
      self = .invalid(
        name: "the sum of the probabilities", value: "\(sum)", allowed: "be 1 within \(tolerance)")
    case .invertedRange(let lowest, let highest):
      self = .invalid(name: "the smallest entropy", value: "\(lowest)", allowed: "be at most \(highest)")
    case .missing(let name, let rule):
      self = .invalid(name: "'\(name)'", value: "missing", allowed: "be given for \(rule)")
    }
  }
}
