/// How often a group of G rollouts would carry no signal.
enum DeadGroups {
  /// The group sizes that are looked at.
  static let sizes = [2, 4, 8, 16, 32, 64]

  /// The shares of dead groups of one size.
  struct Share: Sendable, Equatable {
    /// G.
    var group: Int
    /// The prompts with at least G rollouts, over which the shares are means.
    var prompts: Int
    /// The share of groups of failures alone.
    var allFailures: Double
    /// The share of groups of successes alone.
    var allSuccesses: Double

    /// The share of groups without any signal.
    var share: Double { allFailures + allSuccesses }
  }

  /// The probability that `group` rollouts drawn without replacement from `samples`, of which `hits` are hits, are all hits.
  ///
  ///     C(k, G)/C(n, G) = Π_{j<G} (k − j)/(n − j)
  ///
  /// It is the unbiased estimate of p^G from k successes in n trials (the mean over all groups of G that can be formed); the plug-in
  /// (k/n)^G is biased up. The product needs no binomial coefficient and cannot overflow.
  ///
  /// - Precondition: `0 < group <= samples`, `0 <= hits <= samples`.
  static func probabilityOfAllHits(group: Int, hits: Int, samples: Int) -> Double {
    precondition(0 < group && group <= samples, "group is \(group), it must lie in 1...\(samples)")
    precondition((0...samples).contains(hits), "hits is \(hits), it must lie in 0...\(samples)")
    guard hits >= group else { return 0 }
    var product = 1.0
    for j in 0..<group { product *= Double(hits - j) / Double(samples - j) }
    return product
  }

  /// The shares for every size that some prompt has rollouts enough for; prompts weigh the same.
  static func shares(_ prompts: [PromptAccumulator]) -> [Share] {
    sizes.compactMap { group in
      var share = Share(group: group, prompts: 0, allFailures: 0, allSuccesses: 0)
      for prompt in prompts {
        let counts = prompt[.all]
        guard counts.samples >= group else { continue }
        share.prompts += 1
        share.allSuccesses += probabilityOfAllHits(
          group: group, hits: counts.successes, samples: counts.samples)
        share.allFailures += probabilityOfAllHits(
          group: group, hits: counts.samples - counts.successes, samples: counts.samples)
      }
      guard share.prompts > 0 else { return nil }
      share.allSuccesses /= Double(share.prompts)
      share.allFailures /= Double(share.prompts)
      return share
    }
  }
}
