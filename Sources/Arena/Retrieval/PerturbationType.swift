/// How a query is made adversarial.
///
/// - Source: `cormRAG2026` for the three types and the order of the slots.
public enum PerturbationType: String, Sendable, CaseIterable {
  /// The query presupposes a wrong belief.
  case wrongBelief = "wrong-belief"
  /// The query rests on a false premise, historical or quantitative.
  case falsePremise = "false-premise"
  /// A sentence about something else stands beside the query.
  case distractor = "distractor"

  /// The number of perturbations of each query.
  public static let slotCount = 5

  /// The types of the five slots of a query: the pattern cycles with the query's index modulo 3.
  ///
  /// With the types numbered 1, 2, 3: (1,2,3,1,2), (2,3,1,2,3), (3,1,2,3,1). Every type so comes once or twice for each query.
  ///
  /// - Precondition: the index is not negative.
  public static func slots(query: Int) -> [PerturbationType] {
    precondition(query >= 0, "the query index \(query) is negative")
    return (0..<slotCount).map { allCases[($0 + query % 3) % 3] }
  }

  /// Which of the two templates of its type a slot uses: 0 where the type comes for the first time among the slots, 1 for the second.
  ///
  /// - Precondition: the slot lies in 0..<5.
  public static func template(slot: Int) -> Int {
    precondition((0..<slotCount).contains(slot), "the slot \(slot) must lie in 0..<5")
    return slot / 3
  }
}
