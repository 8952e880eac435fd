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

/// Every work cited by a `Source:` line, in alphabetical order of key; a test fails on an unknown and on an unused key.
public let references: [Reference] = [
  Reference(
    key: "dynamo2026", authors: "DynaMO authors", year: 2026,
    title: "DynaMO: rollout allocation and advantage modulation for RLVR", locator: "arXiv:2602.19208"),
  Reference(
    key: "holm1979", authors: "Holm", year: 1979,
    title: "A simple sequentially rejective multiple test procedure", locator: "Scand. J. Statist. 6:65-70"),
  Reference(
    key: "morris2019", authors: "Morris, White, Crowther", year: 2019,
    title: "Using simulation studies to evaluate statistical methods", locator: "Stat. Med. 38:2074-2102"),
  Reference(
    key: "neyman1934", authors: "Neyman", year: 1934,
    title: "On the two different aspects of the representative method", locator: "JRSS 97:558-625"),
  Reference(
    key: "salmon2011", authors: "Salmon, Moraes, Dror, Shaw", year: 2011,
    title: "Parallel random numbers: as easy as 1, 2, 3", locator: "SC11, doi:10.1145/2063384.2063405"),
]
