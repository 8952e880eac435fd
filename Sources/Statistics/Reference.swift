/// A work that the project's formulas, claims and conventions come from.
public struct Reference: Sendable, Hashable {
  /// The key that `Source:` lines and printed claims use.
  public let key: String
  /// The authors, shortened after the third.
  public let authors: String
  /// The year of publication.
  public let year: Int
  /// The title.
  public let title: String
  /// Where it stands: arXiv number, journal and pages, or repository and path.
  public let locator: String
}
