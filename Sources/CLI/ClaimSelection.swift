import Claims
import Reporting
import Training

/// Which claims a command is about.
enum ClaimSelection {
  /// The claims of `all` named by `ids`, in the register's order and once each; all of them for no names.
  ///
  /// Unknown names are noted in `errors` with the nearest known ones.
  static func select(_ ids: [String], from all: [any Claim], _ errors: inout OptionErrors) -> [any Claim] {
    guard !ids.isEmpty else { return all }
    let known = all.map(\.specification.id)
    for id in ids { errors.require(known.contains(id), unknown(id, known: known)) }
    return all.filter { ids.contains($0.specification.id) }
  }

  /// The message for an unknown claim.
  static func unknown(_ id: String, known: [String]) -> String {
    if id == DynamoTrainsBetter.id {
      return "The claim '\(id)' is examined by `\(DynamoTrainsBetter.examinedBy)`, not by simulation."
    }
    let nearest = nearest(to: id, among: known)
    let hint = nearest.isEmpty ? "" : " The nearest are \(nearest.map { "'\($0)'" }.joined(separator: ", "))."
    return "There is no claim '\(id)'.\(hint) `allot claims` lists all."
  }

  /// The three names of `known` nearest to `id`: those that contain it first, then by edit distance.
  static func nearest(to id: String, among known: [String]) -> [String] {
    let ranked = known.enumerated().map { index, name in
      (
        rank: name.contains(id) ? 0 : distance(Array(id.prefix(200).utf8), Array(name.utf8)), index: index,
        name: name
      )
    }
    return ranked.sorted { ($0.rank, $0.index) < ($1.rank, $1.index) }.prefix(3).map(\.name)
  }

  /// The number of insertions, deletions and substitutions between two words.
  private static func distance(_ a: [UInt8], _ b: [UInt8]) -> Int {
    var row = Array(0...b.count)
    for (i, letter) in a.enumerated() {
      var diagonal = row[0]
      row[0] = i + 1
      for (j, other) in b.enumerated() {
        let substitution = diagonal + (letter == other ? 0 : 1)
        diagonal = row[j + 1]
        row[j + 1] = min(substitution, row[j] + 1, row[j + 1] + 1)
      }
    }
    return row[b.count]
  }
}
