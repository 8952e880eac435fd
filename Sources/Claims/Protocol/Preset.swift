/// How much Monte Carlo a verification spends.
public enum Preset: String, Sendable, CaseIterable {
  /// Under a minute on two cores.
  case quick
  /// A few minutes.
  case standard
  /// As long as it takes.
  case thorough

  /// The preset's place in the lists of a specification.
  public var index: Int {
    switch self {
    case .quick: 0
    case .standard: 1
    case .thorough: 2
    }
  }
}
