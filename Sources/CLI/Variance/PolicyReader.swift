import Interchange
import Policies

/// A policy as the input described it.
enum ParsedPolicy {
  case softmax(SoftmaxPolicy)
  case sequence(SequencePolicy)

  var softmax: SoftmaxPolicy? {
    if case .softmax(let policy) = self { return policy }
    return nil
  }

  /// The number of actions or states, for messages.
  var sizes: Int {
    switch self {
    case .softmax(let policy): policy.actionCount
    case .sequence(let policy): policy.states.count
    }
  }

  func enumerated(rewards: [Double]) throws(PolicyError) -> EnumeratedPrompt {
    switch self {
    case .softmax(let policy): return try policy.enumerated(rewards: rewards)
    case .sequence(let policy):
      var next = rewards.makeIterator()
      return try policy.enumerated { _ in next.next() ?? 0 }
    }
  }
}

/// Reads `{"kind": "softmax", …}`, `{"kind": "sequence", …}` or rows of numbers without a kind.
struct PolicyReader {
  let json: JSONValue
  let field: String

  /// The fields of a policy, `fractions` being a note for human readers.
  static let knownFields: Set<String> = [
    "kind", "probabilities", "logits", "vocabulary", "length", "parameters", "states", "values", "end_token",
    "fractions",
  ]

  func policy() throws(WorldError) -> ParsedPolicy {
    guard let fields = json.objectFields else {
      throw WorldError(String(field.dropLast()), "must be a JSON object")
    }
    // The fields of the short form were checked with the rest of the world.
    if !field.isEmpty { try checkFields(fields, known: Self.knownFields, prefix: field) }
    if json["probabilities"] != nil && json["logits"] != nil {
      throw WorldError(field + "logits", "stands beside 'probabilities'; give one of them")
    }
    switch json["kind"]?.stringValue {
    case "softmax": return .softmax(try row())
    case "sequence": return .sequence(try sequence())
    case nil where json["kind"] == nil: return try rows()
    default: throw WorldError(field + "kind", "must be softmax or sequence")
    }
  }

  /// `probabilities` or `logits`, a single list.
  private func row() throws(WorldError) -> SoftmaxPolicy {
    if let given = json["probabilities"] {
      guard let values = given.numbers else {
        throw WorldError(field + "probabilities", "must be a list of numbers")
      }
      return try naming(field + "probabilities") { () throws(PolicyError) in
        try SoftmaxPolicy(probabilities: values)
      }
    }
    guard let given = json["logits"] else {
      throw WorldError(field + "probabilities", "is missing, and so is logits; a softmax needs one of them")
    }
    guard let values = given.numbers else { throw WorldError(field + "logits", "must be a list of numbers") }
    return try naming(field + "logits") { () throws(PolicyError) in try SoftmaxPolicy(logits: values) }
  }

  /// The short form: one row is a softmax, 1 + K + … rows are the states of a sequence policy in breadth-first order.
  private func rows() throws(WorldError) -> ParsedPolicy {
    let name = json["probabilities"] != nil ? "probabilities" : "logits"
    guard let given = json[name]?.arrayValue else { return .softmax(try row()) }
    if given.first?.arrayValue == nil { return .softmax(try row()) }
    var rows: [[Double]] = []
    for (index, line) in given.enumerated() {
      guard let values = line.numbers else {
        throw WorldError("\(field)\(name)[\(index)]", "must be a list of numbers")
      }
      rows.append(values)
    }
    let vocabulary = rows[0].count
    let isProbability = name == "probabilities"
    if rows.count == 1 {
      return try naming(field + name) { () throws(PolicyError) in
        .softmax(try isProbability ? SoftmaxPolicy(probabilities: rows[0]) : SoftmaxPolicy(logits: rows[0]))
      }
    }
    var length = 1
    while length < 64, SequencePolicy.prefixCount(vocabulary: vocabulary, length: length) < Double(rows.count)
    {
      length += 1
    }
    return .sequence(
      try sequence(vocabulary, length, .perPrefix, nil, rows: rows, isProbability: isProbability, name))
  }

  /// `{"vocabulary", "length", "parameters", "states": {"": […], "0": […], "0,1": […]}, "end_token"?, "values"?}`; states are logits unless `values` says
  /// `probabilities`.
  private func sequence() throws(WorldError) -> SequencePolicy {
    let vocabulary = try integer("vocabulary", 1...4096)
    let length = try integer("length", 1...64)
    guard
      let parameters = SequencePolicy.Parameters(
        rawValue: json["parameters"].map { $0.stringValue ?? "" } ?? "per-prefix")
    else {
      throw WorldError(field + "parameters", "must be per-prefix or shared")
    }
    let end = json["end_token"] == nil ? nil : try integer("end_token", 0...max(vocabulary - 1, 0))
    let values = json["values"].map { $0.stringValue ?? "" } ?? "logits"
    guard values == "logits" || values == "probabilities" else {
      throw WorldError(field + "values", "must be logits or probabilities")
    }
    guard let states = json["states"]?.objectFields else {
      throw WorldError(
        field + "states", "must be an object that maps prefixes such as \"\" and \"0,1\" to lists")
    }
    try checkFields(states, known: nil, prefix: field + "states.")
    let count = parameters == .shared ? 1 : SequencePolicy.prefixCount(vocabulary: vocabulary, length: length)
    guard count <= Double(SequencePolicy.outcomeLimit) else {
      throw WorldError(field + "length", "\(count) prefixes are too many to enumerate")
    }
    var rows = [[Double]?](repeating: nil, count: Int(count))
    for (prefix, row) in states {
      let index = try stateIndex(prefix, vocabulary: vocabulary, length: length, parameters: parameters)
      guard let numbers = row.numbers else {
        throw WorldError("\(field)states[\"\(prefix)\"]", "must be a list of numbers")
      }
      rows[index] = numbers
    }
    var complete: [[Double]] = []
    for (index, row) in rows.enumerated() {
      if let row {
        complete.append(row)
      } else if let end, Self.isEnded(index, vocabulary: vocabulary, end: end) {
        // Behind the end token nothing is ever chosen.
        complete.append(
          values == "logits" ? [Double](repeating: 0, count: vocabulary) : Self.first(vocabulary))
      } else {
        throw WorldError(
          field + "states", "has no entry for the prefix \"\(Self.prefix(index, vocabulary: vocabulary))\"")
      }
    }
    return try sequence(
      vocabulary, length, parameters, end, rows: complete, isProbability: values == "probabilities", "states")
  }

  private func sequence(
    _ vocabulary: Int, _ length: Int, _ parameters: SequencePolicy.Parameters, _ end: Int?, rows: [[Double]],
    isProbability: Bool, _ name: String
  ) throws(WorldError) -> SequencePolicy {
    try naming(field + name) { () throws(PolicyError) in
      guard isProbability else {
        return try SequencePolicy(
          vocabulary: vocabulary, length: length, parameters: parameters, endToken: end, logits: rows)
      }
      var checked: [[Double]] = []
      for (index, row) in rows.enumerated() {
        guard row.count == vocabulary else {
          throw .wrongCount(name: "row \(index)", count: row.count, expected: vocabulary)
        }
        checked.append(try SoftmaxPolicy(probabilities: row, name: "row \(index)").probabilities)
      }
      return try SequencePolicy(
        vocabulary: vocabulary, length: length, parameters: parameters, endToken: end, probabilities: checked)
    }
  }

  private func integer(_ name: String, _ range: ClosedRange<Int>) throws(WorldError) -> Int {
    guard let value = json[name]?.integerValue, range.contains(value) else {
      throw WorldError(field + name, "must be an integer in \(range.lowerBound)...\(range.upperBound)")
    }
    return value
  }

  private func stateIndex(
    _ prefix: String, vocabulary: Int, length: Int, parameters: SequencePolicy.Parameters
  ) throws(WorldError) -> Int {
    guard let tokens = tokenList(prefix, vocabulary: vocabulary) else {
      throw WorldError("\(field)states[\"\(prefix)\"]", "is no prefix of tokens 0...\(vocabulary - 1)")
    }
    guard parameters == .perPrefix ? tokens.count < length : tokens.isEmpty else {
      throw WorldError(
        "\(field)states[\"\(prefix)\"]",
        parameters == .perPrefix
          ? "is longer than any prefix of length \(length - 1)" : "shared logits have the one state \"\"")
    }
    return tokens.reduce(0) { $0 * vocabulary + $1 + 1 }
  }

  /// The tokens of the prefix with a breadth-first index.
  private static func tokens(_ index: Int, vocabulary: Int) -> [Int] {
    var tokens: [Int] = []
    var node = index
    while node > 0 {
      tokens.insert((node - 1) % vocabulary, at: 0)
      node = (node - 1) / vocabulary
    }
    return tokens
  }

  private static func prefix(_ index: Int, vocabulary: Int) -> String {
    tokens(index, vocabulary: vocabulary).map(String.init).joined(separator: ",")
  }

  private static func isEnded(_ index: Int, vocabulary: Int, end: Int) -> Bool {
    tokens(index, vocabulary: vocabulary).contains(end)
  }

  private static func first(_ vocabulary: Int) -> [Double] { (0..<vocabulary).map { $0 == 0 ? 1 : 0 } }
}

/// The tokens of "0,1"; the empty list for ""; nil for anything else.
func tokenList(_ text: String, vocabulary: Int) -> [Int]? {
  if text.isEmpty { return [] }
  var tokens: [Int] = []
  for part in text.split(separator: ",", omittingEmptySubsequences: false) {
    guard let token = Int(part), (0..<vocabulary).contains(token) else { return nil }
    tokens.append(token)
  }
  return tokens
}

/// Reads rewards: a list in the order of outcomes, or an object from sequences to rewards with 0 for those not named.
struct RewardReader {
  let json: JSONValue?

  func rewards(for policy: ParsedPolicy) throws(WorldError) -> [Double] {
    guard let json else { throw WorldError("rewards", "is missing") }
    if let list = json.numbers {
      switch policy {
      case .softmax(let softmax):
        guard list.count == softmax.actionCount else {
          throw WorldError("rewards", "has \(list.count) entries, the policy \(softmax.actionCount) actions")
        }
      case .sequence(let sequence):
        let count = try naming("policy") { () throws(PolicyError) in try sequence.sequences().count }
        guard list.count == count else {
          throw WorldError(
            "rewards", "has \(list.count) entries, the policy \(count) sequences in lexicographic order")
        }
      }
      return list
    }
    guard let fields = json.objectFields else {
      throw WorldError(
        "rewards", "must be a list of numbers or an object from sequences such as \"0,1\" to numbers")
    }
    let sequences: [[Int]]
    let vocabulary: Int
    switch policy {
    case .softmax(let softmax):
      sequences = (0..<softmax.actionCount).map { [$0] }
      vocabulary = softmax.actionCount
    case .sequence(let sequence):
      sequences = try naming("policy") { () throws(PolicyError) in try sequence.sequences() }
      vocabulary = sequence.vocabulary
    }
    try checkFields(fields, known: nil, prefix: "rewards.")
    let positions = Dictionary(uniqueKeysWithValues: sequences.enumerated().map { ($0.element, $0.offset) })
    var rewards = [Double](repeating: 0, count: sequences.count)
    for (name, value) in fields {
      guard let tokens = tokenList(name, vocabulary: vocabulary), let position = positions[tokens] else {
        throw WorldError("rewards[\"\(name)\"]", "is no sequence of this policy")
      }
      guard let number = value.doubleValue else {
        throw WorldError("rewards[\"\(name)\"]", "must be a number")
      }
      rewards[position] = number
    }
    return rewards
  }
}
