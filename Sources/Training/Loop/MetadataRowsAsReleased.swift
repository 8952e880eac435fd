/// The rows of metadata as the released code pairs them with responses.
///
/// Deviation from `MetadataRows`: two errors of the release, each a switch.
///
/// - Source: `dynamoRelease2026`, recipe/dynamo/dynamo_ray_trainer.py, lines 387–427 and 536–632.
public enum MetadataRowsAsReleased {
  /// Every prompt's row repeated the same number of times, whatever its n_i, and joined to the responses by position.
  ///
  /// As soon as the counts differ, responses are judged against other prompts' ground truth and grouped with other prompts' responses.
  ///
  /// - Precondition: as many responses as rows, Σ n_i = m·n.
  public static func misaligned(counts: [Int]) -> [Int] {
    let total = counts.reduce(0, +)
    precondition(
      !counts.isEmpty && total % counts.count == 0,
      "\(total) responses do not divide among \(counts.count) prompts")
    let each = total / counts.count
    return MetadataRows.aligned(counts: Array(repeating: each, count: counts.count))
  }

  /// The response whose success the statistics credit to each response's row: the order after load balancing over two ranks against the order before it.
  ///
  /// Balancing deals the responses to two ranks of equal size by length, the longest first to the rank with fewer tokens so far, and lays the ranks end to end, each in the old order. Row r's prompt is then read from the
  /// new order and its success from the old one. The release partitions by another heuristic; any partition but the identity has this effect. One rank changes nothing.
  public static func scrambled(lengths: [Int]) -> [Int] {
    let capacity = (lengths.count + 1) / 2
    var rank = Array(repeating: 0, count: lengths.count)
    var tokens = [0, 0]
    var sizes = [0, 0]
    for index in lengths.indices.sorted(by: { (-lengths[$0], $0) < (-lengths[$1], $1) }) {
      var chosen = tokens[0] <= tokens[1] ? 0 : 1
      if sizes[chosen] == capacity { chosen = 1 - chosen }
      rank[index] = chosen
      tokens[chosen] += lengths[index]
      sizes[chosen] += 1
    }
    return lengths.indices.filter { rank[$0] == 0 } + lengths.indices.filter { rank[$0] == 1 }
  }
}
