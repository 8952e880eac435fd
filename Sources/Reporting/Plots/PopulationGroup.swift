/// Populations that share a picture, so that no panel holds more than a handful of colours.
enum PopulationGroup {
  /// The groups: title and members.
  static let groups: [(name: String, title: String, members: [String])] = [
    ("single", "one success or one failure", ["two-action", "one-correct", "many-correct"]),
    (
      "spread", "spread success and failure",
      ["flat-dirichlet", "sparse-dirichlet", "normal-logits", "u-shaped", "diffuse"]
    ),
    ("sequences", "token sequences", ["short-sequences", "shared-sequences", "mixed-lengths"]),
  ]

  /// The most populations in a picture.
  static let largestSize = 5

  /// `populations` in groups; those that no group names come last, five a picture.
  static func split(_ populations: [String]) -> [(name: String, title: String, members: [String])] {
    var result = groups.compactMap { group -> (name: String, title: String, members: [String])? in
      let members = populations.filter(group.members.contains)
      return members.isEmpty ? nil : (group.name, group.title, members)
    }
    let known = groups.flatMap(\.members)
    let others = populations.filter { !known.contains($0) }
    for start in stride(from: 0, to: others.count, by: largestSize) {
      let members = Array(others[start..<min(start + largestSize, others.count)])
      let number = start / largestSize + 1
      result.append(
        (
          "other-\(number)",
          others.count > largestSize ? "other populations (\(number))" : "other populations", members
        ))
    }
    return result
  }
}
