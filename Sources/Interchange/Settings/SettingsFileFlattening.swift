import Yams

/// Turns the nested maps of a run file into one list of settings.
struct SettingsFileFlattening {
  let file: String
  let mostValues: Int
  let deepest: Int
  /// The settings so far.
  private(set) var entries: [SettingsEntry] = []
  private var positions: [String: Int] = [:]
  private var valueCount = 0

  init(file: String, mostValues: Int, deepest: Int) {
    self.file = file
    self.mostValues = mostValues
    self.deepest = deepest
  }

  /// Adds all settings of `root`.
  mutating func add(_ root: Node) throws(InterchangeError) {
    guard case .mapping(let mapping) = root else {
      throw damaged(root.mark, nil, "a run file is a map of keys to values")
    }
    try add(mapping, prefix: "", depth: 1)
  }

  private mutating func add(_ mapping: Node.Mapping, prefix: String, depth: Int) throws(InterchangeError) {
    try checkTag(mapping.tag, mapping.mark, prefix)
    if depth > deepest { throw damaged(mapping.mark, prefix, "maps are nested more than \(deepest) deep") }
    if mapping.isEmpty && !prefix.isEmpty { throw damaged(mapping.mark, prefix, "the map is empty") }
    var own: [(name: String, key: Node, value: Node)] = []
    try collect(mapping, prefix: prefix, depth: depth, into: &own)
    for (name, key, value) in own {
      let full = prefix.isEmpty ? name : prefix + "." + name
      if case .mapping(let nested) = value {
        try add(nested, prefix: full, depth: depth + 1)
        continue
      }
      let (read, text) = try self.value(value, key: full, mark: key.mark)
      if let earlier = positions.updateValue(entries.count, forKey: full) {
        throw damaged(key.mark, full, "the key is set a second time, first in line \(entries[earlier].line)")
      }
      entries.append(
        SettingsEntry(
          key: full, value: read, text: text, line: key.mark?.line ?? 1, column: key.mark?.column ?? 1))
    }
  }

  /// The entries of a map with those of its merge keys, where its own and earlier merged ones win over later merged ones.
  private mutating func collect(
    _ mapping: Node.Mapping, prefix: String, depth: Int,
    into found: inout [(name: String, key: Node, value: Node)]
  ) throws(InterchangeError) {
    if depth > deepest { throw damaged(mapping.mark, prefix, "maps are nested more than \(deepest) deep") }
    var names = Set<String>()
    var merges: [(place: Int, mapping: Node.Mapping)] = []
    for (key, value) in mapping {
      try count(key.mark, prefix)
      if isMerge(key) {
        for source in try mergeSources(value, prefix: prefix, mark: key.mark) {
          merges.append((found.count, source))
        }
      } else {
        let name = try self.name(key, prefix: prefix)
        names.insert(name)
        found.append((name, key, value))
      }
    }
    var shift = 0
    for (place, source) in merges {
      var merged: [(name: String, key: Node, value: Node)] = []
      try collect(source, prefix: prefix, depth: depth + 1, into: &merged)
      let new = merged.filter { names.insert($0.name).inserted }
      found.insert(contentsOf: new, at: place + shift)
      shift += new.count
    }
  }

  private func isMerge(_ key: Node) -> Bool {
    guard case .scalar(let scalar) = key else { return false }
    return scalar.style == .plain && scalar.string == "<<"
  }

  private func mergeSources(
    _ value: Node, prefix: String, mark: Mark?
  ) throws(InterchangeError) -> [Node.Mapping] {
    if case .mapping(let mapping) = value { return [mapping] }
    if case .sequence(let sequence) = value {
      let mappings = sequence.compactMap(\.mapping)
      if mappings.count == sequence.count { return mappings }
    }
    throw damaged(mark, prefix.isEmpty ? "<<" : prefix + ".<<", "a merge key takes a map or a list of maps")
  }

  private func name(_ key: Node, prefix: String) throws(InterchangeError) -> String {
    guard case .scalar(let scalar) = key else {
      throw damaged(key.mark, prefix.isEmpty ? nil : prefix, "a key is a list or a map; keys are text")
    }
    let isText =
      scalar.style != .plain || PlainScalar.read(scalar.string) == .value(.text(scalar.string))
    if !isText || scalar.string.isEmpty {
      throw damaged(
        key.mark, prefix.isEmpty ? nil : prefix,
        "the key '\(scalar.string)' is not text: quote it if it is meant so")
    }
    return scalar.string
  }

  private mutating func value(
    _ node: Node, key: String, mark: Mark?
  ) throws(InterchangeError) -> (SettingsValue, String) {
    switch node {
    case .scalar(let scalar): return (try self.scalar(scalar, key: key), scalar.string)
    case .sequence(let sequence):
      try checkTag(sequence.tag, sequence.mark, key)
      var elements: [SettingsValue] = []
      for element in sequence {
        try count(element.mark, key)
        guard case .scalar(let scalar) = element else {
          throw damaged(element.mark, key, "an element of the list is itself a list or a map")
        }
        elements.append(try self.scalar(scalar, key: key))
      }
      return (.list(elements), "")
    default: throw damaged(mark, key, "the value is neither a scalar nor a list")
    }
  }

  private func scalar(_ scalar: Node.Scalar, key: String) throws(InterchangeError) -> SettingsValue {
    try checkTag(scalar.tag, scalar.mark, key)
    if scalar.style != .plain || scalar.tag.rawValue == Tag.Name.str.rawValue { return .text(scalar.string) }
    switch PlainScalar.read(scalar.string) {
    case .value(let value): return value
    case .refused(let reason): throw damaged(scalar.mark, key, reason)
    }
  }

  private func checkTag(_ tag: Tag, _ mark: Mark?, _ key: String) throws(InterchangeError) {
    let allowed: [Tag.Name] = [.implicit, .nonSpecific, .str, .seq, .map]
    if !allowed.map(\.rawValue).contains(tag.rawValue) {
      throw damaged(mark, key.isEmpty ? nil : key, "the tag \(tag.rawValue) is not read; only !!str is")
    }
  }

  private mutating func count(_ mark: Mark?, _ key: String) throws(InterchangeError) {
    valueCount += 1
    if valueCount > mostValues {
      throw damaged(mark, key.isEmpty ? nil : key, "the file sets more than \(mostValues) values")
    }
  }

  private func damaged(_ mark: Mark?, _ key: String?, _ reason: String) -> InterchangeError {
    .damaged(
      file: file, line: mark?.line ?? 1, field: key,
      reason: mark.map { "column \($0.column): \(reason)" } ?? reason)
  }
}
