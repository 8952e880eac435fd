/// Fork tokens: only the tokens of highest entropy keep their update.
///
/// ```
/// keep_t = 1 if H_t ≥ q_{1−ρ}(H),   else 0
/// ```
///
/// q is the quantile over the valid tokens of the batch with linear interpolation, as `torch.quantile` has it: with n tokens the place (1 − ρ)(n − 1) in the sorted
/// entropies, between neighbours in proportion. All tokens that tie with the quantile are kept, so that more than a fraction ρ may be: a batch of equal entropies keeps
/// everything, and so does one in which more than 1 − ρ of the tokens are certain (H = 0), as confident models have. Tokens masked out stay in the denominator of the
/// loss or not according to the aggregation; this rule only says which.
///
/// The fraction and the threshold on the batch are `wang2025`'s; the quantile is that of the implementation in TRL (`top_entropy_quantile`). Selecting a fixed number
/// of tokens instead would have to break ties by place.
///
/// - Source: `wang2025`, section on policy gradients restricted to forking tokens.
public struct ForkTokensMask: Sendable, Hashable {
  /// ρ, the fraction of tokens that keep their update.
  public let fraction: Double

  /// A mask for the fraction ρ, .2 as published.
  ///
  /// - Precondition: ρ in [0, 1]; 0 keeps the tokens that tie for the largest entropy.
  public init(fraction: Double = 0.2) {
    precondition((0...1).contains(fraction), "fraction is \(fraction), it must lie in [0, 1]")
    self.fraction = fraction
  }

  /// The quantile of order 1 − ρ of the valid tokens' entropies, in nats; nil without valid tokens.
  public func threshold(_ batch: TokenBatch) -> Double? {
    var entropies = batch.validValues(batch.entropies)
    return entropies.withUnsafeMutableBufferPointer { threshold($0) }
  }

  /// The same of the entropies in a buffer, which it reorders; allocates nothing.
  public func threshold(_ entropies: UnsafeMutableBufferPointer<Double>) -> Double? {
    guard !entropies.isEmpty else { return nil }
    let place = (1 - fraction) * Double(entropies.count - 1)
    let rank = Int(place)
    OrderStatistic.select(rank, in: entropies)
    let lower = entropies[rank]
    let weight = place - Double(rank)
    guard weight > 0, rank + 1 < entropies.count else { return lower }
    var upper = entropies[rank + 1]
    for index in rank + 2..<max(entropies.count, rank + 2) { upper = min(upper, entropies[index]) }
    // The form that is exact at both ends, so that equal neighbours give their own value.
    return weight < 0.5 ? lower + weight * (upper - lower) : upper - (upper - lower) * (1 - weight)
  }

  /// Whether each token keeps its update; false for tokens that do not count.
  public func keep(_ batch: TokenBatch) -> [Bool] {
    guard let threshold = threshold(batch) else { return [Bool](repeating: false, count: batch.count) }
    return batch.entropies.indices.map { batch.counts($0) && batch.entropies[$0] >= threshold }
  }
}

extension TokenBatch {
  /// The entries of `values` that belong to valid tokens, in order.
  func validValues(_ values: [Double]) -> [Double] {
    guard let isValid else { return values }
    var result: [Double] = []
    result.reserveCapacity(values.count)
    for index in values.indices where isValid[index] { result.append(values[index]) }
    return result
  }
}
