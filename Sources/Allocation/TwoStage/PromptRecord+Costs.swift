extension Array where Element == PromptRecord {
  /// c, the tokens that one rollout of each prompt is expected to take: the mean length of its responses so far, at least 1; that of the others where none was drawn.
  var costs: [Double] {
    let known = compactMap(\.meanLength).filter { $0 > 0 && $0.isFinite }
    let mean = known.isEmpty ? 1 : Swift.max(1, known.reduce(0, +) / Double(known.count))
    return map { record in
      guard let length = record.meanLength, length.isFinite else { return mean }
      return Swift.max(1, length)
    }
  }
}
