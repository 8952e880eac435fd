/// Counts the lines of the files of one call and keeps the first few that are damaged.
public struct DamageLog: Sendable, Equatable {
  /// How many damaged lines are kept with their reason.
  public static let keptCount = 5
  /// Lines that are not blank, headers included.
  public private(set) var lines = 0
  /// Damaged lines among them.
  public private(set) var damaged = 0
  /// Lines that are sound and hold no fresh rollout: a response of a former step, or one that went on from a part of one.
  public private(set) var passedOver = 0
  /// The first damaged lines.
  public private(set) var first: [InterchangeError] = []

  /// An empty log.
  public init() {}

  mutating func countLine() { lines += 1 }

  mutating func countPassedOver() { passedOver += 1 }

  mutating func note(_ error: InterchangeError) {
    damaged += 1
    if first.count < Self.keptCount { first.append(error) }
  }

  /// Throws where the share of damaged lines exceeds `allowedShare`.
  public func check(allowedShare: Double) throws(InterchangeError) {
    guard damaged > 0, Double(damaged) > allowedShare * Double(lines) else { return }
    throw .tooManyDamaged(
      damaged: damaged, lines: lines, share: allowedShare,
      first: first.map(\.description).joined(separator: "\n  "))
  }
}
