/// The top-level fields of a JSON file of settings, with errors that name the line of the field.
struct ConfigurationFields {
  private let json: JSONValue
  private let text: [UInt8]
  private let file: String

  /// Parses `text`, which must be an object that has no field twice.
  init(_ text: [UInt8], file: String) throws(InterchangeError) {
    json = try JSONValue(parsing: text, file: file)
    self.text = text
    self.file = file
    guard let entries = json.objectValue else {
      throw .unrecognised(file: file, reason: "it is no JSON object")
    }
    var names = Set<String>()
    for (name, _) in entries where !names.insert(name).inserted {
      throw damaged(name, "the field occurs twice")
    }
  }

  /// The value of a field; nil where it is missing or null.
  func value(_ name: String) -> JSONValue? {
    let value = json[name]
    return value == .null ? nil : value
  }

  /// A field that must be a whole number from 1 to 2³¹ − 1.
  func size(_ name: String, otherwise: Int? = nil) throws(InterchangeError) -> Int {
    guard let value = value(name) else {
      if let otherwise { return otherwise }
      throw damaged(name, "the field is missing")
    }
    guard let number = value.integerValue, (1...Int(Int32.max)).contains(number) else {
      throw invalid(name, value, allowed: "a whole number from 1 to \(Int32.max)")
    }
    return number
  }

  /// A field that must be a number for which `isAllowed` holds.
  func number(
    _ name: String, otherwise: Double, allowed: String, _ isAllowed: (Double) -> Bool
  ) throws(InterchangeError) -> Double {
    guard let value = value(name) else { return otherwise }
    guard let number = value.doubleValue, isAllowed(number) else {
      throw invalid(name, value, allowed: allowed)
    }
    return number
  }

  /// A field that must be true or false.
  func truth(_ name: String, otherwise: Bool) throws(InterchangeError) -> Bool {
    guard let value = value(name) else { return otherwise }
    guard let truth = value.boolValue else { throw invalid(name, value, allowed: "true or false") }
    return truth
  }

  /// A field that must be a token's number, −1 for none, or a list of them.
  func tokens(_ name: String) throws(InterchangeError) -> [Int] {
    guard let value = value(name) else { return [] }
    let elements = value.arrayValue ?? [value]
    let tokens = elements.compactMap(\.integerValue)
    guard tokens.count == elements.count, tokens.allSatisfy({ (-1...Int(Int32.max)).contains($0) }) else {
      throw invalid(name, value, allowed: "a token's number or a list of them")
    }
    return tokens.filter { $0 >= 0 }
  }

  /// Throws unless the field is one of `allowed`, or missing where that is allowed too.
  func require(
    _ name: String, isOneOf allowed: [JSONValue], orMissing: Bool = true
  ) throws(InterchangeError) {
    guard let value = value(name) else {
      if orMissing { return }
      throw damaged(name, "the field is missing")
    }
    if !allowed.contains(value) {
      let words = allowed.map { $0.text(pretty: false) } + (orMissing ? ["null"] : [])
      throw invalid(name, value, allowed: words.joined(separator: " or "))
    }
  }

  /// The error for a field that is malformed.
  func damaged(_ name: String, _ reason: String) -> InterchangeError {
    .damaged(file: file, line: line(of: name), field: name, reason: reason)
  }

  /// The error for a field whose value is not one of those `allowed`.
  func invalid(_ name: String, _ value: JSONValue, allowed: String) -> InterchangeError {
    let text = value.text(pretty: false)
    let shown = text.count > 200 ? text.prefix(200) + "…" : text[...]
    return .invalidValue(
      file: file, line: line(of: name), field: name, value: String(shown), allowed: "it must be \(allowed)")
  }

  /// The line in which the name stands first; 1 where it does not stand as it is.
  private func line(of name: String) -> Int {
    let parts = text.split(separator: 0x0A, omittingEmptySubsequences: false)
    let quoted = Array("\"\(name)\"".utf8)
    return 1 + (parts.firstIndex { $0.contains(quoted) } ?? 0)
  }
}
