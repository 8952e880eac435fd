/// The span of `shares` in percent, for a sentence: `2 to 29 %`; one number where both ends read the same.
func percentages(_ shares: [Double]) -> String {
  let ends = [shares.min(), shares.max()].map { short(100 * ($0 ?? .nan)) }
  return ends[0] == ends[1] ? "\(ends[0]) %" : ends.joined(separator: " to ") + " %"
}
