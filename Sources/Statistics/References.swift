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
  Reference(
    key: "greensmith2004", authors: "Greensmith, Bartlett, Baxter", year: 2004,
    title: "Variance reduction techniques for gradient estimates in reinforcement learning", locator: "JMLR 5:1471-1530"),
  Reference(
    key: "hao2025", authors: "Hao, Dong, Wu et al.", year: 2025,
    title: "On-policy RL with optimal reward baseline", locator: "arXiv:2505.23585"),
  Reference(
    key: "hu2025", authors: "Hu, Liu, Xu, Shen", year: 2025,
    title: "REINFORCE++: stabilizing critic-free policy optimization with global advantage normalization", locator: "arXiv:2501.03262"),
  Reference(
    key: "kool2019", authors: "Kool, van Hoof, Welling", year: 2019,
    title: "Buy 4 REINFORCE samples, get a baseline for free!", locator: "ICLR 2019 DeepRLStructPred workshop"),
  Reference(
    key: "liu2025", authors: "Liu, Chen, Li et al.", year: 2025,
    title: "Understanding R1-Zero-like training: a critical perspective", locator: "arXiv:2503.20783"),
  Reference(
    key: "schulman2017", authors: "Schulman, Wolski, Dhariwal et al.", year: 2017,
    title: "Proximal policy optimization algorithms", locator: "arXiv:1707.06347"),
  Reference(
    key: "shao2024", authors: "Shao, Wang, Zhu et al.", year: 2024,
    title: "DeepSeekMath: pushing the limits of mathematical reasoning in open language models", locator: "arXiv:2402.03300"),
  Reference(
    key: "williams1992", authors: "Williams", year: 1992,
    title: "Simple statistical gradient-following algorithms for connectionist reinforcement learning", locator: "Machine Learning 8:229-256"),
  Reference(
    key: "ye2020", authors: "Ye, Liu, Sun et al.", year: 2020,
    title: "Mastering complex control in MOBA games with deep reinforcement learning", locator: "AAAI 2020, arXiv:1912.09729"),
]
