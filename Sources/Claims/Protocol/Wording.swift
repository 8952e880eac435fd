import Foundation

/// A number with `digits` significant digits, for sentences; tables carry all digits.
func short(_ value: Double, digits: Int = 3) -> String { String(format: "%.\(digits)g", value) }

/// A list for a sentence: the first `limit` entries and how many more there are.
///
/// "none" for an empty one. The sub-verdicts carry all of them; entries may hold commas, hence the semicolons.
func listing(_ entries: [String], limit: Int = 8) -> String {
  guard !entries.isEmpty else { return "none" }
  let shown = entries.prefix(limit).joined(separator: "; ")
  return entries.count > limit ? "\(shown) and \(entries.count - limit) more" : shown
}
